"""A batch: commands that are applied one after the other in one transaction."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.clock import Clock
from server.domain.centre import CentreState
from server.domain.errors import Refused, Unavailable
from server.domain.events.event import Event
from server.storage.drivers import EarlierFailed
from server.storage.known_floor import KeptFloor
from server.storage.recorded import move_centre, write_events
from server.storage.statements import begin_part, changes_of, settle
from server.storage.timekeeping import Timekeeper
from server.storage.transaction import Asks, Transaction, lock_centre, savepoint
from server.storage.writers import Command

T = TypeVar("T")
UNANSWERED = (OperationalError, InterfaceError, InternalError, PoolTimeout)
"""What says nothing against the command: it may succeed when it is sent again."""
Outcome = tuple[object, Exception | None]
"""What a command returned, or what it raised."""


class NeedsSavepoints(Exception):
    """A command was refused after it had changed something: without a savepoint nothing undoes that alone."""


class Batch:
    """Applies commands in the transaction of a connection.

    Most commands that are refused have changed nothing before, and two statements more for each command are much: a
    batch is tried without savepoints first, and raises NeedsSavepoints where somebody has. One alone needs none.
    """

    def __init__(
        self,
        conn: Connection,
        clock: Clock,
        floors: Mapping[int | None, KeptFloor],
        commands: Sequence[Command],
        *,
        savepoints: bool,
    ) -> None:
        self._conn, self._floors, self._commands = conn, floors, commands
        self._alone, self._savepoints = len(commands) == 1, savepoints
        # All lock the centres of a batch in one order.
        named = {centre for command in commands for centre in (command.centre, command.beside)}
        centres = sorted(centre for centre in named if centre is not None)
        self._times = {centre: Timekeeper(clock) for centre in (None, *centres)}
        self._locked: dict[int | None, Callable[[], CentreState]] = {
            centre: lock_centre(conn, centre, self._times[centre]) for centre in centres
        }
        self.recorded: dict[int, list[Event]] = {}

    def run(self) -> list[Outcome]:
        """Run the commands, and return what came of each; raises what leaves nothing of the batch."""
        asked = [None if command.asks is None else command.asks(self._conn) for command in self._commands]
        if not self._alone:
            settle(self._conn)
        return [self._apply(*each) for each in zip(self._commands, self._still_true(asked), strict=True)]

    def move_centres(self) -> None:
        """Move the centres on behind their events."""
        for centre, added in self.recorded.items():
            if added:
                move_centre(self._conn, self.state(centre))

    def state(self, centre: int) -> CentreState:
        """Return a centre as it stands behind the commands."""
        return self._locked[centre]()

    def _still_true(self, asked: Sequence[Callable[[], object] | None]) -> Iterator[Callable[[], object] | None]:
        """Yield what each has asked; None where a neighbour that has run meanwhile asked the same: it asks again."""
        earlier: set[Asks | None] = set()
        for command, answer in zip(self._commands, asked, strict=True):
            yield None if command.asks in earlier else answer
            earlier.add(command.asks)

    def _apply(self, command: Command, asked: Callable[[], object] | None) -> Outcome:
        centre, floor = command.centre, self._floors[command.centre]
        tx = Transaction(self._conn, self._locked.get(centre, _of_none), self._times[centre], asked, floor)
        if command.beside is not None:
            tx.beside = Transaction(self._conn, self._locked[command.beside], self._times[command.beside])
        result, refusal = self._attempt(tx, command.fn)
        if refusal is not None:
            floor.forget()
            return result, refusal
        self._record(tx)
        if tx.beside is not None:
            self._record(tx.beside)
        return result, refusal

    def _record(self, tx: Transaction) -> None:
        """Write the events of a command in a centre."""
        if tx.state is not None:
            state, events = write_events(self._conn, tx.state, tx.recorded)
            self._locked[state.id] = partial(_same, state)
            self.recorded.setdefault(state.id, []).extend(events)

    def _attempt(self, tx: Transaction, fn: Callable[[Transaction], T]) -> tuple[T | None, Exception | None]:
        before = changes_of(self._conn)
        try:
            with self._part():
                result = fn(tx)
                tx.lock()
                return result, None
        except (EarlierFailed, IntegrityError):
            raise  # a neighbour of the batch may have written the row in question after this one asked for it
        except Exception as refusal:  # handed to the caller of this command; its neighbours go on
            if tx.conn.invalidated:
                raise
            if not self._undone(refusal, before):
                raise NeedsSavepoints from refusal
            return None, unavailable(refusal) if isinstance(refusal, UNANSWERED) else refusal

    def _part(self) -> AbstractContextManager[None]:
        if self._savepoints:
            return savepoint(self._conn)
        if not self._alone:
            begin_part(self._conn)
        return nullcontext()

    def _undone(self, refusal: Exception, before: int) -> bool:
        """Whether nothing is left of a command that was refused, or will be."""
        if self._alone or self._savepoints:
            return True
        return isinstance(refusal, Refused) and changes_of(self._conn) == before


def unavailable(error: Exception) -> Unavailable:
    """Return the refusal of a command that the database did not answer."""
    return Unavailable(f"The database did not answer: {type(error).__name__}. Please try again.")


def _same(value: T) -> T:
    return value


def _of_none() -> None:
    """Return the centre of a transaction of the installation."""
