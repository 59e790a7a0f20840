"""What is kept of a centre is what its rows say, is made once for all, and ages by itself only where it must."""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.actors import By
from server.domain.errors import UnknownCounter
from server.domain.permissions import Role
from server.domain.token.lifecycle import CounterState, StepState
from server.services.floor import counters
from server.services.people import seats
from server.services.people.principal import Principal
from server.services.views import foresight
from server.services.views.floor import Floor as View
from server.services.views.floor import load_floor, next_floor
from server.services.views.foresight import REST
from server.services.views.projections import Projections
from server.services.views.snapshot import catch_up_of
from server.storage.sql import centres
from server.storage.transaction import Read
from tests.factories import CENTRE, MORNING, Floor, at_time, second_centre
from tests.services.proof.test_equivalence import COMMANDS, COUNTERS, act, new_floor

LATER = MORNING + timedelta(hours=2)


class Screens:
    """Asks for what screens see, and counts how often a line was put in order for it."""

    def __init__(self, floor: Floor) -> None:
        self.floor, self.computed = floor, 0
        self.views = Projections(self.count).of(floor.centre_id)

    def count(self) -> None:
        """Note that a line was put in order."""
        self.computed += 1

    def line(self, counter: str, now: datetime = LATER) -> Any:
        """Return the line of a counter: what is kept, else what is made now, as the server does."""
        head = self.floor.db.read(lambda read: self.views.head(read, counter))
        answer = self.views.kept_line(head, counter, now)
        answer = answer or self.floor.db.read(lambda read: self.views.line(read, counter, now))
        return json.loads(answer.body)

    def ahead(self, token_id: str, now: datetime) -> int:
        """Return how many a citizen's page tells to be before them: what is kept, else what is made now."""
        head = self.floor.db.read(lambda read: self.views.head(read, ""))
        answer = self.views.kept_status(head, token_id, now)
        answer = answer or self.floor.db.read(lambda read: self.views.status(read, token_id, now))
        return int(json.loads(answer.body)["ahead"])

    def labels(self, counter: str, now: datetime = LATER) -> list[str]:
        """Return whom a counter would call, in order."""
        return [token["label"] for token in self.line(counter, now)["line"]]


@pytest.fixture
def screens(floor: Floor) -> Screens:
    return Screens(floor)


def test_desks_that_may_take_the_same_share_a_line_that_is_put_in_order_once_an_event(screens: Screens) -> None:
    floor = screens.floor
    floor.issue()
    floor.open("G1", "G2", "G3")
    begin = floor.centre.event_seq
    for count in range(4):
        for _ in range(3):
            lines = [screens.line(counter) for counter in ("G1", "G2", "G3")]
        assert {line["seq"] for line in lines} == {begin + count}
        assert len({json.dumps([line["line"], line["next"]]) for line in lines}) == 1
        assert screens.computed == count + 1
        floor.issue()


def test_a_desk_with_wishes_of_its_own_has_a_line_of_its_own(screens: Screens) -> None:
    floor = screens.floor
    floor.set_policy("profiles", {"G2": {"services": ["PCC"]}}, MORNING.date())
    floor.issue()
    other = floor.issue("PCC")
    assert screens.labels("G1") == ["N001", other.label]
    assert screens.labels("G2") == [other.label]
    assert screens.computed == 2


def test_one_who_was_sent_to_a_counter_stands_in_its_line_only(screens: Screens) -> None:
    floor = screens.floor
    sent, other = floor.issue(), floor.issue()
    floor.open("G1", "A1", "A2")
    for _ in range(2):
        floor.serve("G1")
    floor.call("A1")
    floor.start("A1")
    floor.transfer("A1", "A", only="A2")
    assert (screens.labels("A2"), screens.labels("A1"), screens.labels("A3")) == (
        [sent.label, other.label],
        [other.label],
        [other.label],
    )
    assert screens.computed == 2


