"""Emergency, outage and pause: what each stops, what everybody is told, and what is remembered of it."""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.actors import By
from server.domain.errors import CentreFrozen, EmergencyNow, InvalidInput, NamedPersonNeeded, UnknownCause
from server.domain.instants import to_iso
from server.domain.notice import Notice, NoticeKind
from server.domain.token.lifecycle import CounterState
from server.services.floor.counters import set_state
from server.services.floor.notice import NoticeView, lift_notice, notice_of
from server.services.views.directory import counters_of
from server.services.views.projections import Projections
from server.services.views.snapshot import catch_up_of
from server.storage.sql.events import events_between
from tests.factories import CENTRE, MORNING, Floor

EMERGENCY, OUTAGE, PAUSE = NoticeKind


def told(floor: Floor) -> NoticeView:
    return floor.db.read(lambda conn: notice_of(conn, CENTRE))


def test_a_flag_tells_since_when_and_why_and_a_pause_stops_the_floor(floor: Floor) -> None:
    floor.flag(PAUSE, "power")
    since = to_iso(MORNING)
    pause = Notice(PAUSE, "power", since)
    assert told(floor) == NoticeView(pause, (pause,), True, [[since, None]])


def test_a_floor_that_goes_on_keeps_the_time_in_which_no_clock_ran(floor: Floor) -> None:
    begun = floor.flag(PAUSE, "power")
    assert floor.lift(PAUSE) == told(floor)
    assert (told(floor).notice, told(floor).flags, told(floor).frozen) == (None, (), False)
    [(begin, end)] = told(floor).freezes
    assert begun.notice is not None
    assert begin == begun.notice.since < str(end)


@pytest.mark.parametrize("kind", [EMERGENCY, PAUSE])
def test_an_emergency_and_a_pause_stop_calls_and_an_outage_stops_nothing(floor: Floor, kind: NoticeKind) -> None:
    floor.open("G1")
    floor.issue()
    floor.flag(OUTAGE, "network")
    assert floor.call("G1").token.label == "N001"
    floor.flag(kind, {EMERGENCY: "fire", PAUSE: "power"}[kind])
    for act in (floor.recall, floor.miss):
        with pytest.raises(CentreFrozen):
            act("G1")
    assert floor.keep_house(MORNING + timedelta(days=1)) == 0


def test_the_strongest_flag_is_told_and_each_acts_while_it_is_set(floor: Floor) -> None:
    steps: list[tuple[Any, tuple[str | None, bool]]] = [
        (lambda: floor.flag(PAUSE, "power"), ("pause", True)),
        (lambda: floor.flag(OUTAGE, "network"), ("outage", True)),
        (lambda: floor.flag(EMERGENCY, "fire"), ("emergency", True)),
        (lambda: floor.lift(PAUSE), ("emergency", True)),
        (lambda: floor.lift(EMERGENCY), ("outage", True)),  # it has left a pause behind
        (lambda: floor.lift(PAUSE), ("outage", False)),
        (lambda: floor.lift(OUTAGE), (None, False)),
    ]
    for act, (kind, frozen) in steps:
        act()
        view = told(floor)
        assert (view.notice and view.notice.kind, view.frozen) == (kind, frozen)
    assert len(told(floor).freezes) == 1
    assert floor.verdict().faults == []


def test_an_emergency_is_ended_by_a_named_person_and_leaves_a_pause_behind(floor: Floor) -> None:
    floor.flag(EMERGENCY, "fire")
    for actor in ("key:7", "clock", "cli"):
        with pytest.raises(NamedPersonNeeded):
            floor.write(lambda tx, actor=actor: lift_notice(tx, EMERGENCY, By(actor)))  # type: ignore[misc]
    assert told(floor).notice == Notice(EMERGENCY, "fire", to_iso(MORNING))
    left = floor.lift(EMERGENCY).notice
    assert left is not None
    assert (left.kind, left.cause) == (PAUSE, "after_emergency")
    with pytest.raises(CentreFrozen):
        floor.call("G1")
    last = floor.db.read(lambda conn: list(events_between(conn, floor.centre_id, 0, 99)))[-1]
    assert (last.by.actor, last.kind) == ("staff:1", "notice.lifted")


def test_a_pause_that_was_there_before_the_emergency_keeps_its_cause(floor: Floor) -> None:
    floor.flag(PAUSE, "power")
    floor.flag(EMERGENCY, "fire")
    assert floor.lift(EMERGENCY).flags == (Notice(PAUSE, "power", to_iso(MORNING)),)


def test_repeating_is_harmless_and_another_cause_keeps_the_beginning(floor: Floor) -> None:
    first = floor.flag(PAUSE, "power")
    seq = floor.centre.event_seq
    assert floor.flag(PAUSE, "power") == first
    assert floor.centre.event_seq == seq
    assert floor.flag(PAUSE, "system").notice == Notice(PAUSE, "system", to_iso(MORNING))
    floor.lift(PAUSE)
    assert floor.lift(PAUSE).notice is None
    assert floor.centre.event_seq == seq + 2


@pytest.mark.parametrize(
    ("kind", "cause"), [(PAUSE, "toilet, back soon"), (PAUSE, "fire"), (EMERGENCY, "power"), (OUTAGE, "Ravi 98200…")]
)
def test_a_cause_is_a_code_of_the_set_up_for_its_kind(floor: Floor, kind: NoticeKind, cause: str) -> None:
    with pytest.raises(UnknownCause) as refused:
        floor.flag(kind, cause)
    assert cause not in refused.value.details["known"]
    assert told(floor).flags == ()


def test_a_centre_adds_causes_of_its_own_from_a_day_on(floor: Floor) -> None:
    own = {"kinds": ["emergency"], "name": {"en": "Flood"}, "verb": {"en": "Go upstairs."}}
    floor.set_policy("floor", {"causes": {"flood": own}})
    with pytest.raises(UnknownCause):
        floor.flag(EMERGENCY, "flood")
    floor.wait(24 * 60)
    assert floor.flag(EMERGENCY, "flood").flags[0].cause == "flood"


def test_an_emergency_of_the_set_up_says_what_to_do(floor: Floor) -> None:
    with pytest.raises(InvalidInput, match="verb"):
        floor.set_policy("floor", {"causes": {"flood": {"kinds": ["emergency"], "name": {"en": "Flood"}}}})


def test_during_an_emergency_nobody_is_sent_into_the_hall(floor: Floor) -> None:
    floor.flag(PAUSE, "power")
    floor.centre.require_no_emergency()
    floor.flag(EMERGENCY, "fire")
    with pytest.raises(EmergencyNow):
        floor.centre.require_no_emergency()


def test_the_public_is_told_no_word_that_staff_wrote(floor: Floor) -> None:
    floor.open("G1")
    wrote = "toilet, back at eleven"
    floor.write(lambda tx: set_state(tx, "G1", CounterState.PAUSED, By("test"), reason=wrote))
    assert [wrote in everything_told(floor, staff=staff) for staff in (True, False)] == [True, False]


def everything_told(floor: Floor, *, staff: bool) -> str:
    """Return the snapshot and all events as they are told, and the list of counters."""
    views = Projections(lambda: None).of(floor.centre_id)
    snapshot = floor.db.read(lambda read: views.snapshot(read, floor.now(), staff=staff)).body
    events = floor.db.read(lambda read: catch_up_of(read, CENTRE, after=0, epoch=None, staff=staff))
    counters = floor.db.read(lambda read: counters_of(read, floor.centre_id, staff=staff))
    return snapshot.decode() + repr(events) + repr(counters)
