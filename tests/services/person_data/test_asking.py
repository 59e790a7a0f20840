"""What a citizen may ask: to see what is known of them, to have it corrected, and to have it erased."""

import time
from datetime import timedelta
from typing import Any

import pytest

from server.domain.actors import CLI
from server.domain.derived import DerivedKeys
from server.domain.errors import (
    IllegalTransition,
    InvalidInput,
    SealedUnderLost,
    UnderLegalHold,
    UnknownPhone,
    UnknownToken,
)
from server.services.bookings.book import NewBooking
from server.services.command import Answer, Attempt, once
from server.services.floor.issue import issue
from server.services.person_data import asking, erasures, holds, told
from server.services.person_data.asking import Asked, Found
from server.services.proof.answers import compare_answers
from server.storage.sql import person_data
from server.storage.transaction import Transaction
from tests.factories import DAY, KEYS, MORNING, TEST, Floor, at_time, make_reference
from tests.migrations.full_floor import all_rows
from tests.services.person_data.test_leaving import WEEK, leave
from tests.services.proof.forger import all_faults

PHONE, REFERENCE, WHY = "+919876543210", "ARN-23-1000000777", "asked by letter"
BY_PHONE, BY_REFERENCE, BY_LABEL = Asked("9876543210"), Asked(reference=REFERENCE), Asked(label="f001", day=DAY)


@pytest.fixture
def known(floor: Floor) -> Floor:
    """Return a floor of a closed day with somebody of a phone and an appointment, and somebody else."""
    floor.open("G1")
    floor.book(NewBooking(make_reference(REFERENCE), MORNING + timedelta(minutes=10), "NORMAL", "senior"))
    floor.issue(None, reference=make_reference(REFERENCE), phone=PHONE)
    floor.issue(phone="+919811111111")
    floor.close_day()
    return floor


def label_of(floor: Floor) -> str:
    return next(str(data.label) for data in found(floor, BY_PHONE).every if data.label)


def found(floor: Floor, asked: Asked) -> Found:
    return floor.db.read(lambda read: asking.find(read, floor.centre_id, asked, KEYS))


def erase(floor: Floor, asked: Asked) -> int:
    known = found(floor, asked)
    return floor.write(lambda tx: asking.erase(tx, known, KEYS, WHY, MORNING, CLI))


def correct(floor: Floor, asked: Asked, phone: str | None) -> int:
    known = found(floor, asked)
    return floor.write(lambda tx: asking.correct(tx, known, phone, WHY, MORNING, CLI))


@pytest.mark.parametrize("sealed", [False, True])
def test_somebody_is_found_by_phone_reference_or_label_on_the_floor_and_sealed(known: Floor, sealed: bool) -> None:
    asked = (BY_PHONE, BY_REFERENCE, Asked(label=label_of(known), day=DAY))
    if sealed:
        leave(known)
    for each in asked:
        there = found(known, each)
        assert {data.phone for data in there.every} == {PHONE, None}
        assert {data.tail for data in there.every} == {"0777", None}
        assert (bool(there.sealed), bool(there.on_floor)) == (sealed, not sealed)
    shown = found(known, BY_PHONE)
    known.write(lambda tx: asking.show(tx, shown, WHY, MORNING, CLI))
    assert len(shown.subjects) == 2
    assert WHY in str(known.db.read(all_rows)["installation_event"])


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("asked", [BY_PHONE, BY_REFERENCE])
def test_what_is_erased_stands_nowhere_and_the_record_stays_whole(known: Floor, sealed: bool, asked: Asked) -> None:
    if sealed:
        leave(known)
    assert erase(known, asked) == 2
    rows = str({name: kept for name, kept in known.db.read(all_rows).items() if name not in ("plan_version", "policy")})
    assert [word for word in (PHONE, "0777'", "senior", make_reference(REFERENCE).hash) if word in rows] == []
    assert found(known, BY_PHONE) == found(known, BY_REFERENCE) == Found((), ())
    assert all_faults(known) == []
    assert len(found(known, Asked("9811111111")).every) == 1


def test_an_erased_answer_leaves_no_gap_in_the_record(known: Floor) -> None:
    morning = Floor(known.db, known.centre_id, known.preset, rng=known.rng, begin=WEEK)
    for key in ("first", "second", "third"):
        order, now = morning.order(need="senior", phone="+919822222222" if key == "second" else None), morning.now()

        def command(tx: Transaction, order: Any = order) -> Answer:
            token = issue(tx, order, TEST).token
            return Answer(201, {"label": token.label, "need": token.need})

        attempt = Attempt("key:1", key, ("hash",), now)
        morning.write(lambda tx, attempt=attempt, now=now, do=command: once(at_time(tx, now), attempt, lambda: do(tx)))  # type: ignore[misc]
        morning.wait(15)
    morning.close_day()
    erase(morning, Asked("+919822222222"))
    assert list(morning.db.read(lambda read: compare_answers(read, morning.centre_id, morning.centre.event_seq))) == []
    assert len(morning.db.read(all_rows)["idempotency"]) == 2


