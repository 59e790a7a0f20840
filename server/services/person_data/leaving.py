"""What is known of citizens leaves the floor by the clock, is sealed, and ends; each round proves that it did."""

import logging
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from server.domain.actors import CLOCK, By
from server.domain.centre import CentreState
from server.domain.derived import DerivedKeys
from server.domain.events.installation import PersonDataSealed
from server.domain.person_data import PersonData, Terms
from server.domain.plan.hours import clock, day_begins
from server.services.command import forget_expired
from server.services.person_data.sealing import new_day, seal
from server.storage.database import Database
from server.storage.installation import InstallationLog
from server.storage.sql import events, person_data
from server.storage.sql.centres import all_centres, centre_by_id
from server.storage.sql.person_data import Hold, SealedDay
from server.storage.transaction import Read, Transaction

AT_ONCE = 40
"""So many tokens leave in one command, so that a call beside it waits for no more."""
NOTES_AT_ONCE = 2000  # events
LOOKED_FOR = 3
"""For so many phone numbers of a round the whole database is looked through."""
LATE = timedelta(days=1)
NEVER = datetime.min.replace(tzinfo=UTC)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """What leaves the floor of a centre now: of days until `closed`, of who had gone `until` then."""

    centre: CentreState
    closed: date
    until: datetime
    today: date
    ends_before: date
    holds: tuple[Hold, ...]

    @property
    def before(self) -> date:
        """Before which day bookings leave."""
        return min(self.closed + timedelta(days=1), self.centre.day(self.until))


@dataclass(frozen=True, slots=True)
class Left:
    """What left in a round: tokens, bookings and notes; `ended` is of how many nothing is kept any more.

    `held` stay by a legal hold. `found` counts where something stands still that should not.
    """

    tokens: int = 0
    bookings: int = 0
    notes: int = 0
    ended: int = 0
    held: int = 0
    found: int = 0

    def __bool__(self) -> bool:
        return bool(self.tokens or self.bookings or self.notes or self.ended)


class Round:
    """One round at one centre; `now` is the time of the floor, `real` that of the machine."""

    def __init__(self, db: Database, keys: DerivedKeys, terms: Terms, centre_id: int, now: datetime, real: datetime):
        self._db, self._keys, self._terms = db, keys, terms
        self._centre, self._now, self._real = centre_id, now, real
        self._ids: list[str] = []
        self._phones: list[str] = []

    def run(self, by: By = CLOCK) -> Left:
        """Let leave and end what is due, and prove it; what was done is on record, with its counts."""
        due = self._db.read(lambda read: due_at(read, self._centre, self._terms, self._now))
        if due is None:
            return Left()
        self._db.write(None, lambda tx: forget_expired(tx, self._real))
        tokens = self._all(partial(_tokens_due, due=due), self._take_tokens)
        bookings = self._all(partial(_bookings_due, due=due), self._take_bookings)
        notes = self._take_notes(due)
        write, real = partial(self._db.write, self._centre), self._real
        ended = write(lambda tx: person_data.end_days(tx.conn, self._centre, due.ends_before))
        left = Left(tokens, bookings, notes, ended, self._db.read(partial(_held, due=due)), self._found())
        if left or left.found:
            write(lambda tx: InstallationLog(tx, real).record(_event(self._centre, left), by))
        if left.found:
            log.error("personal data that left the floor stands still in %d places", left.found)
        return left

    def _all(
        self,
        due: Callable[[Read], list[PersonData]],
        take: Callable[[Transaction, list[PersonData]], None],
    ) -> int:
        """Take what is due off the floor, some at a time; what somebody held meanwhile stays."""
        count = 0
        while some := self._db.read(due):
            days = self._days_of(some)

            def command(tx: Transaction, days: dict[date, SealedDay] = days) -> int:
                still = [data for data in due(tx.conn) if data.day in days]
                take(tx, still)
                self._seal(tx, still, days)
                return len(still)

            count += self._db.write(self._centre, command)
        return count

    def _take_tokens(self, tx: Transaction, some: list[PersonData]) -> None:
        person_data.forget_tokens(tx.conn, self._centre, [data.subject for data in some], self._now)
        self._ids += [data.subject for data in some]
        self._phones += [data.phone for data in some if data.phone is not None]

    def _take_bookings(self, tx: Transaction, some: list[PersonData]) -> None:
        person_data.forget_bookings(tx.conn, self._centre, [data.subject for data in some])

    def _take_notes(self, due: Due) -> int:
        """Take off the floor what people wrote beside events of no token: why a counter paused, a number was void."""
        last = self._db.read(partial(_last_note, due=due))
        count = 0
        while (after := self._db.read(partial(person_data.forgotten_seq, centre_id=self._centre))) < last:
            until = min(last, after + NOTES_AT_ONCE)
            there = self._db.read(lambda read: person_data.notes_between(read, self._centre, after, until))  # noqa: B023
            by_day: dict[date, list[tuple[int, str]]] = defaultdict(list)
            for seq, at, note in there:
                by_day[due.centre.day(due.centre.wall(at))].append((seq, note))
            some = [PersonData(f"notes:{after}", day, notes=tuple(notes)) for day, notes in by_day.items()]
            days = self._days_of(some)

            def command(
                tx: Transaction,
                some: list[PersonData] = some,
                days: dict[date, SealedDay] = days,
                seqs: list[int] = [seq for seq, _, _ in there],  # noqa: B006 - read only
                until: int = until,
            ) -> None:
                person_data.forget_notes(tx.conn, self._centre, seqs, until, due.until)
                self._seal(tx, some, days)

            self._db.write(self._centre, command)
            count += len(there)
        return count

    def _days_of(self, some: Iterable[PersonData]) -> dict[date, SealedDay]:
        """Return for whom the data of the days is sealed, made here for a day of which nothing is: it takes a while."""
        days = {}
        for day in sorted({data.day for data in some}):
            there = self._db.read(lambda read: person_data.sealed_day(read, self._centre, day))  # noqa: B023
            days[day] = there or new_day(self._centre, day, self._keys)
        return days

    def _seal(self, tx: Transaction, some: list[PersonData], days: dict[date, SealedDay]) -> None:
        kept = {}
        for day in {data.day for data in some}:
            there = person_data.sealed_day(tx.conn, self._centre, day)
            if there is None:
                person_data.keep_sealed_day(tx.conn, self._centre, days[day])
            kept[day] = there or days[day]
        if some:
            person_data.keep_sealed(tx.conn, self._centre, [seal(kept[data.day], data, self._keys) for data in some])

    def _found(self) -> int:
        """Return in how many places something stands still: of every token that left, and of some phone numbers."""
        ids, phones = self._ids, self._phones[:LOOKED_FOR]
        parts = [ids[begin : begin + AT_ONCE] for begin in range(0, len(ids), AT_ONCE)]
        found = sum(self._db.read(partial(person_data.left_of, centre_id=self._centre, ids=part)) for part in parts)
        return found + (sum(self._db.read(partial(person_data.places_of, words=phones)).values()) if phones else 0)


