"""The close of a day: nobody who is here is ended but by a person who has seen them, and a closed day can go on."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from server.domain.actors import By
from server.domain.day import Then
from server.domain.errors import (
    AnotherDayOpen,
    CentreFrozen,
    DayClosed,
    DayNotOpen,
    InvalidInput,
    NotOpenNow,
    PeopleLive,
    Refused,
)
from server.domain.events.kinds import Kind
from server.domain.permissions import Role
from server.domain.token.lifecycle import CounterState
from server.domain.token.token import Token
from server.services.floor import day, house
from server.services.people import seats
from server.services.people.principal import Principal
from server.services.proof.verify import Verdict, certify
from server.services.setup.presets import load_preset
from server.services.views.days import Ask, DayView, day_of
from server.storage.database import Database
from server.storage.sql import counters, events
from server.storage.transaction import Read
from tests.factories import CENTRE, DAY, MORNING, Floor, at_time, hold_writer, install_shape, make_reference

CLOSING = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # 16:30 in Asia/Kolkata
MIDNIGHT = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
TOMORROW = MORNING + timedelta(days=1)


def states(floor: Floor, *ids: str) -> list[str]:
    rows = floor.db.read(lambda conn: counters.counters_of(conn, floor.centre_id))
    return [row.state.value for row in rows if row.id in ids]


def on(floor: Floor, begin: datetime) -> Floor:
    """Return the floor at another time."""
    return Floor(floor.db, floor.centre_id, floor.preset, rng=floor.rng, begin=begin)


def seen(floor: Floor, at: datetime) -> DayView:
    return floor.db.read(lambda conn: day_of(conn, CENTRE, None, at))


def stood(floor: Floor, *tokens: Token) -> list[str]:
    return [str(floor.token(token).state) for token in tokens]


def due(floor: Floor, at: datetime) -> bool:
    return floor.db.read(lambda conn: house.due_centres(conn, lambda _centre: at)) == [floor.centre_id]


# --- nothing that runs by itself ends anybody


@pytest.mark.parametrize("later", [timedelta(seconds=1), timedelta(days=1), timedelta(days=400)])
def test_whatever_the_clock_does_nobody_who_is_here_is_ended_by_it(sqlite_floor: Floor, later: timedelta) -> None:
    floor = sqlite_floor
    floor.open("G1", "G2", "G3")
    waiting, called, serving, parked, away = (floor.issue() for _ in range(5))
    floor.call_token("G1", called)
    floor.call_token("G2", serving)
    floor.start("G2")
    floor.call_token("G3", parked)
    floor.hold("G3")
    floor.pause(away)
    before = stood(floor, waiting, called, serving, parked)
    floor.keep_house(CLOSING + later)
    assert stood(floor, waiting, called, serving, parked) == before
    assert not floor.token(away).ended
    assert floor.centre.open_day == DAY
    on(floor, CLOSING + later).finish("G2")
    assert floor.verdict().faults == []


def test_a_day_is_closed_by_itself_when_it_is_over_and_nobody_is_here(floor: Floor) -> None:
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.serve("E1")
    assert not due(floor, CLOSING - timedelta(seconds=1))
    assert due(floor, CLOSING)
    floor.keep_house(CLOSING)
    assert (states(floor, "E1"), floor.centre.open_day, floor.centre.closed_day) == (["closed"], None, DAY)
    seq = floor.centre.event_seq
    assert not due(floor, TOMORROW)
    assert (floor.keep_house(TOMORROW), floor.centre.event_seq) == (0, seq)
    assert floor.verdict().faults == []


def test_the_day_waits_an_hour_for_somebody_who_was_missed(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    floor.open("G1")
    absent = floor.issue()
    floor.wait(400)
    floor.call("G1")
    floor.lose("G1")
    missed = MORNING + timedelta(minutes=next(floor.minutes) - 1)
    assert not due(floor, missed + timedelta(minutes=59))
    floor.keep_house(missed + timedelta(minutes=59))
    assert stood(floor, absent) == ["missed"]
    assert floor.keep_house(missed + timedelta(minutes=60)) == 1
    assert (stood(floor, absent), floor.token(absent).return_until) == (["no_show"], None)
    assert floor.verdict().faults == []


def test_a_counter_opened_after_hours_is_not_closed_in_the_next_moment(sqlite_floor: Floor) -> None:
    evening = on(sqlite_floor, CLOSING + timedelta(hours=2))
    evening.open("G1")
    evening.keep_house()
    assert states(evening, "G1") == ["open"]
    evening.keep_house(CLOSING + timedelta(hours=3))
    assert states(evening, "G1") == ["closed"]


# --- what opens the next day


def test_the_next_day_does_not_open_while_somebody_of_the_day_before_is_here(floor: Floor) -> None:
    floor.open("G1")
    waiting = floor.issue()
    morning = on(floor, TOMORROW)
    with pytest.raises(DayNotOpen, match=r"Not open yet\. Staff have been told\.") as refused:
        morning.issue()
    assert (refused.value.details["people"], refused.value.details["day"]) == (1, "2026-11-24")
    assert seen(floor, TOMORROW).asks is Ask.NEXT_DAY
    assert [token.label for token in seen(floor, TOMORROW).live] == [waiting.label]
    morning.open("A1")  # serves the open day
    assert floor.centre.open_day == DAY
    morning.close_day()
    assert (stood(floor, waiting), floor.token(waiting).return_until) == (["expired"], date(2026, 11, 25))
    assert morning.issue().label == "N001"
    assert floor.centre.open_day == date(2026, 11, 25)
    assert floor.verdict().faults == []


@pytest.mark.parametrize("act", ["token", "counter"])
def test_a_token_or_a_counter_opens_the_next_day_when_nobody_is_left(floor: Floor, act: str) -> None:
    floor.open("G1")
    absent = floor.issue()
    floor.call("G1")
    floor.lose("G1")
    morning = on(floor, TOMORROW)
    if act == "token":
        assert (morning.issue().label, states(floor, "G1")) == ("N001", ["closed"])
    else:
        morning.open("A1")
        assert states(floor, "G1", "A1") == ["closed", "open"]
    assert stood(floor, absent) == ["no_show"]
    assert (floor.centre.closed_day, floor.centre.open_day) == (DAY, date(2026, 11, 25))
    assert floor.verdict().faults == []


def test_a_counter_that_pauses_past_midnight_goes_on_with_the_day_that_is_open(sqlite_floor: Floor) -> None:
    sqlite_floor.open("G1")
    sqlite_floor.set_state("G1", CounterState.PAUSED)
    on(sqlite_floor, MIDNIGHT + timedelta(minutes=5)).open("G1")
    assert sqlite_floor.centre.open_day == DAY


def test_every_command_belongs_to_the_open_day_whatever_the_calendar_says(floor: Floor) -> None:
    floor.open("G1", "A1")
    token = floor.issue()
    floor.lease("N", 3)
    floor.extend_day(MIDNIGHT + timedelta(hours=2))
    night = on(floor, MIDNIGHT + timedelta(minutes=10))
    night.serve("G1")
    assert night.lease("N", 2).day == DAY
    assert seen(floor, MIDNIGHT + timedelta(minutes=30)).day == DAY
    assert (floor.token(token).day, floor.centre.open_day) == (DAY, DAY)
    assert floor.verdict().faults == []


def test_a_day_that_was_closed_gives_no_more_numbers_and_opens_no_counter_until_the_next(floor: Floor) -> None:
    floor.issue()
    floor.close_day()
    with pytest.raises(DayClosed):
        floor.issue()
    with pytest.raises(DayClosed):
        floor.open("G1")
    assert states(floor, "G1") == ["closed"]
    assert on(floor, TOMORROW).issue().label == "N001"
    assert floor.verdict().faults == []


def test_the_plan_dated_for_a_day_is_in_force_once_it_has_opened_and_not_before(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    floor.open("G1")
    floor.issue()
    hours = floor.preset.hours.model_dump(mode="json")
    floor.set_policy("hours", {**hours, "tokens": ["11:00", "16:00"]})
    night = on(floor, TOMORROW)
    night.serve("G1")  # the open day goes on under its own plan
    last = floor.db.read(
        lambda conn: next(events.events_between(conn, floor.centre_id, floor.centre.event_seq - 1, 10**6))
    )
    assert last.plan == 1
    night.close_day()
    later = on(floor, TOMORROW + timedelta(minutes=90))
    assert later.issue().label == "N001"
    opened = floor.db.read(lambda conn: events.last_of_kind(conn, floor.centre_id, Kind.DAY_OPENED))
    assert opened is not None
    assert opened.plan == 2
    assert floor.verdict().faults == []


# --- closing by hand


def test_a_manager_who_closes_at_eleven_is_asked_with_the_list_and_ends_only_whom_they_have_seen(floor: Floor) -> None:
    floor.open("G1")
    first, second = floor.issue(), floor.issue()
    eleven = MORNING + timedelta(minutes=90)

    def close(*shown: Token) -> day.DayClose:
        closing = day.Closing(tuple(token.id for token in shown))
        return floor.write(lambda tx: day.close_day(at_time(tx, eleven), DAY, closing, By("staff:1")))

    for shown, missing in (((), [first, second]), ((first,), [second])):
        with pytest.raises(PeopleLive) as refused:
            close(*shown)
        assert [person.label for person in refused.value.details["people"]] == [token.label for token in missing]
    assert stood(floor, first, second) == ["waiting", "waiting"]
    assert close(first, second).expired == 2
    with pytest.raises(DayNotOpen):
        floor.write(lambda tx: day.close_day(at_time(tx, eleven), DAY + timedelta(days=1), day.Closing(), By("test")))
    assert floor.verdict().faults == []


def test_closing_a_day_again_is_harmless(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.close_day()
    seq = floor.centre.event_seq
    again = floor.close_day()
    assert (again.day, again.expired, again.counters, floor.centre.event_seq) == (DAY, 0, 0, seq)


def test_a_close_after_midnight_means_the_day_that_is_open(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    closed = floor.close_day(at=MIDNIGHT + timedelta(minutes=10))
    assert (closed.day, closed.expired) == (DAY, 1)
    assert on(floor, TOMORROW).issue().label == "N001"
    assert floor.verdict().faults == []


def test_a_stopped_floor_is_not_closed(sqlite_floor: Floor) -> None:
    sqlite_floor.issue()
    sqlite_floor.freeze()
    with pytest.raises(CentreFrozen):
        sqlite_floor.close_day()
    assert sqlite_floor.keep_house(TOMORROW) == 0


def test_what_was_done_before_a_close_is_not_undone_after_it(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    floor.close_day(Then.CARRY_OVER)
    with pytest.raises(DayClosed):
        floor.undo("G1")
    floor.reopen_day()
    assert floor.undo("G1").state == "waiting"
    assert floor.verdict().faults == []


# --- the three ways to go on


def test_people_are_asked_about_from_half_an_hour_before_closing_and_again_before_the_end(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    floor.open("G1")
    floor.issue()
    assert seen(floor, CLOSING - timedelta(minutes=31)).asks is None
    assert seen(floor, CLOSING - timedelta(minutes=30)).asks is Ask.SOON
    assert seen(floor, CLOSING).asks is Ask.OVER
    floor.extend_day(CLOSING + timedelta(hours=1))
    assert seen(floor, CLOSING + timedelta(minutes=49)).asks is None
    assert seen(floor, CLOSING + timedelta(minutes=50)).asks is Ask.SOON
    floor.serve("G1")
    floor.open("A1")
    floor.serve("A1")
    assert seen(floor, CLOSING + timedelta(minutes=50)).live[0].stage == "B"
    assert floor.verdict().faults == []


def test_a_day_is_lengthened_within_what_can_be(sqlite_floor: Floor) -> None:
    for until in (MORNING, CLOSING, TOMORROW + timedelta(seconds=1)):
        sqlite_floor.issue()
        with pytest.raises(InvalidInput):
            sqlite_floor.extend_day(until)
    assert sqlite_floor.extend_day(TOMORROW).until == "2026-11-25T04:00:00.000Z"
    sqlite_floor.close_day()
    with pytest.raises(DayNotOpen):
        sqlite_floor.extend_day(CLOSING)


def test_a_day_that_is_served_on_takes_nobody_without_an_appointment_at_its_end(db: Database) -> None:
    preset = load_preset("M")
    hours = preset.hours.model_copy(update={"tokens": ("09:30", "16:30")})
    floor = install_shape(db, preset.model_copy(update={"hours": hours}), MORNING)
    floor.issue()
    floor.expect("ARN-1234", minutes=400)
    floor.extend_day(CLOSING + timedelta(hours=1))
    half_an_hour_before = on(floor, CLOSING - timedelta(minutes=31))
    assert half_an_hour_before.issue().label == "N002"
    at_the_end = on(floor, CLOSING - timedelta(minutes=20))
    with pytest.raises(NotOpenNow) as refused:
        at_the_end.issue()
    assert refused.value.details["why"] == "over"
    assert at_the_end.issue(reference=make_reference("ARN-1234")).label == "N003"
    assert floor.verdict().faults == []


def test_who_is_carried_over_keeps_label_place_and_age_and_the_night_counts_for_nobody(floor: Floor) -> None:
    floor.open("G1", "G2")
    first, served = floor.issue(), floor.issue()
    floor.call_token("G2", served)
    floor.start("G2")
    absent = floor.issue()
    floor.call_token("G1", absent)
    floor.lose("G1")
    closed = floor.close_day(Then.CARRY_OVER, at=CLOSING)
    assert (closed.expired, closed.no_show, closed.still_here) == (0, 1, 2)
    assert (stood(floor, first, served, absent), states(floor, "G1", "G2")) == (
        ["waiting", "waiting", "no_show"],
        ["closed", "closed"],
    )
    assert not due(floor, TOMORROW)
    morning = on(floor, TOMORROW)
    assert morning.issue().label == "N003"  # N001 and N002 are here
    morning.open("G1", "G2")
    call = morning.call("G1")
    opened = floor.db.read(lambda conn: events.last_of_kind(conn, floor.centre_id, Kind.DAY_OPENED))
    assert opened is not None
    night = opened.at - CLOSING
    waited = call.token.step.last_called - first.issued_at - night if call.token.step.last_called else None
    assert waited is not None
    assert (call.token.label, call.reason.params["waited_s"]) == ("N001", waited.total_seconds())
    assert morning.call("G2").token.label == "N002"
    assert floor.verdict().faults == []


def test_who_is_at_a_counter_when_they_are_carried_over_waits_in_the_morning_at_their_place(floor: Floor) -> None:
    floor.open("G1", "G2", "G3")
    older, called, party, younger = floor.issue(), floor.issue(), floor.issue(party=2), floor.issue()
    floor.call_token("G1", called)
    floor.call_token("G2", party)
    floor.start("G2")
    before = floor.token(called)
    floor.close_day(Then.CARRY_OVER)
    moved = [floor.token(token) for token in (called, party)]
    assert [(t.state, t.step.counter, t.step.beside) for t in moved] == [("waiting", None, ())] * 2
    assert (moved[0].step.since, moved[0].step.first_called) == (before.step.since, before.step.first_called)
    assert moved[0].step.waited == before.step.waited, "a wait ends at the first call"
    morning = on(floor, TOMORROW)
    morning.open("G1", "G2", "G3", "G4", "G5")
    calls = [morning.call(counter).token.label for counter in ("G1", "G2", "G4", "G5")]
    assert calls == [token.label for token in (older, called, party, younger)]
    assert floor.verdict().faults == []


def test_who_would_be_carried_over_at_a_counter_is_found_by_the_proof(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_floor.open("G1")
    sqlite_floor.issue()
    sqlite_floor.call("G1")
    monkeypatch.setattr(day, "_put_back", lambda *_: None)
    sqlite_floor.close_day(Then.CARRY_OVER)
    assert [fault.code for fault in sqlite_floor.verdict().faults] == ["wrong_counter"]


def test_reopening_lets_who_was_carried_over_stand_at_their_counters_again(floor: Floor) -> None:
    floor.open("G1", "G2", "G3", "G4")
    party, served, leaves = floor.issue(party=2), floor.issue(), floor.issue()
    floor.call_token("G1", party)
    floor.call_token("G3", served)
    floor.start("G3")
    floor.call_token("G4", leaves)
    before = [floor.token(token) for token in (party, served)]
    floor.close_day(Then.CARRY_OVER)
    floor.cancel(leaves)
    again = floor.reopen_day()
    assert (again.restored, sorted(again.counters)) == (2, ["G1", "G2", "G3"])
    assert [floor.token(token) for token in (party, served)] == before
    assert stood(floor, leaves) == ["cancelled"], "who has left in the night stays gone"
    assert floor.verdict().faults == []
    assert [verdict.ok for verdict in certified(floor)] == [True] * 2


def test_nobody_is_served_in_the_night_into_which_they_were_carried_over_and_all_goes_on_after_it(floor: Floor) -> None:
    floor.open("G1", "G2")
    parked, served = floor.issue(), floor.issue()
    floor.call_token("G2", parked)
    floor.start("G2")
    floor.hold("G2")
    floor.call_token("G1", served)
    floor.start("G1")
    floor.close_day(Then.CARRY_OVER)
    for verb in (floor.call, floor.finish, floor.hold, floor.recall, floor.miss):
        with pytest.raises(Refused):
            verb("G1")
    with pytest.raises(Refused):
        floor.transfer("G1", "A")
    with pytest.raises(DayClosed):
        floor.resume("G2")
    assert stood(floor, parked, served) == ["held", "waiting"]
    morning = on(floor, TOMORROW)
    morning.open("G1", "G2")
    morning.resume("G2")
    assert morning.call("G1").token.id == served.id
    assert stood(floor, parked, served) == ["serving", "called"]
    assert floor.verdict().faults == []


def test_a_label_that_somebody_has_is_skipped_until_it_is_free(floor: Floor) -> None:
    people = [floor.issue() for _ in range(4)]
    floor.cancel(people[1])
    floor.close_day(Then.CARRY_OVER)
    morning = on(floor, TOMORROW)
    assert morning.issue().label == "N002"
    morning.cancel(people[2])
    assert morning.issue().label == "N005"  # N003 was cancelled a minute ago: that may be taken back
    block = morning.lease("N", 3)
    assert (block.first, block.last) == (6, 8)
    live = [token.label for token in seen(floor, TOMORROW).live]
    assert sorted(live) == ["N001", "N002", "N004", "N005"]
    assert floor.verdict().faults == []


def test_a_block_is_leased_after_the_labels_that_people_have(sqlite_floor: Floor) -> None:
    people = [sqlite_floor.issue() for _ in range(4)]
    for token in (people[0], people[1], people[3]):
        sqlite_floor.cancel(token)
    sqlite_floor.close_day(Then.CARRY_OVER)
    morning = on(sqlite_floor, TOMORROW)
    assert morning.issue().label == "N001"
    assert morning.lease("N", 2).first == 4
    assert morning.issue().label == "N006"
    assert sqlite_floor.verdict().faults == []


# --- a closed day goes on


def test_reopening_lets_everybody_stand_where_they_stood_with_their_ages(floor: Floor) -> None:
    floor.open("G1", "G2", "G3", "G4")
    floor.sit("G2", "staff:7")
    called, served, parked, absent, away, waiting = (floor.issue() for _ in range(6))
    floor.call_token("G1", called)
    floor.call_token("G2", served)
    floor.start("G2")
    floor.call_token("G3", parked)
    floor.hold("G3")
    floor.call_token("G4", absent)
    floor.lose("G4")
    floor.pause(away)
    everybody = (called, served, parked, absent, away, waiting)
    before = [floor.token(token) for token in everybody]
    at = MORNING + timedelta(minutes=next(floor.minutes))
    assert floor.close_day(at=at).expired == 5
    officer = Principal("staff:7", Role.COUNTER, floor.centre_id, CENTRE, user="staff:7")
    floor.write(lambda tx: seats.leave(at_time(tx, at), officer))
    again = floor.reopen_day(at=at + timedelta(minutes=30))
    assert (again.restored, sorted(again.counters)) == (6, ["G1", "G2"])
    assert [floor.token(token) for token in everybody] == before
    assert states(floor, "G1", "G2", "G3", "G4") == ["paused", "paused", "closed", "closed"]
    rows = {c.id: c.operator for c in floor.db.read(lambda conn: counters.counters_of(conn, floor.centre_id))}
    assert rows["G2"] == "staff:7"
    age = floor.centre.age(at + timedelta(minutes=30))
    assert age(waiting.aged_from) == (at - waiting.aged_from).total_seconds()
    later = on(floor, at + timedelta(minutes=31))
    later.finish("G2")
    assert later.issue().label == "N007"
    assert floor.verdict().faults == []


def test_reopening_seats_the_officer_whose_call_stands_and_not_one_whose_call_was_taken_back(
    sqlite_floor: Floor,
) -> None:
    floor = sqlite_floor
    floor.open("G1", "A1")
    for counter, who in (("G1", "staff:7"), ("A1", "staff:8")):
        floor.sit(counter, who)
    token = floor.issue()
    floor.serve("G1")
    floor.call("A1")
    for counter in ("A1", "G1"):
        floor.undo(counter)
    floor.close_day()
    for who in ("staff:7", "staff:8"):
        officer = Principal(who, Role.COUNTER, floor.centre_id, CENTRE, user=who)
        floor.write(lambda tx, who=officer: seats.leave(tx, who))  # type: ignore[misc]
    assert floor.reopen_day().counters == ("G1",)
    assert floor.token(token).step.counter == "G1"
    assert floor.db.read(lambda conn: counters.operators_of(conn, floor.centre_id)) == {"G1": "staff:7"}
    assert floor.verdict().faults == []


def test_a_party_comes_back_to_all_its_counters(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    floor.open("G1", "G2")
    floor.issue(party=2)
    before = floor.call("G1").token
    floor.close_day()
    assert sorted(floor.reopen_day().counters) == ["G1", "G2"]
    assert floor.token(before) == before
    floor.start("G1")
    assert floor.finish("G2").step.beside == ()
    assert floor.verdict().faults == []


def test_a_day_goes_on_until_the_next_has_opened(floor: Floor) -> None:
    token = floor.issue()
    floor.close_day()
    with pytest.raises(DayNotOpen):
        floor.reopen_day(DAY - timedelta(days=1))
    assert floor.reopen_day(at=TOMORROW - timedelta(hours=1)).restored == 1
    assert floor.reopen_day(at=TOMORROW - timedelta(hours=1)).restored == 0  # harmless
    assert stood(floor, token) == ["waiting"]
    on(floor, TOMORROW - timedelta(minutes=50)).close_day()
    on(floor, TOMORROW).issue()
    with pytest.raises(AnotherDayOpen):
        floor.reopen_day(at=TOMORROW + timedelta(minutes=1))
    assert floor.verdict().faults == []


def test_a_day_that_was_opened_again_is_not_closed_by_itself_in_the_next_moment(sqlite_floor: Floor) -> None:
    floor = sqlite_floor
    floor.open("G1")
    floor.keep_house(CLOSING)
    assert floor.centre.open_day is None
    floor.reopen_day(at=CLOSING + timedelta(minutes=5))
    assert not due(floor, CLOSING + timedelta(minutes=34))
    assert due(floor, CLOSING + timedelta(minutes=35))


def test_a_seal_that_another_has_replaced_is_named_superseded(floor: Floor) -> None:
    floor.issue()
    floor.close_day()
    assert [seal.superseded for seal in seen(floor, MORNING).seals] == [False]
    floor.reopen_day()
    assert [seal.superseded for seal in seen(floor, MORNING).seals] == [True]
    floor.close_day()
    assert [seal.superseded for seal in seen(floor, MORNING).seals] == [True, False]
    assert seen(floor, MORNING).reopens


def test_a_counter_opened_on_a_day_off_opens_no_day_and_the_day_before_can_still_be_reopened(floor: Floor) -> None:
    friday = on(floor, MORNING + timedelta(days=3))
    friday.open("G1")
    token = friday.issue()
    friday.close_day()
    saturday = on(floor, MORNING + timedelta(days=4))
    with pytest.raises(NotOpenNow) as refused:
        saturday.open("G1")
    assert refused.value.details["why"] == "holiday"
    assert saturday.reopen_day(DAY + timedelta(days=3)).restored == 1
    saturday.open("G1")  # the open day is Friday
    assert saturday.call("G1").token.id == token.id
    assert floor.verdict().faults == []


def test_who_was_carried_over_into_a_day_off_may_be_served_on_it(sqlite_floor: Floor) -> None:
    friday = on(sqlite_floor, MORNING + timedelta(days=3))
    token = friday.issue()
    friday.close_day(Then.CARRY_OVER)
    saturday = on(sqlite_floor, MORNING + timedelta(days=4))
    saturday.open("G1")
    assert saturday.call("G1").token.id == token.id
    assert sqlite_floor.verdict().faults == []


# --- commands that wait together


def together(floor: Floor, *commands: Callable[[], Any]) -> list[Any]:
    """Send commands that are written in one commit, in this order; returns what came of each."""
    release, holder = hold_writer(floor)
    with ThreadPoolExecutor(len(commands)) as pool:
        sent = []
        for number, command in enumerate(commands, 1):
            sent.append(pool.submit(command))
            while floor.db.writer_of(floor.centre_id).waiting < number:
                time.sleep(0.001)
        release()
        outcomes = [each.exception(10) or each.result() for each in sent]
    holder.join()
    return outcomes


def test_a_day_that_is_reopened_in_the_commit_that_closed_it_has_everybody_again(floor: Floor) -> None:
    floor.open("G1")
    people = [floor.issue() for _ in range(3)]
    floor.close_day(Then.CARRY_OVER)
    floor.reopen_day()
    closing = day.Closing(floor.people_here(), Then.END)
    closed, reopened = together(
        floor,
        lambda: floor.write(lambda tx: day.close_day(at_time(tx, CLOSING), tx.today, closing, By("test"))),
        lambda: floor.reopen_day(at=CLOSING + timedelta(seconds=1)),
    )
    assert (closed.expired, reopened.restored) == (3, 3)
    assert stood(floor, *people) == ["waiting"] * 3
    assert floor.verdict().faults == []


def test_an_undo_sees_what_was_done_before_it_in_the_same_commit(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call("G1")
    started, undone = together(floor, lambda: floor.start("G1"), lambda: floor.undo("G1"))
    assert (started.state, undone.state) == ("serving", "called")
    assert floor.verdict().faults == []


# --- a night that counts for nobody


@pytest.mark.parametrize("act", ["pause", "cancel", "remark"])
def test_what_is_done_with_somebody_in_the_night_they_were_carried_into_is_proven(floor: Floor, act: str) -> None:
    floor.open("G1")
    token, other = floor.issue(), floor.issue()
    floor.close_day(Then.CARRY_OVER)
    floor.wait(40)
    does: dict[str, Callable[[], Token]] = {
        "pause": lambda: floor.pause(token),
        "cancel": lambda: floor.cancel(token),
        "remark": lambda: floor.remark(token, party=2),
    }
    does[act]()
    assert floor.verdict().faults == []
    floor.wait(30)
    floor.reopen_day(at=floor.now())
    floor.pause(other)
    assert floor.verdict().faults == []
    assert [verdict.ok for verdict in certified(floor)] == [True] * 2


def certified(floor: Floor) -> list[Verdict]:
    """Prove the events from each close of a day on, as the certificate of a day does."""
    ends = floor.db.read(lambda conn: events.day_ends(conn, floor.centre_id))

    def prove(read: Read) -> list[Verdict]:
        return [certify(read, floor.centre, after, floor.centre.event_seq) for after in (0, *(end.seq for end in ends))]

    return floor.db.read(prove)
