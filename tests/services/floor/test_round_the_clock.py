"""A centre that never closes: its series begin again at the start of the day, and nobody who is here notices."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.actors import By
from server.domain.day import LIVE
from server.domain.derived import DerivedKeys, Purpose
from server.domain.errors import AppointmentOtherDay, InvalidInput, NeverCloses, NotOpenNow, NumberNotLeased, Refused
from server.domain.token.token import Token
from server.services.bookings.book import NewBooking
from server.services.figures.cells import roll_up
from server.services.figures.statistics import Figures, Period, period_figures
from server.services.floor import house, issue
from server.services.floor.issue import PadNumber
from server.services.setup.presets import always_open, load_preset
from server.services.views.day_report import DayReports
from server.services.views.days import day_of
from server.storage import schema
from server.storage.database import Database
from server.storage.sql import tokens
from tests.factories import CENTRE, Floor, at_time, install_shape, make_reference

MIDNIGHT = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
"""00:00 of Wednesday 25-11-2026 in Asia/Kolkata."""
TUESDAY, WEDNESDAY = date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture
def floor(db: Database) -> Floor:
    """Return a centre that is open 00:00–24:00 on every day, at 23:00 of Tuesday."""
    return install_shape(db, always_open(load_preset("M")), MIDNIGHT - timedelta(hours=1))


def at(floor: Floor, minutes: float) -> Floor:
    """Return the floor some minutes after midnight."""
    return Floor(floor.db, floor.centre_id, floor.preset, floor.rng, begin=MIDNIGHT + timedelta(minutes=minutes))


def live_labels(floor: Floor) -> list[str]:
    return [t.label for t in floor.db.read(lambda conn: list(tokens.open_tokens(conn, floor.centre_id)))]


def figures_on(floor: Floor, day: date) -> Figures:
    return floor.db.read(lambda read: period_figures(read, floor.centre, Period(day, day)))


def issued_on(floor: Floor, day: date) -> int:
    return figures_on(floor, day).issued


def test_at_midnight_nobody_expires_and_no_label_is_given_twice(floor: Floor) -> None:
    """P001 is being served, P002 and P003 wait at 23:59:40."""
    floor.open("G1")
    served, *waiting = (floor.issue("PCC") for _ in range(3))
    floor.call_token("G1", served)
    floor.start("G1")
    for seconds in (2, 7):
        floor.keep_house(MIDNIGHT + timedelta(seconds=seconds))
    assert (floor.centre.open_day, floor.centre.closed_day) == (WEDNESDAY, TUESDAY)
    assert [floor.token(t).state for t in (served, *waiting)] == ["serving", "waiting", "waiting"]
    later = at(floor, 1)
    assert later.finish("G1").step.stage == "A"
    assert later.issue("PCC").label == "P004"
    assert later.issue().label == "N001"
    assert later.call("G1").token.label == "P002"
    assert [floor.token(t).aged_from for t in waiting] == [t.aged_from for t in waiting]
    assert sorted(live_labels(floor)) == ["N001", "P001", "P002", "P003", "P004"]
    told = [figures_on(floor, day) for day in (TUESDAY, WEDNESDAY)]
    assert [(one.issued, one.wait["G"].n) for one in told] == [(3, 1), (2, 1)]
    assert floor.verdict().faults == []


def test_the_first_command_of_a_day_turns_it_before_the_clock_does(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    assert at(floor, 0).issue().label == "N002"
    assert floor.centre.open_day == WEDNESDAY
    assert floor.keep_house(MIDNIGHT + timedelta(minutes=1)) == 0
    assert floor.verdict().faults == []


def test_who_was_missed_has_until_the_end_of_the_next_day(floor: Floor) -> None:
    floor.open("G1")
    absent = floor.issue()
    floor.call("G1")
    floor.lose("G1")
    assert floor.keep_house(MIDNIGHT) == 0
    assert floor.token(absent).state == "missed"
    assert at(floor, 60).issue().label == "N002"
    assert at(floor, 61).here(absent).state == "waiting"
    at(floor, 62).call_token("G1", absent)
    at(floor, 63).lose("G1")
    assert floor.keep_house(MIDNIGHT + timedelta(days=1)) == 0
    assert floor.keep_house(MIDNIGHT + timedelta(days=2)) == 1
    assert floor.token(absent).state == "no_show"
    assert figures_on(floor, TUESDAY + timedelta(days=2)).ended == {"no_show": 1}  # of the day that closed with it
    assert floor.verdict().faults == []


def test_a_call_of_before_midnight_is_taken_back_after_it(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    late = at(floor, -2)
    late.call("G1")
    floor.keep_house(MIDNIGHT)
    roll_up(floor.db, floor.centre_id)
    assert figures_on(floor, TUESDAY).wait["G"].n == 1
    assert at(floor, 1).undo("G1").state == "waiting"
    assert (figures_on(floor, TUESDAY).wait, figures_on(floor, WEDNESDAY).wait) == ({}, {})
    at(floor, 2).call("G1")
    assert (figures_on(floor, TUESDAY).wait, figures_on(floor, WEDNESDAY).wait["G"].n) == ({}, 1)
    assert floor.verdict().faults == []


def test_a_label_of_two_midnights_ago_is_given_to_nobody_while_its_end_may_be_taken_back(floor: Floor) -> None:
    """E001 came on Tuesday, was there all Wednesday, and is done two minutes before Thursday."""
    day = 24 * 60
    floor.open("E1")
    stays = floor.issue("ENQUIRY")
    floor.call_token("E1", stays)
    floor.start("E1")
    floor.keep_house(MIDNIGHT)
    assert at(floor, day - 2).finish("E1").ended
    floor.keep_house(MIDNIGHT + timedelta(days=1))
    assert at(floor, day + 1).issue("ENQUIRY").label == "E002"
    assert at(floor, day + 2).undo("E1").id == stays.id
    assert sorted(live_labels(floor)) == ["E001", "E002"]
    assert floor.verdict().faults == []


def test_the_label_of_an_end_before_a_long_pause_is_given_to_nobody_while_it_may_be_taken_back(floor: Floor) -> None:
    """Who is done two minutes before a pause of the whole evening has two minutes of the time for undo behind them."""
    evening = -5 * 60
    early = at(floor, evening)
    early.open("E1")
    done = early.issue("ENQUIRY")
    early.call_token("E1", done)
    early.start("E1")
    assert early.finish("E1").ended
    at(floor, evening + 2).freeze()
    assert at(floor, 1).issue("ENQUIRY").label == "E002"
    at(floor, 2).unfreeze()
    assert at(floor, 3).undo("E1").id == done.id
    assert sorted(live_labels(floor)) == ["E001", "E002"]
    assert floor.verdict().faults == []


def test_a_number_leased_before_midnight_is_entered_after_it_and_given_to_nobody_else(floor: Floor) -> None:
    floor.issue()
    block = floor.lease("N", 3)
    late = at(floor, 5)
    assert late.issue("PCC").label == "P001"
    assert late.issue().label == "N005"  # N001 is here, N002 to N004 are on the pad

    def enter(label: str, taken_at: datetime, minutes: float) -> Token:
        order = floor.order(paper=PadNumber(label, taken_at))
        now = MIDNIGHT + timedelta(minutes=minutes)
        return floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test"))).token

    with pytest.raises(InvalidInput):
        enter("N002", MIDNIGHT - timedelta(hours=18), 6)
    paper = enter("N002", MIDNIGHT - timedelta(minutes=10), 6)
    assert (paper.label, paper.day, block.day) == ("N002", TUESDAY, TUESDAY)
    assert paper.aged_from == MIDNIGHT - timedelta(minutes=10)
    reports = DayReports(floor.db, lambda: DerivedKeys(b"secret").key(Purpose.SEALS))
    told = [reports.report(CENTRE, day, MIDNIGHT + timedelta(minutes=7)) for day in (TUESDAY, WEDNESDAY)]
    assert [report.figures.issued for report in told] == [1, 2]  # N001, under the seal; then P001 and N005
    assert [issued_on(floor, day) for day in (TUESDAY, WEDNESDAY)] == [2, 2]  # the pad's N002 too
    assert floor.verdict().faults == []
    floor.keep_house(MIDNIGHT + timedelta(days=1))
    with pytest.raises(NumberNotLeased):
        enter("N003", MIDNIGHT + timedelta(hours=23), 24 * 60 + 5)
    assert at(floor, 24 * 60 + 6).issue().label == "N003"
    assert floor.verdict().faults == []


def test_midnight_makes_no_booking_too_early_or_late(floor: Floor) -> None:
    """A booking at 00:10, check-in at 23:58; one at 23:55, check-in at 00:03."""
    floor.open("G1")
    slots = [MIDNIGHT + timedelta(minutes=minutes) for minutes in (10, -5, 40)]
    floor.book(*(NewBooking(make_reference(f"ref-{n}"), slot, "PCC") for n, slot in enumerate(slots)))

    def come(n: int, minutes: float) -> Token:
        order, now = floor.order("PCC", reference=make_reference(f"ref-{n}")), MIDNIGHT + timedelta(minutes=minutes)
        return floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test"))).token

    early = come(0, -2)
    assert (early.day, early.slot, early.aged_from) == (TUESDAY, slots[0], slots[0])
    with pytest.raises(AppointmentOtherDay):
        come(2, -1)
    assert come(1, 3).day == WEDNESDAY
    assert floor.verdict().faults == []


def test_who_comes_before_midnight_for_the_day_after_opens_it(db: Database) -> None:
    """The centre works from 00:05 to 08:00, and was closed in the morning."""
    preset = load_preset("M")
    hours = {"open": "00:05", "close": "08:00", "tokens": ("00:05", "07:30"), "lunch": None}
    shape = preset.model_copy(update={"hours": preset.hours.model_copy(update=hours)})
    floor = install_shape(db, shape, MIDNIGHT - timedelta(hours=20))
    floor.issue()
    floor.close_day()
    floor.book(NewBooking(make_reference("ref-9"), MIDNIGHT + timedelta(minutes=10), "PCC"))
    late, order = at(floor, -2), floor.order("PCC", reference=make_reference("ref-9"))
    now = late.now()
    token = floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test"))).token
    assert (token.day, token.label, floor.centre.open_day) == (WEDNESDAY, "P001", WEDNESDAY)
    assert at(floor, 10).issue().day == WEDNESDAY
    assert floor.verdict().faults == []


def test_a_centre_that_never_closes_is_not_closed_by_hand_and_asks_nobody(floor: Floor) -> None:
    floor.issue()
    with pytest.raises(NeverCloses):
        floor.close_day()
    view = floor.db.read(lambda conn: day_of(conn, CENTRE, None, MIDNIGHT - timedelta(minutes=1)))
    assert (view.round_the_clock, view.asks, view.closes_at) == (True, None, None)


def test_a_holiday_ends_a_run_of_days_like_every_other_evening(floor: Floor) -> None:
    floor.issue()
    hours = floor.preset.hours.model_dump(mode="json")
    floor.set_policy("hours", {**hours, "holidays": ["2026-11-26"]})
    floor.keep_house(MIDNIGHT)
    assert floor.centre.open_day == WEDNESDAY
    thursday = MIDNIGHT + timedelta(days=1)
    assert floor.keep_house(thursday) == 0
    assert floor.centre.open_day == WEDNESDAY  # somebody is here: a person is asked
    with pytest.raises(NotOpenNow):
        at(floor, 24 * 60 + 5).issue()
    assert floor.close_day(at=thursday + timedelta(minutes=6)).expired == 1
    assert at(floor, 2 * 24 * 60).issue().label == "N001"
    assert floor.verdict().faults == []


def test_a_server_that_was_off_for_days_turns_to_the_present_one(floor: Floor) -> None:
    floor.open("G1")
    first = floor.issue()
    floor.keep_house(MIDNIGHT + timedelta(days=3, hours=5))
    assert floor.centre.open_day == TUESDAY + timedelta(days=4)
    assert floor.token(first).state == "waiting"
    assert at(floor, 4 * 24 * 60).call("G1").token.label == "N001"
    assert floor.verdict().faults == []


# --- whatever happens


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Return a database for histories, which need not survive a power cut."""
    url = f"sqlite:///{Path(tmp_path_factory.mktemp('days')) / 'days.sqlite'}"
    schema.migrate(url, synchronous="OFF")
    database = Database(url, synchronous="OFF")
    yield database
    database.close()