def test_a_foresight_that_rests_is_told_no_longer_than_it_rests(
    screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine_s = 100.0
    monkeypatch.setattr(foresight, "LONG_S", -1.0)  # as if it took long
    monkeypatch.setattr(foresight, "perf_counter", lambda: machine_s)
    floor = screens.floor
    token = floor.issue()
    assert screens.ahead(token.id, MORNING) == 0
    floor.issue(need="senior")
    assert screens.ahead(token.id, MORNING) == 0
    machine_s += REST.total_seconds()
    assert screens.ahead(token.id, MORNING + REST) == 1


def test_a_line_shows_thirty_and_counts_the_others(screens: Screens) -> None:
    for _ in range(33):
        screens.floor.issue()
    line = screens.line("G1")
    assert ([token["label"] for token in line["line"]], line["more"]) == ([f"N{n:03d}" for n in range(1, 31)], 3)


def test_the_own_part_is_the_counters_own(screens: Screens) -> None:
    floor = screens.floor
    first, second, third = floor.issue(), floor.issue(), floor.issue()
    floor.open("G1", "G2")
    floor.call("G1")
    floor.start("G1")
    floor.hold("G1")
    floor.call("G1")
    floor.call("G2")
    floor.lose("G2")
    mine, yours = screens.line("G1"), screens.line("G2")
    assert (mine["current"]["label"], yours["current"]) == (second.label, None)
    assert ([t["label"] for t in mine["held"]], yours["held"]) == ([first.label], [])
    assert [t["label"] for t in mine["away"]] == [t["label"] for t in yours["away"]] == [third.label]
    assert [a["label"] for a in mine["acts"]] == [second.label, *[first.label] * 3]
    assert {a["label"] for a in yours["acts"]} == {third.label}


def test_what_a_counter_can_take_back_is_true_after_it_was_taken_back_elsewhere(screens: Screens) -> None:
    floor = screens.floor
    token = floor.issue()
    floor.open("G1")
    floor.call("G1")
    assert [a["kind"] for a in screens.line("G1")["acts"]] == ["token.called"]
    floor.undo_of(token)
    assert screens.line("G1")["acts"] == []
    assert screens.labels("G1") == [token.label]


def test_who_sits_at_a_counter_is_told(screens: Screens) -> None:
    assert screens.line("G1")["counter"]["operator"] is None
    officer = Principal("staff:7", Role.COUNTER, screens.floor.centre_id, CENTRE, user="asha")
    screens.floor.write(lambda tx: seats.sit(at_time(tx, screens.floor.now()), "G1", officer, MORNING))
    assert screens.line("G1")["counter"]["operator"] == "staff:7"
    assert screens.line("G2")["counter"]["operator"] is None


def test_time_alone_turns_an_order_round_at_its_moment_and_not_before(screens: Screens) -> None:
    """N waited 30 of 30 minutes and T 5 of 10: 7.5 minutes later T is nearer to its target."""
    floor = screens.floor
    rule = {"rule": "relative_age", "quota": 0, "targets": {"N": 30, "T": 10}, "protected": []}
    floor.set_policy("calling", rule, MORNING.date())
    first = floor.issue()  # at 09:31
    floor.wait(25 - 1)
    second = floor.issue("TATKAAL")  # at 09:56
    crossing = MORNING + timedelta(minutes=26 + 12.5)
    for now in (crossing - timedelta(minutes=7), crossing - timedelta(milliseconds=1)):
        assert screens.labels("G1", now) == [first.label, second.label]
    assert screens.computed == 1
    assert screens.labels("G1", crossing + timedelta(milliseconds=1)) == [second.label, first.label]
    assert screens.labels("G2", crossing + timedelta(hours=1)) == [second.label, first.label]
    assert screens.computed == 2


def test_nothing_turns_round_while_the_centre_is_frozen(screens: Screens) -> None:
    floor = screens.floor
    floor.set_policy("calling", {"rule": "relative_age", "quota": 0, "targets": {"N": 30, "T": 10}, "protected": []})
    labels = [floor.issue().label, floor.issue("TATKAAL").label]
    floor.freeze()
    now = floor.now()
    assert screens.labels("G1", now) == screens.labels("G1", now + timedelta(hours=3))
    assert sorted(screens.labels("G1", now)) == labels
    assert screens.computed == 1
    assert screens.line("G1", now)["frozen"] is True


def test_an_open_day_keeps_its_rules_whatever_the_calendar_says(screens: Screens) -> None:
    floor = screens.floor
    tomorrow = MORNING + timedelta(days=1)
    floor.set_policy("calling", {"rule": "fifo", "quota": 0, "protected": []}, tomorrow.date())
    plain, first = floor.issue(), floor.issue(need="senior")
    assert screens.labels("G1") == [first.label, plain.label]
    assert screens.labels("G1", tomorrow) == [first.label, plain.label]


def test_a_counter_of_another_centre_is_unknown(screens: Screens) -> None:
    with pytest.raises(UnknownCounter):
        screens.line("Z9")
    other = second_centre(screens.floor)
    views = Projections(lambda: None).of(other)
    with pytest.raises(UnknownCounter):
        screens.floor.db.read(lambda read: views.line(read, "A1", LATER))


def test_another_process_may_have_written(screens: Screens) -> None:
    """Nothing is handed over in this process; the number in the database says that something has happened."""
    first = screens.floor.issue()
    assert screens.labels("G1") == [first.label]
    second = screens.floor.issue()
    assert screens.labels("G1") == [first.label, second.label]


def test_a_snapshot_is_made_once_for_the_public_and_once_for_staff(screens: Screens) -> None:
    floor, views = screens.floor, screens.views
    floor.issue()
    head = floor.db.read(lambda read: views.head(read, ""))
    assert views.kept_snapshot(head, LATER, staff=True) is None
    staff = floor.db.read(lambda read: views.snapshot(read, LATER, staff=True))
    public = floor.db.read(lambda read: views.snapshot(read, LATER, staff=False))
    assert views.kept_snapshot(head, LATER, staff=True) is staff
    assert views.kept_snapshot(head, LATER, staff=False) is public
    assert "staff" in json.loads(staff.body)["tokens"][0]
    assert "staff" not in json.loads(public.body)["tokens"][0]
    floor.issue()
    assert views.kept_snapshot(floor.db.read(lambda read: views.head(read, "")), LATER, staff=True) is None


def test_what_staff_write_of_a_pause_reaches_no_screen_of_the_public(screens: Screens) -> None:
    floor, views, why = screens.floor, screens.views, "toilet, Mr Rao 98200"
    floor.open("G1")
    before = floor.centre
    floor.write(lambda tx: counters.set_state(at_time(tx, LATER), "G1", CounterState.PAUSED, By("test"), reason=why))
    for staff in (True, False):
        picture = floor.db.read(partial(views.snapshot, now=LATER, staff=staff))
        told = floor.db.read(partial(catch_up_of, code=CENTRE, after=before.event_seq, epoch=before.epoch, staff=staff))
        assert [why in picture.body.decode(), why in str(told)] == [staff, staff]


def test_a_status_is_kept_until_something_happens(screens: Screens) -> None:
    floor, views = screens.floor, screens.views
    token = floor.issue()
    status = floor.db.read(lambda read: views.status(read, token.id, LATER))
    head = floor.db.read(lambda read: views.head(read, ""))
    assert views.kept_status(head, token.id, LATER) is status
    floor.issue()
    later = floor.db.read(lambda read: views.head(read, ""))
    assert views.kept_status(later, token.id, LATER) is None
    again = floor.db.read(lambda read: views.status(read, token.id, LATER))
    assert again.tag == status.tag, "who comes later changes nothing for who is there"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(sorted(COMMANDS)), st.sampled_from(COUNTERS)), max_size=25), st.integers(1, 4)
)
def test_a_floor_that_follows_the_events_stands_as_its_rows_do(walk: list[tuple[str, str]], step: int) -> None:
    """After any commands, looked at now and then, the floor made from the one before is the one read anew."""
    with new_floor() as floor:
        view: View | None = None
        for number, (command, counter) in enumerate([("open", "G1"), ("issue", "G1"), *walk]):
            act(floor, command, counter)
            if number % step == 0:
                view = floor.db.read(lambda read, before=view: _both(read, floor, before))  # type: ignore[misc]


