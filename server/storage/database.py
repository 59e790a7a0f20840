"""The one way to write and the one way to read."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from server.clock import Clock, SystemClock
from server.domain.centre import CentreState
from server.domain.errors import Unavailable, UnknownCentre
from server.domain.events.event import Event, StoredEvent
from server.domain.events.payloads import TokenEvent
from server.storage.checkpoints import Checkpoints
from server.storage.engines import open_connections
from server.storage.statements import Statement, roll_back
from server.storage.tables.centre import CentreTable
from server.storage.tables.events import EventTable
from server.storage.transaction import Read, Recorded, Transaction, lock_centres, savepoint

T = TypeVar("T")
BATCH = 64
INSERT_EVENTS = Statement(insert(EventTable), ["centre_id", "token_id", *StoredEvent.__slots__])
MOVE_CENTRE = Statement(
    update(CentreTable).where(CentreTable.id == bindparam("centre")), ["event_seq", "head", "last_at"]
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Committed:
    """The events that one commit added to a centre, in order; the centre is as it stands after them."""

    centre: CentreState
    events: Sequence[Event]


Listener = Callable[[Sequence[Committed]], None]


@dataclass(slots=True, eq=False)
class Command:
    """A command: its centre, what to run, what came of it, and whom to wake then if it waits for the writer."""

    centre: int | None
    fn: Callable[[Transaction], Any]
    result: Any = None
    refusal: Exception | None = None
    told: threading.Event | None = None

    def answer(self, result: Any, refusal: Exception | None) -> None:
        """Say what came of it."""
        self.result, self.refusal = result, refusal
        if self.told is not None:
            self.told.set()


class Database:
    """A database with one writer at a time and any number of snapshot readers.

    Whoever comes while nobody writes writes at once, in its own thread. Commands that come meanwhile wait together and
    are applied by the writer's thread in one durable commit, each in its own savepoint: a refusal undoes that command
    only. Every answer is given after the commit.
    """

    def __init__(self, url: str, *, clock: Clock | None = None, synchronous: str = "FULL") -> None:
        self.url, self.clock = url, clock or SystemClock()
        self.writer, self._reader = open_connections(url, synchronous=synchronous)
        self._checkpoints = Checkpoints(self._reader) if self.writer.engine.dialect.name == "sqlite" else None
        self._commands: deque[Command] = deque()
        self._awake = threading.Event()
        self._closing = False
        self._listeners: list[Listener] = []
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._writing = threading.Lock()
        self._writes: int | None = None

    def read(self, fn: Callable[[Read], T]) -> T:
        """Run `fn` on one read-only snapshot; raises Unavailable when the database does not answer."""
        return _read(self._reader.transaction, fn)

    def look(self, fn: Callable[[Read], T]) -> T:
        """Run `fn`, which reads by one `Statement` and so needs no snapshot; raises Unavailable as `read` does.

        While nobody writes, the connection that writes is lent for it: after each commit the others would have to
        read their pages anew.
        """
        if not self._writing.acquire(blocking=False):
            return _read(self._reader.single, fn)
        try:
            return _read(self.writer.single, fn)
        finally:
            self._writing.release()

    def write(self, centre: int | None, fn: Callable[[Transaction], T]) -> T:
        """Run `fn` in a transaction of that centre (None: of the installation) and return its answer.

        The answer comes after the durable commit. What `fn` raises undoes its own changes and is raised here;
        Unavailable means that the commit failed and the outcome may be unknown: retry with the same key.
        """
        if threading.get_ident() == self._writes:
            raise RuntimeError("write() inside write(): services get the transaction, never the database")
        command = Command(centre, fn)
        if not self._commands and self._writing.acquire(blocking=False):
            self._apply_and_release([command])
        else:
            self._wait_for_writer(command)
        if command.refusal is not None:
            try:
                raise command.refusal
            finally:
                del command  # which the error would hold by this frame, and the command the error
        return cast(T, command.result)

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` with the events of every commit that has any, before its answers; it must not wait."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish the commands under way, stop the writer and close all connections."""
        thread = self._thread
        if thread is not None:
            self._closing = True
            self._awake.set()
            thread.join()
            self._thread, self._closing = None, False
        with self._writing:
            if self._checkpoints is not None:
                self._checkpoints.close()
            self.writer.close()
        self._reader.close()

    def _wait_for_writer(self, command: Command) -> None:
        command.told = threading.Event()
        self._ensure_writer()
        self._commands.append(command)
        self._awake.set()
        command.told.wait()

    def _ensure_writer(self) -> None:
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._awake.wait()
            self._awake.clear()
            while self._commands:
                self._writing.acquire()
                self._apply_and_release(self._next_batch())
            if self._closing:
                return

    def _next_batch(self) -> list[Command]:
        """Take the commands that wait, oldest first; only who holds the right to write takes any."""
        return [self._commands.popleft() for _ in range(min(BATCH, len(self._commands)))]

    def _apply_and_release(self, batch: Sequence[Command]) -> None:
        """Run a batch by whoever holds the right to write, and give it back."""
        self._writes = threading.get_ident()
        try:
            self._apply(batch)
        finally:
            self._writes = None
            self._writing.release()

    def _apply(self, batch: Sequence[Command]) -> None:
        """Run a batch and tell every caller what came of it; nothing that happens here stops whoever writes."""
        try:
            answers, committed = self._commit(batch)
        except Exception as error:  # the writer must live; every caller is told
            log.warning("commit failed: %s", error)
            for command in batch:
                command.answer(None, _unavailable(error))
            return
        if committed:
            self._tell(committed)
        for command, (result, refusal) in zip(batch, answers, strict=True):
            command.answer(result, refusal)
        if self._checkpoints is not None:
            self._checkpoints.note_commit()

    def _tell(self, committed: Sequence[Committed]) -> None:
        """Tell the listeners; one that fails harms neither the others nor the commands, which are committed."""
        for listener in self._listeners:
            try:
                listener(committed)
            except Exception:  # what it missed it finds in the log: the events stand there
                log.exception("a listener failed after a commit")

    def _commit(self, batch: Sequence[Command]) -> tuple[list[tuple[Any, Exception | None]], list[Committed]]:
        """Apply a batch in one transaction; a command that is alone needs no savepoint in it."""
        alone = len(batch) == 1
        with self.writer.transaction() as connection:
            states = lock_centres(connection, {c.centre for c in batch if c.centre is not None})
            answers = []
            recorded: dict[int, list[Recorded]] = {}
            for command in batch:
                answer, tx = self._run_one(connection, command, states, alone)
                answers.append(answer)
                if answer[1] is None and tx.state is not None:
                    states[tx.state.id] = tx.state
                    recorded.setdefault(tx.state.id, []).extend(tx.recorded)
            if alone and answers[0][1] is not None:
                roll_back(connection)
                return answers, []
            for centre, added in recorded.items():
                _write_events(connection, states[centre], added)
        return answers, [
            Committed(states[c], [record.event for record in added]) for c, added in recorded.items() if added
        ]

    def _run_one(
        self, connection: Connection, command: Command, states: Mapping[int, CentreState], alone: bool
    ) -> tuple[tuple[Any, Exception | None], Transaction]:
        """Run one command of a batch, at its own time."""
        state = None if command.centre is None else states.get(command.centre)
        tx = Transaction(connection, state, self.clock.now())
        if command.centre is not None and state is None:
            return (None, UnknownCentre("There is no such centre.")), tx
        return _attempt(tx, command.fn, nullcontext() if alone else savepoint(connection)), tx


