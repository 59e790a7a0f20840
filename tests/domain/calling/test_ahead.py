"""How many go before somebody, against lines small enough to count and against the rule itself."""

import random
from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest

from server.domain.calling.ahead import Hall, LaneCount, Queue, play
from server.domain.calling.lane import Lane, Waiting
from server.domain.calling.playing import Caller, Line
from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.calling.wait import Turn
from server.domain.freezes import Moment
from tests.domain.calling.played import played_by_the_rule
from tests.factories import MORNING

RULE = CallingRule(protected=frozenset({"F"}))
LATER = Moment(MORNING + timedelta(minutes=30))


def waiting(step: int, klass: str, minute: int, service: str = "NORMAL", only: str = "") -> Waiting:
    lane = Lane(klass, service, "hi", only=only)
    return Waiting(step, f"t{step}", f"{klass}{step}", lane, MORNING + timedelta(minutes=minute))


def hall(*callers: Caller, closed: Iterable[Profile] = (), service_min: float = 10) -> Hall:
    return Hall(callers, closed, service_min)


def turns(line: Iterable[Waiting], rooms: Hall, rule: CallingRule = RULE) -> dict[int, Turn]:
    played = Line(rule, rooms.kinds, {}, LATER.age)
    for one in line:
        played.join(one)
    return dict(play(played, rooms, 1000))


LINE = [waiting(1, "N", 3), waiting(2, "F", 9), waiting(3, "T", 3), waiting(4, "F", 1), waiting(5, "N", 1)]


def doctor(counter: str, service: str, free_min: float = 0.0) -> Caller:
    return Caller(Profile(counter, services=frozenset({service})), free_min)


def test_the_protected_go_first_but_every_third_call_takes_the_longest_wait() -> None:
    found = turns(LINE, hall(Caller(Profile("G1"), 0.0)))
    assert {step: turn.ahead for step, turn in found.items()} == {4: 0, 5: 2, 2: 1, 1: 3, 3: 4}
    assert [found[step].minutes for step in (4, 2, 5, 1, 3)] == [0, 10, 20, 30, 40]


def test_whoever_goes_to_an_idle_doctor_has_nobody_before_them() -> None:
    """Ten wait for the first doctor; the second is idle."""
    line = [*(waiting(n, "N", n, "D1") for n in range(10)), waiting(10, "N", 20, "D2")]
    rooms = hall(doctor("R1", "D1", 5.0), doctor("R2", "D2"))
    found = turns(line, rooms)
    assert found[10] == Turn(0, 0.0, 1)
    assert [found[n].ahead for n in range(10)] == list(range(10))
    assert found[9].minutes == 5.0 + 9 * 10


def test_nobody_is_called_where_only_a_closed_room_may_serve() -> None:
    rooms = hall(doctor("R4", "D4"), closed=[Profile("R3", services=frozenset({"D3"}))])
    line = [waiting(1, "N", 1, "D3"), waiting(2, "N", 2, "D4"), waiting(3, "N", 3, "D3")]
    assert set(turns(line, rooms)) == {2}
    assert rooms.by_age(line[2].lane, Queue(line[:2]).counts(line[2]), RULE.protected) == Turn(1, None, 0)


def test_a_counter_that_is_busy_calls_when_its_service_usually_ends() -> None:
    found = turns(LINE[:2], hall(Caller(Profile("G1"), 4.0), Caller(Profile("G2"), 7.0)))
    assert {step: (turn.ahead, turn.minutes) for step, turn in found.items()} == {2: (0, 4.0), 1: (1, 7.0)}


def test_whoever_was_sent_to_a_counter_waits_for_that_one_alone() -> None:
    line = [waiting(1, "N", 1), waiting(2, "N", 2), waiting(3, "N", 3, only="G2")]
    found = turns(line, hall(Caller(Profile("G1"), 0.0), Caller(Profile("G2"), 6.0)))
    assert found[3] == Turn(0, 6.0, 1)
    assert found[2] == Turn(1, 10.0, 2) or found[2].minutes == 10.0


