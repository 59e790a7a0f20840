"""The one way to write and the one way to read."""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from server.clock import Clock, SystemClock
from server.domain.centre import CentreState
from server.domain.events.event import Event
from server.domain.steady.steady import from_json
from server.domain.steady.telling import Told
from server.storage.batch import UNANSWERED, Batch, NeedsSavepoints, Outcome, unavailable
from server.storage.checkpoints import Checkpoints
from server.storage.engines import open_connections
from server.storage.known_floor import KeptFloor
from server.storage.sql.centres import centre_by_code, centre_by_id
from server.storage.statements import roll_back
from server.storage.timekeeping import FloorTimes, Timekeeper, peek
from server.storage.transaction import Asks, Read, Transaction
from server.storage.writers import Command, Writer

__all__ = ["Command", "Committed", "Database", "Listener"]
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Committed:
    """The events that one commit added to a centre, in order; the centre is as it stands after them."""

    centre: CentreState
    events: Sequence[Event]


Listener = Callable[[Sequence[Committed]], None]


class Database:
    """A database with one writer for each centre and any number of snapshot readers.

    On PostgreSQL each centre has a writer of its own, and so has the installation (None): none waits for another. On
    SQLite one writes for all. What waits for a writer is applied in one durable commit, each command in its own
    savepoint: a refusal undoes that command only. Every answer is given after the commit.
    """

    def __init__(self, url: str, *, clock: Clock | None = None, synchronous: str = "FULL") -> None:
        self.url, self.clock = url, clock or SystemClock()
        self.writing, self._reading = open_connections(url, synchronous=synchronous)
        in_file = self.writing.engine.dialect.name == "sqlite"
        self._of_file = Writer(self._apply) if in_file else None
        self._of_centres: dict[int | None, Writer] = {}
        self._floors: defaultdict[int | None, KeptFloor] = defaultdict(KeptFloor)
        self._checkpoints = Checkpoints(self._reading) if in_file else None
        self._listeners: list[Listener] = []
        self._inside = threading.local()
        self.floors = FloorTimes()

    def now(self, centre: int | str) -> datetime:
        """Return what time it is in a centre, by its id or its code; raises UnknownCentre, Unavailable.

        It is what the next command there will say, but for what another process has changed in the last half second.
        """
        seen = self.floors.seen(centre)
        if seen is None:
            seen = self.floors.see(self.read(lambda conn: _centre(conn, centre)))
        return peek(self.clock, seen)

    def told(self, read: Read, centre: CentreState) -> Told | None:
        """Return what the next command in a centre will be told of the time; None where no clock is ever doubted."""
        keeper = Timekeeper(self.clock)
        return None if keeper.reading() is None else keeper.tell(read, centre, from_json(centre.clock))

    def latest(self) -> datetime:
        """Return what time it is where it is latest: what is not due then is due nowhere."""
        return max((peek(self.clock, seen) for seen in self.floors.all()), default=self.clock.now())

    def writer_of(self, centre: int | None) -> Writer:
        """Return who writes for a centre, for None: for the installation."""
        if self._of_file is not None:
            return self._of_file
        return self._of_centres.get(centre) or self._of_centres.setdefault(centre, Writer(self._apply))

    def read(self, fn: Callable[[Read], T]) -> T:
        """Run `fn` on one read-only snapshot; raises Unavailable when the database does not answer."""
        return _read(self._reading.transaction, fn)

    def look(self, fn: Callable[[Read], T]) -> T:
        """Run `fn`, which reads by one `Statement` and so needs no snapshot; raises Unavailable as `read` does.

        While nobody writes to a file of SQLite, the connection that writes is lent for it: after each commit the others
        would have to read their pages anew.
        """
        if self._of_file is None or not self._of_file.take():
            return _read(self._reading.single, fn)
        try:
            return _read(self.writing.single, fn)
        finally:
            self._of_file.release()

    def write(
        self,
        centre: int | None,
        fn: Callable[[Transaction], T],
        *,
        asks: Asks | None = None,
        beside: int | None = None,
    ) -> T:
        """Run `fn` in a transaction of that centre (None: of the installation) and return its answer.

        `asks` runs at the beginning, with those of all that are written together: their questions cost one trip. Equal
        ones are asked anew for all but the first, whose command may change the answer.

        `beside` is another centre that `fn` changes too: all that a commit changes is locked in one order, and what is
        recorded there is true with it.

        The answer comes after the durable commit. What `fn` raises undoes its own changes and is raised here, also what
        it sent and the database refused later. Unavailable means that the commit failed and the outcome may be unknown:
        retry with the same key.
        """
        if getattr(self._inside, "write", False):
            raise RuntimeError("write() inside write(): services get the transaction, never the database")
        command = Command(centre, fn, asks, beside)
        self.writer_of(centre).run(command)
        return cast(T, command.outcome())

    def write_all(self, commands: Iterable[Command]) -> None:
        """Do with each command as `write` does, with those of one writer together; each has its outcome then."""
        of_writers = defaultdict[Writer, list[Command]](list)
        for command in commands:
            of_writers[self.writer_of(command.centre)].append(command)
        for writer, its in of_writers.items():
            writer.run_all(its)

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` with the events of every commit that has any, before its answers; it must not wait.

        Those of one centre come in order; those of several may come at once, each from its own thread.
        """
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish the commands under way, stop the writers and close all connections."""
        for writer in [self._of_file] if self._of_file is not None else list(self._of_centres.values()):
            writer.close()
        if self._checkpoints is not None:
            self._checkpoints.close()
        self.writing.close()
        self._reading.close()

    def _apply(self, batch: Sequence[Command]) -> None:
        """Run a batch and tell every caller what came of it; nothing that happens here stops whoever writes."""
        for command, (result, refusal) in zip(batch, self._outcomes(batch), strict=True):
            command.answer(result, refusal)
        if self._checkpoints is not None:
            self._checkpoints.note_commit()

    def _outcomes(self, batch: Sequence[Command], *, again: bool = False) -> Sequence[Outcome]:
        """Return what came of each command, when it is committed and the listeners are told.

        A batch of which the database refuses something with the commit is undone, and its commands run one by one: each
        hears what is its own. So does a command that was alone, once, where a unique row stood against it: another
        centre has committed it meanwhile, and the rules say what that means.
        """
        self._inside.write = True
        try:
            outcomes, committed = self._committed(batch)
            if committed:
                self._tell(committed)
        except UNANSWERED as error:
            log.warning("commit failed: %s", error)
            return [(None, unavailable(error)) for _ in batch]
        except Exception as error:  # the writer must live; every caller is told
            if again or (len(batch) == 1 and not isinstance(error, IntegrityError)):
                return [(None, error)]
            return [self._outcomes([command], again=True)[0] for command in batch]
        finally:
            self._inside.write = False
        return outcomes

    def _tell(self, committed: Sequence[Committed]) -> None:
        """Tell the listeners; one that fails harms neither the others nor the commands, which are committed."""
        for listener in self._listeners:
            try:
                listener(committed)
            except Exception:  # what it missed it finds in the log: the events stand there
                log.exception("a listener failed after a commit")

    def _committed(self, batch: Sequence[Command]) -> tuple[list[Outcome], list[Committed]]:
        """Apply a batch, with savepoints where it needs them."""
        try:
            return self._tried(batch, savepoints=False)
        except NeedsSavepoints:
            return self._tried(batch, savepoints=True)

    def _tried(self, batch: Sequence[Command], *, savepoints: bool) -> tuple[list[Outcome], list[Committed]]:
        """Apply a batch; what is known of its floors is forgotten if that fails: others will have its numbers."""
        try:
            return self._commit(batch, savepoints=savepoints)
        except Exception:
            for centre in {command.centre for command in batch}:
                self._floors[centre].forget()
            raise

    def _commit(self, commands: Sequence[Command], *, savepoints: bool) -> tuple[list[Outcome], list[Committed]]:
        """Apply a batch in one transaction."""
        with self.writing.transaction() as connection:
            batch = Batch(connection, self.clock, self._floors, commands, savepoints=savepoints)
            outcomes = batch.run()
            if len(commands) == 1 and outcomes[0][1] is not None:
                roll_back(connection)
                return outcomes, []
            batch.move_centres()
        for centre in batch.recorded:
            self.floors.see(batch.state(centre))
        return outcomes, [Committed(batch.state(centre), added) for centre, added in batch.recorded.items() if added]


def _centre(conn: Connection, centre: int | str) -> CentreState:
    return centre_by_id(conn, centre) if isinstance(centre, int) else centre_by_code(conn, centre)


def _read(connected: Callable[[], AbstractContextManager[Connection]], fn: Callable[[Connection], T]) -> T:
    try:
        with connected() as connection:
            return fn(connection)
    except UNANSWERED as error:
        raise unavailable(error) from error