def test_nobody_is_erased_who_is_here_or_is_held_and_the_refusal_names_the_hold(known: Floor) -> None:
    number = known.write(lambda tx: holds.place(tx, DAY, label_of(known), "a court asks", MORNING, CLI))
    with pytest.raises(UnderLegalHold) as refused:
        erase(known, BY_PHONE)
    assert refused.value.details == {"holds": [number]}
    morning = Floor(known.db, known.centre_id, known.preset, rng=known.rng, begin=WEEK)
    here = morning.issue(phone="+919833333333")
    with pytest.raises(IllegalTransition, match=f"{here.label} is still here"):
        erase(known, Asked("+919833333333"))
    assert len(found(known, BY_PHONE).every) == 2


def test_a_phone_number_is_corrected_or_taken_away(known: Floor) -> None:
    other = "+919844444444"
    assert correct(known, BY_PHONE, other) == 1
    assert found(known, BY_PHONE).every == ()
    assert correct(known, Asked(other), None) == 1
    assert other not in str(known.db.read(all_rows))
    assert all_faults(known) == []


@pytest.mark.parametrize(
    "asked",
    [Asked(), Asked("%"), Asked("12"), Asked(reference="-"), Asked(label="N001"), Asked("9876543210", REFERENCE)],
)
def test_nobody_is_looked_for_by_nothing(known: Floor, asked: Asked) -> None:
    with pytest.raises(InvalidInput):
        found(known, asked)
    with pytest.raises(InvalidInput, match="Say why"):
        known.write(lambda tx: asking.show(tx, Found((), ()), " ", MORNING, CLI))


def test_what_left_the_floor_meanwhile_is_not_put_on_it_again_by_a_correction(known: Floor) -> None:
    before = found(known, BY_PHONE)
    leave(known)
    assert known.write(lambda tx: asking.correct(tx, before, "+919844444444", WHY, MORNING, CLI)) == 0
    assert "919844444444" not in str(known.db.read(all_rows))


@pytest.mark.parametrize("sealed", [False, True])
def test_a_phone_number_is_told_on_the_floor_and_sealed_and_by_another_secret_it_is_not(
    known: Floor, sealed: bool
) -> None:
    token = next(data.subject for data in found(known, BY_PHONE).every if data.label)
    if sealed:
        leave(known)
    assert known.db.read(lambda read: asking.phone_of(read, known.centre_id, token, KEYS)) == PHONE
    other = DerivedKeys(KEYS.secret, (7,))
    if sealed:
        with pytest.raises(SealedUnderLost):
            known.db.read(lambda read: asking.phone_of(read, known.centre_id, token, other))


def test_no_number_is_told_of_nobody_or_of_who_gave_none(known: Floor) -> None:
    def phone_of(token: str) -> str:
        return known.db.read(lambda read: asking.phone_of(read, known.centre_id, token, KEYS))

    without = next(data.subject for data in found(known, BY_PHONE).every if data.label)
    with pytest.raises(UnknownToken):
        phone_of("nobody")
    correct(known, BY_PHONE, None)
    with pytest.raises(UnknownPhone):
        phone_of(without)


def test_that_a_phone_number_was_told_stands_on_record_without_the_number(known: Floor) -> None:
    token = next(data.subject for data in found(known, BY_PHONE).every if data.label)
    known.write(lambda tx: asking.reveal(tx, token, WHY, MORNING, CLI))
    rows = known.db.read(all_rows)["installation_event"]
    assert str(rows).count("phone.revealed") == 1
    assert (token in str(rows), WHY in str(rows), PHONE in str(rows)) == (True, True, False)
    assert all_faults(known) == []


def test_what_is_shown_of_somebody_holds_neither_the_number_nor_a_hash(known: Floor) -> None:
    views = told.known_views(found(known, BY_PHONE))
    assert {view.phone for view in views} == {"••••••3210", None}
    assert [word for word in (PHONE, make_reference(REFERENCE).hash) if word in str(views)] == []


def test_what_is_sealed_is_opened_by_a_process_of_its_own(known: Floor) -> None:
    """Pyrage lets no other thread run while it tries a passphrase: the server would stand still."""
    leave(known)
    before = time.process_time()
    assert found(known, BY_PHONE).sealed
    assert time.process_time() - before < 0.5


def test_an_erasure_is_remembered_without_the_data_and_applied_to_what_is_restored(known: Floor, tmp_path: Any) -> None:
    before = found(known, BY_PHONE)
    subjects = known.db.read(lambda read: person_data.subjects_of(read, known.centre_id))
    erase(known, BY_PHONE)
    erasures.keep(known.db, [tmp_path])
    text = (tmp_path / erasures.LIST).read_text()
    assert len(text.splitlines()) == len(before.subjects)
    assert [each for pair in subjects for each in pair if each in text] == []
    marks = erasures.marks_in(tmp_path / erasures.LIST)
    assert erasures.apply(known.db, KEYS, marks, WEEK) == 0
    again = known.db.read(lambda read: person_data.subjects_of(read, known.centre_id))
    assert len(again) == len(subjects) - len(before.subjects)