def test_calls_of_counters_that_may_not_take_somebody_are_not_before_them() -> None:
    line = [waiting(1, "N", 1, "D1"), waiting(2, "N", 2, "D1"), waiting(3, "N", 3, "D2")]
    found = turns(line, hall(doctor("R1", "D1"), doctor("R2", "D2", 30.0)))
    assert (found[3].ahead, found[3].minutes) == (0, 30.0)


@pytest.mark.parametrize(("klass", "ahead"), [("N", 2 + 7), ("F", 3)])
def test_by_age_the_older_go_first_and_all_of_a_protected_class_before_the_others(klass: str, ahead: int) -> None:
    counts = [LaneCount(Lane("N", "NORMAL", "hi"), 5, 2), LaneCount(Lane("F", "NORMAL", "mr"), 7, 3)]
    turn = hall(Caller(Profile("G1"), 0.0)).by_age(Lane(klass, "NORMAL", "en"), counts, RULE.protected)
    assert turn == Turn(ahead, ahead * 10.0, 1)


def test_by_age_those_who_go_elsewhere_do_not_count() -> None:
    rooms = hall(doctor("R1", "D1"), doctor("R2", "D2"))
    counts = [LaneCount(Lane("N", "D1", "hi"), 150, 150), LaneCount(Lane("N", "D2", "hi"), 2, 1)]
    assert rooms.by_age(Lane("N", "D2", "hi"), counts, RULE.protected).ahead == 1
    assert rooms.by_age(Lane("N", "D3", "hi"), counts, RULE.protected) == Turn(0, None, 0)


def test_how_many_are_older_whatever_their_class() -> None:
    queue = Queue(LINE)
    assert {w.label: queue.older(w) for w in LINE} == {"F4": 0, "N5": 1, "N1": 2, "T3": 3, "F2": 4}


def crowd(rng: random.Random) -> tuple[list[Waiting], list[Caller], CallingRule]:
    """Return a line of several classes, services and languages, with wheelchairs and people sent to a counter."""
    line = [
        Waiting(
            step,
            f"t{step}",
            f"t{step}",
            Lane(
                rng.choice("NTF"),
                rng.choice(["D1", "D2"]),
                rng.choice(["hi", "en"]),
                rng.random() < 0.1,
                rng.random() < 0.05,
                rng.choice(["R1", *[""] * 8]),
            ),
            MORNING + timedelta(minutes=rng.randrange(30)),
        )
        for step in range(rng.randrange(1, 30))
    ]
    return line, [Caller(_room(rng, n), rng.choice([0.0, 3.0, 8.0])) for n in range(1, 5)], _rule(rng)


def _room(rng: random.Random, number: int) -> Profile:
    return Profile(
        f"R{number}",
        services=rng.choice([frozenset(), frozenset({"D1"}), frozenset({"D2"})]),
        reserved=rng.choice([frozenset(), frozenset(), frozenset({"F"})]),
        prefers=rng.choice([frozenset(), frozenset({"T"})]),
        languages=rng.choice([frozenset(), frozenset({"en"})]),
        step_free=rng.random() < 0.7,
    )


def _rule(rng: random.Random) -> CallingRule:
    return CallingRule(
        rng.choice(["fifo", "relative_age"]),
        {"N": 30, "T": 20, "F": 10},
        rng.choice([frozenset(), frozenset({"F"})]),
        rng.choice([0, 1, 3]),
        rng.choice([0, 300]),
    )


@pytest.mark.parametrize("seed", range(60))
def test_a_line_is_called_as_the_rule_would_call_it_again_and_again(seed: int) -> None:
    line, callers, rule = crowd(random.Random(seed))
    rooms = hall(*callers, service_min=6.0)
    expected = played_by_the_rule(line, callers, rule, LATER, 6.0)
    found = turns(line, rooms, rule)
    assert {step: turn.minutes for step, turn in found.items()} == {step: at for step, (at, _) in expected.items()}
    assert {step: turn.ahead for step, turn in found.items()} == {
        one.step: sum(counter.takes(one.lane) for counter in _before(expected, callers, one.step))
        for one in line
        if one.step in expected
    }


def _before(calls: dict[int, tuple[float, int]], callers: Sequence[Caller], step: int) -> list[Profile]:
    """Return the counters of the calls that were made before that of a step."""
    order = list(calls)
    return [callers[calls[earlier][1]].profile for earlier in order[: order.index(step)]]
