"""What is known of citizens leaves the floor by the clock, is sealed, and ends; the record stays whole."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from server.domain.events.installation import Act
from server.domain.person_data import PersonData, Terms
from server.domain.token.lifecycle import CounterState
from server.services.bookings.book import NewBooking
from server.services.floor import counters
from server.services.paper import slips
from server.services.person_data import leaving, sealing
from server.services.person_data.leaving import Left
from server.storage.sql import installation, person_data
from server.storage.sql.person_data import SEALED, Sealed
from tests.factories import DAY, KEYS, MORNING, TEST, Floor, at_time, make_reference
from tests.migrations.full_floor import all_rows
from tests.services.proof.busy_day import busy_day
from tests.services.proof.forger import all_faults

PHONE, REFERENCE, NOTE, WHY = "+919876543210", "ARN-23-1000000777", "speaks of her illness", "has a fever himself"
TERMS = Terms(7, 365)
WEEK = MORNING + timedelta(days=8)
CANARIES = (PHONE, "9876543210", "0777'", NOTE, WHY, "senior", "wheelchair")
SET_UP = {"plan_version", "policy"}  # which name every need


def leave(floor: Floor, now: datetime = WEEK, terms: Terms = TERMS) -> Left:
    return leaving.Round(floor.db, KEYS, terms, floor.centre_id, now, now).run()


def canaries(floor: Floor) -> dict[str, list[str]]:
    """Return which canaries stand in which tables."""
    rows = {name: str(kept) for name, kept in floor.db.read(all_rows).items() if name not in SET_UP}
    found = {word: sorted(name for name, kept in rows.items() if word in kept) for word in CANARIES}
    return {word: names for word, names in found.items() if names}


def opened(floor: Floor) -> list[PersonData]:
    def all_of(read: Any) -> list[PersonData]:
        return sealing.opened(read, floor.centre_id, [Sealed(*row) for row in read.execute(SEALED)], KEYS)

    return floor.db.read(all_of)


def acts(floor: Floor) -> Iterator[dict[str, Any]]:
    last = floor.db.read(installation.chain_of).seq
    for row in floor.db.read(lambda read: list(installation.stored_between(read, 0, last))):
        if row.kind == Act.PERSON_DATA_SEALED.value:
            yield dict(row.data)


@pytest.fixture
def known(floor: Floor) -> Floor:
    """Return a floor of a closed day that knows of a phone, a reference, needs, and what staff wrote."""
    floor.open("G1", "G2")
    booking = NewBooking(make_reference(REFERENCE), MORNING + timedelta(minutes=10), "NORMAL", "senior")
    floor.book(booking, NewBooking(make_reference("ARN-23-1000000888"), MORNING + timedelta(hours=1), "NORMAL"))
    floor.issue(need="senior", access=("wheelchair", "hearing"), phone=PHONE)
    floor.issue(None, reference=make_reference(REFERENCE))
    unwell = floor.issue(printer="printer-k1")
    floor.call_token("G1", unwell)
    floor.start("G1")
    floor.finish("G1")
    now = floor.now()
    floor.write(lambda tx: slips.reprint(at_time(tx, now), unwell.id, None, TEST, NOTE))
    floor.write(lambda tx: counters.set_state(at_time(tx, now), "G2", CounterState.PAUSED, TEST, reason=WHY))
    floor.void(floor.lease())
    floor.close_day()
    return floor


def test_what_is_known_is_sealed_a_week_after_the_day_and_nothing_of_it_stands_anywhere(known: Floor) -> None:
    assert set(canaries(known)) == set(CANARIES)
    assert leave(known, WEEK - timedelta(days=2)) == Left()
    assert leave(known) == Left(tokens=3, bookings=2, notes=2)
    assert canaries(known) == {}
    assert all_faults(known) == []
    by_subject = {data.label or data.subject: data for data in opened(known)}
    first = by_subject["F001"]
    assert (first.phone, first.need, first.access) == (PHONE, "senior", ("hearing", "wheelchair"))
    assert sorted(note for data in by_subject.values() for _, note in data.notes) == [WHY, "pad lost", NOTE]
    assert sorted(data.tail for data in by_subject.values() if data.tail) == ["0777", "0888"]
    assert [event["tokens"] for event in acts(known)] == [3]


def test_a_round_leaves_nothing_to_the_next_and_ends_what_was_kept_for_its_term(known: Floor) -> None:
    leave(known)
    assert leave(known) == Left()
    last = MORNING + timedelta(days=366)
    assert leave(known, last - timedelta(days=1)) == Left()
    assert leave(known, last) == Left(ended=6)
    assert opened(known) == []
    assert known.db.read(lambda read: person_data.sealed_day(read, known.centre_id, DAY)) is None
    assert [event["ended"] for event in acts(known)] == [0, 6]
    assert all_faults(known) == []


def test_the_secret_of_a_slip_opens_nothing_once_its_citizen_is_forgotten(known: Floor) -> None:
    (secret,) = known.db.read(lambda read: read.execute(text("SELECT secret FROM token LIMIT 1")).scalars())
    leave(known)
    kept = known.db.read(lambda read: set(read.execute(text("SELECT secret FROM token")).scalars()))
    assert secret not in kept
    assert all(each.startswith("forgotten:") for each in kept)


def test_a_floor_on_which_everything_happened_keeps_every_promise_without_its_people(floor: Floor) -> None:
    busy_day(floor)
    left = leave(floor)
    assert (left.tokens > 5, left.found) == (True, 0)
    assert all_faults(floor) == []


def test_who_is_here_or_may_come_back_by_their_slip_is_not_forgotten(floor: Floor) -> None:
    floor.open("G1")
    floor.issue(need="senior")
    floor.serve("G1", "refused")
    waiting = floor.issue(phone=PHONE)
    leave(floor)
    assert PHONE in str(floor.db.read(all_rows)["token_private"])
    assert floor.call("G1").token.id == waiting.id


def test_what_is_held_stays_until_the_hold_is_lifted(known: Floor) -> None:
    (token,) = {row.subject for row in known.db.read(lambda read: person_data.due_tokens(*_all(read, known)))[:1]}
    number = known.write(
        lambda tx: person_data.place_hold(tx.conn, known.centre_id, DAY, token, "a court asks", MORNING)
    )
    assert leave(known) == Left(tokens=2, bookings=2, notes=2, held=1)
    assert leave(known, MORNING + timedelta(days=400)) == Left(held=1)
    known.write(lambda tx: person_data.lift_hold(tx.conn, known.centre_id, number, WEEK))
    assert leave(known).tokens == 1
    assert canaries(known) == {}


def test_a_held_day_keeps_everything(known: Floor) -> None:
    known.write(lambda tx: person_data.place_hold(tx.conn, known.centre_id, DAY, None, "a court asks", MORNING))
    assert leave(known) == Left(held=3)
    assert set(canaries(known)) == set(CANARIES)


def _all(read: Any, floor: Floor) -> tuple[Any, ...]:
    return read, floor.centre_id, DAY, WEEK, DAY + timedelta(days=8), 1000


def test_something_that_stands_still_is_counted(known: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    forget = person_data.forget_tokens
    monkeypatch.setattr(person_data, "forget_tokens", lambda conn, centre, ids, at: forget(conn, centre, ids[1:], at))
    monkeypatch.setattr(leaving.Round, "_all", _once)
    assert leave(known).found > 0
    assert [event["found"] > 0 for event in acts(known)] == [True]


def _once(self: Any, due: Any, take: Any) -> int:
    some = self._db.read(due)
    self._db.write(self._centre, lambda tx: take(tx, some))
    return len(some)


def test_the_file_of_a_database_holds_no_phone_any_more(known: Floor) -> None:
    file = make_url(known.db.url).database
    if not known.db.url.startswith("sqlite") or file is None:
        pytest.skip("PostgreSQL clears its files by itself")
    assert PHONE.encode() in _files(file)
    leave(known)
    known.db.close()
    left = _files(file)
    assert all(word.encode() not in left for word in (PHONE, NOTE, WHY))


def _files(file: str) -> bytes:
    return b"".join(path.read_bytes() for path in Path(file).parent.glob(f"{Path(file).name}*"))


def test_it_is_overdue_a_day_after_it_was_due(known: Floor) -> None:
    closed = known.centre.last_at
    assert closed is not None
    week = timedelta(days=7)
    for late, is_late in ((timedelta(hours=23), False), (timedelta(hours=26), True)):
        assert leaving.overdue(known.db, known.centre_id, TERMS, closed + week + late) is is_late
    leave(known)
    assert not leaving.overdue(known.db, known.centre_id, TERMS, closed + week + timedelta(hours=26))