def _both(read: Read, floor: Floor, before: View | None) -> View:
    centre = centres.centre_by_id(read, floor.centre_id)
    day = centre.day(MORNING)
    followed, anew = next_floor(before, read, centre, day), load_floor(read, centre, day)
    assert followed == anew
    assert followed.ordered() == list(anew.tokens.values())
    return followed


def test_a_stage_knows_who_is_there_in_their_order(floor: Floor) -> None:
    first, second = floor.issue(), floor.issue()
    floor.open("G1")
    floor.call("G1")
    view = floor.db.read(lambda read: load_floor(read, centres.centre_by_id(read, floor.centre_id), MORNING.date()))
    stage = view.stage("G")
    assert [token.id for token in stage.tokens] == [first.id, second.id]
    assert [waiting.token for waiting in stage.waiting] == [second.id]
    assert [token.id for token in stage.those(StepState.CALLED)] == [first.id]
    assert (stage.open, view.counters_at("G")) == (1, ("G1", "G2", "G3", "G4", "G5", "G6"))


def test_who_waits_for_a_closed_room_stands_on_every_console_of_the_stage(screens: Screens) -> None:
    floor = screens.floor
    floor.set_policy("profiles", {"G1": {"services": ["PCC"]}, "G2": {"services": ["NORMAL"]}}, MORNING.date())
    floor.open("G1", "G2")
    waits = floor.issue().label
    floor.issue("PCC")
    assert screens.line("G1", floor.now())["stranded"] == []
    floor.set_state("G2", CounterState.CLOSED)
    closed = floor.now()
    assert screens.line("G1", closed)["stranded"] == []
    later = closed + timedelta(minutes=10)
    assert [token["label"] for token in screens.line("G1", later)["stranded"]] == [waits]
    assert screens.labels("G1", later) == ["P001"]
