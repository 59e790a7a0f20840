"""A centre goes on from a backup: no number comes twice, nobody is signed in, and the record is proven."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

import pytest

from server.domain.errors import InvalidInput
from server.domain.permissions import Role
from server.services.backups.going_on import Lost, centre_goes_on, installation_goes_on
from server.services.people import sign_in
from server.services.proof.installation import verify_installation
from server.services.proof.verify import verify
from server.services.views.snapshot import ReloadView, catch_up
from server.storage.sql import outbox, people
from server.storage.transaction import Read
from tests.factories import DAY, MORNING, Floor, at_time


def go_on(floor: Floor, last: Mapping[str, int], *, nothing: bool = False) -> dict[date, dict[str, int]]:
    now = floor.now()
    return floor.write(lambda tx: centre_goes_on(at_time(tx, now), MORNING, "new-epoch", Lost(last, nothing)))


def faults(floor: Floor) -> list[object]:
    return [*floor.db.read(lambda read: verify(read, floor.centre)).faults]


def test_series_go_on_in_their_overflow_series_and_after_the_number_that_is_stated(floor: Floor) -> None:
    floor.issue()
    after = go_on(floor, {"N": 387})
    assert after[DAY] == {"N": 387, "T": 999, "F": 999, "P": 999, "R": 999, "E": 999}
    labels = [floor.issue(*order).label for order in (["NORMAL"], ["ENQUIRY"], ["TATKAAL"], ["NORMAL"])]
    assert labels == ["N388", "D001", "U001", "N389"]
    assert floor.issue(need="senior").label == "V001"
    assert faults(floor) == []


def test_the_day_of_the_restore_counts_too_when_another_is_open_in_the_backup(floor: Floor) -> None:
    floor.issue()
    floor.begin += timedelta(days=1)
    tomorrow = DAY + timedelta(days=1)
    numbers = {"N": 20, "T": 999, "F": 999, "P": 999, "R": 999, "E": 999}
    assert go_on(floor, {"N": 20}) == {DAY: numbers, tomorrow: numbers}
    floor.close_day()
    assert floor.issue().label == "N021"
    assert faults(floor) == []


def test_a_series_that_has_no_other_and_of_which_nobody_says_a_number_is_named(floor: Floor) -> None:
    go_on(floor, {"N": 5})
    floor.issue("ENQUIRY")
    floor.issue("TATKAAL")
    before = floor.centre.event_seq
    with pytest.raises(InvalidInput, match=r"series D, U goes on.*--last D=… --last U=…"):
        go_on(floor, {"N": 9})
    assert floor.centre.event_seq == before
    assert go_on(floor, {"N": 9, "D": 7, "U": 1})[DAY] == {"N": 9, "D": 7}
    assert [floor.issue(service).label for service in ("NORMAL", "ENQUIRY", "TATKAAL")] == ["N010", "D008", "U002"]
    assert faults(floor) == []


@pytest.mark.parametrize(
    ("last", "why"),
    [({"N": 1}, "the backup has 2"), ({"N": 1000}, "1 to 999"), ({"X": 1}, "no series X in PSK-DEMO")],
)
def test_a_number_that_cannot_be_is_refused(sqlite_floor: Floor, last: dict[str, int], why: str) -> None:
    sqlite_floor.issue()
    sqlite_floor.issue()
    with pytest.raises(InvalidInput, match=why):
        go_on(sqlite_floor, last)


def test_where_nothing_was_done_since_series_go_on_after_their_last_number(floor: Floor) -> None:
    floor.issue(printer="printer-k1")
    assert go_on(floor, {}, nothing=True) == {}
    assert floor.issue().label == "N002"
    assert faults(floor) == []


def test_an_open_print_job_is_not_printed_again(floor: Floor) -> None:
    token = floor.issue(printer="printer-k1")
    assert len(floor.db.read(lambda read: outbox.due_targets(read, floor.now() + timedelta(hours=1)))) == 1
    go_on(floor, {})
    assert floor.db.read(lambda read: outbox.due_targets(read, floor.now() + timedelta(hours=1))) == []
    job = floor.db.read(lambda read: outbox.last_job(read, "print", token.id))
    assert job is not None
    assert (job.state.value, job.detail) == (
        "unconfirmed",
        "It was open when the server was restored; paper may be out.",
    )


def test_a_screen_that_knows_a_later_event_loads_anew(floor: Floor) -> None:
    floor.issue()
    before = floor.centre
    go_on(floor, {})
    for after in (0, before.event_seq, before.event_seq + 500):
        asked = partial(catch_up, after=after, epoch=before.epoch, staff=False)
        assert type(floor.db.read(partial(answer, asked, floor))) is ReloadView


def answer(asked: Callable[..., object], floor: Floor, read: Read) -> object:
    return asked(read, floor.centre)


def test_nobody_is_signed_in_and_both_logs_are_proven(floor: Floor) -> None:
    floor.write(lambda tx: sign_in.add_staff(tx, "asha", Role.COUNTER, "hash", MORNING))
    asha = floor.db.read(lambda read: sign_in.person_named(read, "asha", MORNING))
    assert asha is not None
    floor.write(lambda tx: sign_in.settle(tx, asha, True, MORNING))
    assert len(signed_in(floor)) == 1
    assert floor.db.write(None, lambda tx: installation_goes_on(tx, MORNING, floor.now())) == 1
    assert signed_in(floor) == set()
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []


def signed_in(floor: Floor) -> set[int]:
    return floor.db.read(lambda read: people.signed_in(read, floor.centre_id, MORNING - timedelta(days=1)))