def due_at(read: Read, centre_id: int, terms: Terms, now: datetime) -> Due | None:
    """Return what is due at a centre, None where no day was closed yet."""
    centre = centre_by_id(read, centre_id)
    if centre.closed_day is None:
        return None
    today = centre.day(centre.wall(now))
    holds = tuple(person_data.holds(read, centre_id))
    return Due(centre, centre.closed_day, terms.leaves_until(now), today, terms.ends_before(today), holds)


def is_due(read: Read, due: Due) -> bool:
    """Whether anything is due; cheap enough to be asked every minute."""
    conn, centre = read, due.centre.id
    _, first = person_data.count_sealed(conn, centre)
    return bool(
        person_data.due_tokens(conn, centre, due.closed, due.until, due.today, 1)
        or person_data.due_bookings(conn, centre, due.before, 1)
        or person_data.forgotten_seq(conn, centre) < _last_note(conn, due)
        or (first is not None and first < due.ends_before and first not in {hold.day for hold in due.holds})
    )


def look(db: Database, keys: Callable[[], DerivedKeys], terms: Terms, real: Callable[[], datetime]) -> None:
    """Do a round at each centre where something is due and no day is open, or something is due for long."""
    for centre in db.read(all_centres):
        now = db.now(centre.id)
        due = db.read(lambda read: due_at(read, centre.id, terms, now))  # noqa: B023 - run at once
        if due is None or not db.read(partial(is_due, due=due)):
            continue
        if centre.open_day is None or overdue(db, centre.id, terms, now):
            Round(db, keys(), terms, centre.id, now, real()).run()


def overdue(db: Database, centre_id: int, terms: Terms, now: datetime) -> bool:
    """Whether something at a centre should have left, or ended, a day ago."""
    due = db.read(lambda read: due_at(read, centre_id, terms, now - LATE))
    return due is not None and db.read(partial(is_due, due=due))


def _tokens_due(read: Read, due: Due) -> list[PersonData]:
    return person_data.due_tokens(read, due.centre.id, due.closed, due.until, due.today, AT_ONCE)


def _bookings_due(read: Read, due: Due) -> list[PersonData]:
    return person_data.due_bookings(read, due.centre.id, due.before, AT_ONCE)


def _held(read: Read, due: Due) -> int:
    return person_data.count_held(read, due.centre.id, due.closed, due.until, due.today)


def _last_note(read: Read, due: Due) -> int:
    """Return the last event whose notes leave: its day is over as long, and no day before it is held."""
    centre = due.centre
    first_held = min((hold.day for hold in due.holds if hold.token_id is None), default=None)
    until = due.until
    if first_held is not None:
        until = min(until, day_begins(first_held, centre.timezone, clock(centre.day_start)) - timedelta(milliseconds=1))
    numbers = range(1, centre.sealed_seq + 1)
    return bisect_right(numbers, until, key=lambda seq: events.time_of(read, centre.id, seq) or NEVER)


def _event(centre_id: int, left: Left) -> PersonDataSealed:
    return PersonDataSealed(centre_id, left.tokens, left.bookings, left.notes, left.ended, left.held, left.found)