VERBS = ("issue", "issue", "call", "start", "finish", "hold", "resume", "lose", "here", "undo", "lease")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.sampled_from([1, 30, 61, 400, 1439, 1441, 4000]),
    ),
    min_size=4,
    max_size=25,
)
COUNT = iter(range(10_000))


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_no_live_person_ends_without_a_person_and_no_label_is_twice_live(
    template: Database, steps: list[tuple[str, int]]
) -> None:
    shape = always_open(load_preset("M"))
    centre = shape.centre.model_copy(update={"code": f"RTC-{next(COUNT)}"})
    floor = install_shape(template, shape.model_copy(update={"centre": centre}), MIDNIGHT - timedelta(hours=1))
    floor.rng.seed(centre.code)
    floor.open("G1", "A1")
    now, known = MIDNIGHT - timedelta(minutes=50), dict[str, Token]()
    for verb, minutes in steps:
        now += timedelta(minutes=minutes)
        _do(Floor(floor.db, floor.centre_id, floor.preset, floor.rng, begin=now), verb, known)
        before = {id_: floor.token(token) for id_, token in known.items()}
        now += timedelta(seconds=30)
        floor.write(lambda tx, now=now: house.keep_house(at_time(tx, now)))  # type: ignore[misc]
        for id_, was in before.items():
            after = floor.token(was)
            assert not (after.ended and not was.ended and was.step.state in LIVE), f"{id_} was ended by the clock"
        labels = live_labels(floor)
        assert len(labels) == len(set(labels)), "a label is twice live"


def _do(floor: Floor, verb: str, known: dict[str, Token]) -> None:
    """Do something at one of two counters, if it can be done."""
    acts: dict[str, Any] = {
        "issue": lambda: known.update({(token := floor.issue()).id: token}),
        "lease": floor.lease,
        "here": lambda: [floor.here(t) for t in map(floor.token, known.values()) if t.state == "missed"],
    }
    for counter in ("G1", "A1"):
        try:
            acts.get(verb, lambda counter=counter: getattr(floor, verb)(counter))()
        except Refused:
            continue
        return
