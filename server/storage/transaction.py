"""What a service gets: the connection, the locked centre, and the events it records."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, text, update

from server.domain.actors import CLOCK, By
from server.domain.calling.versions import RULE
from server.domain.centre import CentreState
from server.domain.errors import UnknownCentre
from server.domain.events.event import Event
from server.domain.events.kinds import Payload, TokenEvent
from server.domain.events.payloads import ClockDoubted, ClockFollowed
from server.domain.events.stored import VERSION
from server.domain.freezes import Moment
from server.domain.frozen import changed
from server.domain.steady.reading import Reading
from server.domain.steady.steady import Steady, from_json, to_json
from server.domain.steady.telling import Told
from server.storage.database_clock import DatabaseClock
from server.storage.drivers import EarlierFailed
from server.storage.floor_facts import FloorFacts
from server.storage.known_floor import KeptFloor, KnownFloor
from server.storage.statements import Statement, begin_part, forget
from server.storage.tables.centre import CentreTable
from server.storage.timekeeping import Timekeeper

Read = Connection
"""One read-only snapshot of the database; only `server.storage` looks into it."""
Asks = Callable[[Read], Callable[[], object]]
"""Asks what a command wants to know first; what it returns waits for the answer."""


CENTRE = select(*(getattr(CentreTable, field.name) for field in fields(CentreState)))
# NO KEY UPDATE: who only refers to the centre, as the installation does for its staff and keys, need not wait for it.
LOCK = Statement(
    CENTRE.add_columns(DatabaseClock()).where(CentreTable.id == bindparam("centre")).with_for_update(key_share=True)
)


BEGIN_PART = Statement(text("SAVEPOINT command"))
UNDO_PART = Statement(text("ROLLBACK TO SAVEPOINT command"))
END_PART = Statement(text("RELEASE SAVEPOINT command"))


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """Let a part of a transaction stand or fall by itself: what it raises undoes it, and is raised.

    Nobody waits for what it has sent at its end. Where that fails, EarlierFailed is raised in a later part, or the
    commit fails.
    """
    begin_part(conn)
    BEGIN_PART.send(conn)
    try:
        yield
    except EarlierFailed:
        raise
    except Exception:
        if not conn.invalidated:
            forget(conn)
            UNDO_PART.send(conn)
            END_PART.run(conn)
        raise
    END_PART.send(conn)


class Recorded(NamedTuple):
    """An event that is not bound to those before it yet: it has no hash; and the hash of the answer that it holds."""

    event: Event
    answer: str | None = None


class Transaction:
    """One command: its connection, its centre, its time and what it records. Only `Database.write` makes one.

    `locked` waits for the lock of the centre and returns the centre, None in a transaction of the installation. The
    lock is sent for at the beginning and waited for when something needs it, so that it costs no trip of its own.
    `asked` waits for what the command wanted to know first, if anything. `kept` is what others have read of the floor.
    """

    def __init__(
        self,
        conn: Connection,
        locked: Callable[[], CentreState | None],
        time: Timekeeper,
        asked: Callable[[], object] | None = None,
        kept: KeptFloor | None = None,
    ) -> None:
        self.conn, self.asked = conn, asked
        self._kept = kept or KeptFloor()
        self.time = time
        self._locked: Callable[[], CentreState | None] | None = locked
        self._state: CentreState | None = None
        self._now: datetime | None = None
        self._given: datetime | None = None
        self._act: int | None = None
        self.recorded: list[Recorded] = []
        self.beside: Transaction | None = None
        """That of another centre, which this command changes too and which is locked with its own."""

    @property
    def state(self) -> CentreState | None:
        """The locked centre as it stands in this transaction; raises UnknownCentre."""
        if self._locked is not None:
            self.state = self._locked()
        return self._state

    @state.setter
    def state(self, state: CentreState | None) -> None:
        self._locked, self._state = None, state

    @property
    def now(self) -> datetime:
        """Read once, under the lock of the centre, so that numbers, ages and calls have one order.

        It is never behind the last event. What the clock follows or doubts is recorded as an act of its own.
        """
        if self._now is None:
            before = self.steady
            told = Told(self._given, before) if self._given else self.time.tell(self.conn, self.state, before)
            last = None if self.state is None else self.state.last_at
            self._now = told.now if last is None else max(told.now, last)
            if told.steady is not before:
                self._note(before, told)
        return self._now

    @now.setter
    def now(self, now: datetime) -> None:
        self._given, self._now = now, None
        if self.beside is not None:
            self.beside.now = now

    @property
    def steady(self) -> Steady:
        """How the clock of the centre stands to those of its machines."""
        return from_json(self.state.clock if self.state is not None else None)

    @property
    def machine(self) -> Reading | None:
        """What the machine's clocks say; None where a clock was handed in that is never doubted."""
        return self.time.reading()

    @property
    def facts(self) -> FloorFacts:
        """What may have to be asked of the floor where its clock is in question."""
        return self.time.facts(self.conn, self.centre)

    def turn(self, told: Told) -> None:
        """Let the clock of the centre go on as somebody has decided, and this command with it."""
        self.change_steady(told.steady)
        self._now = told.now

    def change_steady(self, steady: Steady) -> None:
        """Keep how the clock of the centre stands now."""
        self.change_centre(clock=to_json(steady))

    def _note(self, before: Steady, told: Told) -> None:
        self.change_steady(told.steady)
        doubt = told.steady.doubt
        if doubt is not None and before.doubt is None:
            self._record(ClockDoubted(doubt.why.value, doubt.at, doubt.wall), CLOCK, self.next_seq)
        if told.step:
            self._record(ClockFollowed(told.now - told.step), CLOCK, self.next_seq)

    @property
    def moment(self) -> Moment:
        """The present instant with the latest stops of the centre, from which ages and spans are counted."""
        return self.centre.moment(self.now)

    def lock(self) -> None:
        """Wait for the lock of the centre; raises UnknownCentre."""
        self.state  # noqa: B018

    @property
    def centre(self) -> CentreState:
        """The locked centre; raises UnknownCentre, and RuntimeError in a transaction of the installation."""
        centre = self._state or self.state
        if centre is None:
            raise RuntimeError("this transaction holds no centre")
        return centre

    @property
    def known(self) -> KnownFloor:
        """What was read of the floor and is as it was; what is read anew is kept there for the next command."""
        return self._kept.at(self.centre)

    @property
    def today(self) -> date:
        """The business day of this command."""
        return self.centre.today(self.now)

    @property
    def wall(self) -> datetime:
        """What people are shown as the time of this command: hours, days, slots and slips go by it."""
        return self.centre.wall(self.now)

    @property
    def next_seq(self) -> int:
        """The number that the next recorded event will have."""
        self.now  # noqa: B018 - what the clock has to record comes before
        return self.centre.event_seq + 1

    def record(self, payload: Payload, by: By) -> Event:
        """Add the next event of the centre; it gets its hash when the command is done, and is true with the commit.

        The events of one command share `act`, the number of the first.
        """
        if self._act is None:
            self._act = self.next_seq
        return self._record(payload, by, self._act)

    def begin_act(self) -> None:
        """Let what is recorded from here on be another act of the same command, to be taken back by itself."""
        self._act = None

    def _record(self, payload: Payload, by: By, act: int) -> Event:
        seq, plan = self.next_seq, self.centre.plan_number(self.today)
        event = Event(seq, self.now, payload.kind, by, act, plan, RULE, payload, VERSION, hash="")
        self.state = changed(self.centre, event_seq=seq, last_at=self.now)
        self.recorded.append(Recorded(event))
        if isinstance(payload, TokenEvent) and payload.only_joins:
            self._kept.follow(self.centre, payload.token)
        return event

    def hold(self, answer: str) -> int | None:
        """Let the last event of this command hold the hash of its answer, so that nobody can change it unseen.

        Returns the number of the event, None for a command that recorded none.
        """
        if not self.recorded:
            return None
        event, _ = self.recorded[-1]
        self.recorded[-1] = Recorded(event, answer)
        return event.seq

    @contextmanager
    def within(self, centre_id: int) -> Iterator[None]:
        """Take a centre that this transaction has made as its own for a while; nobody else knows of it yet."""
        outer, self.state = self.state, lock_centre(self.conn, centre_id, self.time)()
        try:
            yield
        finally:
            self.state = outer

    def change_centre(self, **changes: object) -> None:
        """Change columns of the centre's row, here and in the database."""
        self.state = changed(self.centre, **changes)
        self.conn.execute(update(CentreTable).where(CentreTable.id == self.centre.id).values(**changes))


def lock_centre(conn: Connection, centre: int, time: Timekeeper) -> Callable[[], CentreState]:
    """Lock a centre; returns what waits for it and returns the centre, or raises UnknownCentre.

    The wall clock of the database comes with the lock, so that nothing more has to be asked for.
    """
    time.ask()
    asked = LOCK.ask(conn, centre=centre)

    def locked() -> CentreState:
        for *row, wall in asked():
            time.hear(wall)
            return CentreState(*row)
        raise UnknownCentre("There is no such centre.")

    return locked
