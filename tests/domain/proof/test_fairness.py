"""The judge of calls: what it finds when a call is not by the rule, and what stands on the certificate of a day."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.calling.lane import Age
from server.domain.calling.rule import CallingRule, Choice, Reason
from server.domain.calling.v1 import choose_next, out_of_order
from server.domain.events.payloads import TokenCalled
from server.domain.freezes import Moment
from server.domain.plan.plan import FloorRules
from server.domain.proof.certificates import Certificate, Overtaken
from server.domain.proof.fairness import Audit, DayFairness
from server.domain.token.changes import call
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token
from tests.domain.test_rules import make_plan
from tests.factories import DAY, MORNING, make_event, make_step, make_token

REASONS = FloorRules(out_of_order={"instruction": {"en": "Instruction"}, "unwell": {"en": "Unwell"}})
PLAN = replace(make_plan(), calling=CallingRule(protected=frozenset({"F"}), quota=3), floor=REASONS)


@dataclass
class Court:
    """A line, and the judge who hears of every arrival and every call; each takes a minute."""

    audit: Audit = field(default_factory=lambda: Audit(lambda at: PLAN))
    line: list[Token] = field(default_factory=list)
    now: datetime = MORNING
    seq: int = 0
    passes: int = 0

    def tick(self) -> None:
        self.now += timedelta(minutes=1)
        self.seq += 1

    def join(self, klass: str = "N") -> Token:
        """Let somebody come."""
        self.tick()
        step = make_step(seq=self.seq, stage="G", entered_at=self.now, since=self.now)
        token = make_token(id=f"t{self.seq}", label=f"{klass}{self.seq:03d}", klass=klass, step=step)
        self.line.append(token)
        self.audit.change(None, token)
        return token

    def stand(self, before: Token, after: Token) -> None:
        """Let somebody stand in line otherwise."""
        self.line[self.line.index(before)] = after
        self.audit.change(before, after)

    def choose(self) -> Choice:
        """Return whom the rule calls now, of the first in each lane."""
        heads = {t.lane: t.waiting for t in reversed(self.line)}
        choice = choose_next(heads.values(), PLAN.calling, PLAN.profile("G1"), self.passes, self.age)
        assert choice is not None
        return choice

    @property
    def age(self) -> Age:
        """How long a moment is ago."""
        return Moment(self.now).age

    def call(self, token: Token, reason: Mapping[str, Any], *, passes: int | None = None) -> tuple[str, str] | None:
        """Tell the judge of a call with this reason; returns the first fault that they find."""
        called = call(token, "G1", f"e-{self.seq}", Moment(self.now))
        before = self.passes if passes is None else passes
        payload = TokenCalled(called, Reason(**reason), before, None)
        event = self.last = make_event(payload, seq=self.seq, at=self.now)
        fault = next(iter(self.audit.call(event, payload, token, self.age)), None)
        self.audit.change(token, called)
        self.line.remove(token)
        self.last = event
        return fault

    def call_next(self) -> tuple[str, str] | None:
        """Call whom the rule calls."""
        self.tick()
        choice = self.choose()
        fault = self.call(next(t for t in self.line if t.id == choice.waiting.token), choice.reason.view())
        self.passes = choice.passes
        return fault

    def favour(self, token: Token, why: str) -> tuple[str, str] | None:
        """Call somebody out of order."""
        self.tick()
        heads = {t.lane: t.waiting for t in reversed(self.line)}
        choice = out_of_order(
            token.waiting, heads.values(), PLAN.calling, PLAN.profile("G1"), self.passes, self.age, why
        )
        fault = self.call(token, choice.reason.view())
        self.passes = choice.passes
        return fault

    @property
    def day(self) -> DayFairness:
        """The figures of the day."""
        return self.audit.day(DAY)


def reason(token: Token, rule: str = "protected_class", **params: Any) -> dict[str, Any]:
    return {"rule": rule, "params": {"label": token.label, **params}}


def test_calls_by_the_rule_are_found_just_and_counted() -> None:
    court = Court()
    for klass in "NNFFF":
        court.join(klass)
    assert [court.call_next() for _ in range(5)] == [None] * 5
    told = court.day.view()
    assert told.rules == {"longest_wait": 1, "protected_class": 3, "quota": 1}
    assert (told.calls, told.worst, told.bound, told.beyond_bound, told.unexplained) == (5, 2, 2, 0, 0)
    assert told.overtaken == {"F": Overtaken(3, 0, 0, 0), "N": Overtaken(2, 2.5, 3, 3)}


def test_a_call_of_somebody_else_than_the_rule_chose_is_found() -> None:
    court = Court()
    court.join()
    favoured = court.join()
    court.tick()
    fault = court.call(favoured, reason(favoured, "longest_wait"))
    assert fault == ("unexplained_call", "N002 was called, by the rule it was N001.")
    assert court.day.unexplained == 1


def test_another_reason_than_that_of_the_rule_is_found() -> None:
    court = Court()
    token = court.join()
    court.tick()
    told = court.choose().reason.view()
    fault = court.call(token, {**told, "params": {**told["params"], "waited_s": 9999}})
    assert fault is not None
    assert fault[0] == "unexplained_call"


def test_a_wrong_count_of_the_calls_that_passed_over_the_longest_wait_is_found() -> None:
    court = Court()
    token = court.join()
    court.tick()
    fault = court.call(token, court.choose().reason.view(), passes=1)
    assert fault is not None
    assert fault[0] == "unexplained_call"


def pass_over(court: Court) -> list[tuple[str, str]]:
    """Let somebody come who is called first; returns what the judge finds when nobody tells the passes."""
    favoured = court.join("F")
    court.tick()
    called = call(favoured, "G1", f"e-{court.seq}", Moment(court.now))
    payload = TokenCalled(called, Reason(**reason(favoured)), None, None)
    event = make_event(payload, seq=court.seq, at=court.now)
    faults = court.audit.call(event, payload, favoured, court.age)
    court.audit.change(favoured, called)
    return faults


def test_an_overtaking_beyond_the_bound_is_found_even_when_nobody_says_by_which_rule() -> None:
    """With nobody older one may be overtaken twice; events of an older version do not tell the passes."""
    court = Court()
    court.join()
    faults = [pass_over(court) for _ in range(3)]
    assert faults == [[], [], [("overtaken_too_often", "N001 was overtaken beyond the bound.")]]
    assert (court.day.beyond_bound, court.day.worst) == (1, 3.0)


def test_a_decision_of_a_person_is_counted_apart_and_is_no_fault() -> None:
    court = Court()
    court.join()
    for _ in range(4):
        favoured = court.join()
        assert court.favour(favoured, "instruction") is None
    told = court.day.view()
    assert (told.out_of_order, told.beyond_bound, told.worst) == ({"instruction": 4}, 0, 0)
    assert court.call_next() is None
    assert court.day.slips["N"][4] == 1


def test_calls_out_of_order_use_up_the_quota_so_that_the_longest_wait_is_next() -> None:
    court = Court()
    oldest = court.join()
    for _ in range(3):
        court.join("F")
    for favoured in list(court.line[1:3]):
        assert court.favour(favoured, "unwell") is None
    court.tick()
    choice = court.choose()
    assert (choice.waiting.token, choice.reason.rule) == (oldest.id, "quota")


@pytest.mark.parametrize("undone", [False, True])
def test_a_call_that_was_taken_back_gives_the_turn_back(undone: bool) -> None:
    """F is called twice; when the second call is undone the line owes its next turn as before."""
    court = Court()
    court.join()
    court.join("F")
    second = court.join("F")
    court.call_next()
    court.call_next()
    if undone:
        called = replace(second, step=replace(second.step, state=StepState.CALLED))
        court.audit.change(called, second)
        assert isinstance(court.last.payload, TokenCalled)
        court.audit.undo_call(court.last, court.last.payload, second)
        court.line.append(second)
        court.passes = min(2, court.passes + 1)
    assert court.call_next() is None
    assert court.day.view().rules == {"protected_class": 2, "quota" if undone else "longest_wait": 1}


def test_a_call_is_judged_by_the_plan_of_its_own_moment() -> None:
    """From the fifth minute on nobody is protected, so that the second F is called against the rule."""
    later, changes = replace(PLAN, calling=CallingRule("fifo", quota=0)), MORNING + timedelta(minutes=5)
    court = Court(Audit(lambda at: PLAN if at < changes else later))
    for klass in "NFF":
        court.join(klass)
    assert court.call_next() is None
    assert court.call_next() == ("unexplained_call", "F003 was called, by the rule it was N001.")


def test_when_the_rule_changes_the_bound_is_counted_anew_for_all_who_wait() -> None:
    """N was passed over four times by the rule of before; by that of now it may be passed over twice more."""
    before = replace(PLAN, calling=CallingRule(protected=frozenset({"F"}), quota=5))
    changes = MORNING + timedelta(minutes=30)
    court = Court(Audit(lambda at: before if at < changes else PLAN))
    court.join()
    assert [pass_over(court) for _ in range(4)] == [[]] * 4
    court.now = changes
    assert [[code for code, _ in pass_over(court)] for _ in range(3)] == [[], [], ["overtaken_too_often"]]


def test_a_take_over_leaves_the_turns_of_the_line_as_they_were() -> None:
    court = Court()
    court.join()
    token = court.join()
    court.tick()
    assert court.call(token, reason(token, "taken_over", **{"class": token.klass, "from": "G2"})) is None
    assert court.call_next() is None


def test_who_comes_back_to_an_older_place_stands_before_those_who_are_there() -> None:
    """The bound of N grows by one when somebody older comes back, so that one call over it weighs half."""
    court = Court()
    court.join()
    older = make_token(id="back", label="N900", step=make_step(seq=0, stage="G", since=MORNING))
    court.audit.change(None, older)
    court.line.insert(0, older)
    court.call_next()
    court.join("F")
    court.call_next()
    assert court.day.worst == 0.5


def test_a_call_that_was_taken_back_does_not_count_towards_the_bound() -> None:
    """N is passed over twice, but one of the two was undone: it is as if one more stood before it."""
    court = Court()
    court.join()
    first = court.join("F")
    court.call_next()
    called = replace(first, step=replace(first.step, state=StepState.CALLED))
    court.audit.change(called, first)
    assert isinstance(court.last.payload, TokenCalled)
    court.audit.undo_call(court.last, court.last.payload, first)
    court.line.append(first)
    court.passes = 1
    assert court.call_next() is None
    assert (court.day.worst, court.day.beyond_bound) == (1, 0)


def test_somebody_whom_the_desk_may_not_take_is_not_overtaken_by_it() -> None:
    court = Court()
    court.tick()
    step = make_step(seq=court.seq, stage="G", since=court.now, only="G9")
    court.audit.change(None, make_token(id="sent", label="N900", step=step))
    token = court.join()
    court.tick()
    choice = court.choose()
    assert court.call(token, choice.reason.view()) is None
    assert court.day.worst == 0


@pytest.mark.parametrize(
    ("slips", "told"),
    [
        ({0: 1}, Overtaken(1, 0.0, 0, 0)),
        (dict.fromkeys(range(20), 1), Overtaken(20, 9.5, 18, 19)),
        ({0: 20, 3: 1}, Overtaken(21, 0.14, 0, 3)),
    ],
)
def test_the_percentile_is_the_smallest_count_that_holds_for_95_of_100(slips: dict[int, int], told: Overtaken) -> None:
    day = DayFairness(DAY, slips={"N": Counter(slips)})
    assert day.view().overtaken == {"N": told}


def test_a_day_without_a_call_has_an_empty_certificate() -> None:
    assert DayFairness(DAY).view() == Certificate(
        day="2026-11-24",
        calls=0,
        rules={},
        overtaken={},
        worst=0.0,
        bound=None,
        out_of_order={},
        undone=0,
        unexplained=0,
        beyond_bound=0,
    )


@pytest.mark.parametrize(("quota", "bound"), [(0, None), (1, 0), (3, 2)])
def test_the_bound_follows_from_the_quota_and_the_worst_is_told_to_the_hundredth(quota: int, bound: int | None) -> None:
    day = DayFairness(DAY, quota=quota, worst=2 / 3).view()
    assert (day.bound, day.worst) == (bound, 0.67)


def test_somebody_sent_to_a_counter_by_name_is_not_counted_as_overtaken_there() -> None:
    court = Court()
    sent, hurt = court.join(), court.join()
    court.stand(sent, replace(sent, step=replace(sent.step, only="G1")))
    court.stand(hurt, replace(hurt, emergency_at=court.now))
    assert [court.call_next(), court.call_next()] == [None, None]
    assert court.day.view().rules == {"emergency": 1, "longest_wait": 1}
    assert court.day.view().overtaken["N"].max == 0