def _read(connected: Callable[[], AbstractContextManager[Connection]], fn: Callable[[Connection], T]) -> T:
    try:
        with connected() as connection:
            return fn(connection)
    except (OperationalError, InterfaceError, InternalError, PoolTimeout) as error:
        raise _unavailable(error) from error


def _attempt(
    tx: Transaction, fn: Callable[[Transaction], T], part: AbstractContextManager[None]
) -> tuple[T | None, Exception | None]:
    try:
        with part:
            return fn(tx), None
    except Exception as refusal:  # handed to the caller of this command; its neighbours go on
        if tx.conn.invalidated:
            raise
        return None, refusal


def _write_events(connection: Connection, state: CentreState, recorded: Sequence[Recorded]) -> None:
    """Write the events that a batch recorded in a centre, and move its counter."""
    if recorded:
        INSERT_EVENTS.run_many(connection, [_row(state.id, record) for record in recorded])
        MOVE_CENTRE.run(connection, centre=state.id, event_seq=state.event_seq, head=state.head, last_at=state.last_at)


def _row(centre_id: int, recorded: Recorded) -> dict[str, Any]:
    """Return an event as a row; the token it is found by stands in a column of its own."""
    payload = recorded.event.payload
    token = payload.token.id if isinstance(payload, TokenEvent) else None
    columns = {name: getattr(recorded.stored, name) for name in StoredEvent.__slots__}
    return {**columns, "centre_id": centre_id, "token_id": token}


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(f"The database did not answer: {type(error).__name__}. Please try again.")
