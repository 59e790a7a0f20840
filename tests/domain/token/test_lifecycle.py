"""Every pair of state and action, and what each action makes of a token."""

import itertools
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum

import pytest

from server.domain.calling.lane import Lane
from server.domain.errors import IllegalTransition, TooDeep
from server.domain.freezes import Moment
from server.domain.token import changes, record
from server.domain.token.changes import Action, Target, follow
from server.domain.token.lifecycle import CounterState as K
from server.domain.token.lifecycle import StepState as S
from server.domain.token.lifecycle import TokenEnd, move_counter
from server.domain.token.route import Stop
from server.domain.token.ways_back import WayBack
from tests.factories import MORNING, make_step, make_token

NOON = MORNING + timedelta(hours=2)
BEGIN, AT_NOON = Moment(MORNING), Moment(NOON)
OPEN = (S.WAITING, S.CALLED, S.SERVING, S.HELD, S.PAUSED, S.MISSED)
LEGAL = {
    (S.WAITING, Action.CALL): S.CALLED,
    (S.CALLED, Action.RECALL): S.CALLED,
    (S.CALLED, Action.START): S.SERVING,
    (S.CALLED, Action.HOLD): S.HELD,
    (S.SERVING, Action.HOLD): S.HELD,
    (S.HELD, Action.RESUME): S.SERVING,
    (S.SERVING, Action.FINISH): S.DONE,
    (S.CALLED, Action.MISS): S.MISSED,
    (S.HELD, Action.MISS): S.MISSED,
    (S.WAITING, Action.PAUSE): S.PAUSED,
    (S.PAUSED, Action.PAUSE): S.PAUSED,
    **{(state, Action.RETURN): S.WAITING for state in (S.WAITING, S.PAUSED, S.MISSED)},
    **{(state, Action.PUT_BACK): S.WAITING for state in (S.CALLED, S.SERVING)},
    **{(state, Action.TRANSFER): S.SKIPPED for state in (S.WAITING, S.CALLED, S.HELD)},
    (S.SERVING, Action.TRANSFER): S.DONE,
    **{(state, Action.CORRECT): state for state in OPEN},
    **{(state, Action.REMARK): state for state in OPEN},
    **{(state, Action.CANCEL): S.SKIPPED for state in OPEN if state is not S.SERVING},
    **{(state, Action.EXPIRE): S.SKIPPED for state in OPEN},
}


@pytest.mark.parametrize(("state", "action"), list(itertools.product(S, Action)))
def test_each_pair_leads_where_the_table_says_or_is_refused(state: S, action: Action) -> None:
    if (state, action) in LEGAL:
        assert follow(state, action) is LEGAL[state, action]
        return
    with pytest.raises(IllegalTransition) as refused:
        follow(state, action)
    assert refused.value.details == {"state": state.value, "action": action.value}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(K, K)))
def test_a_counter_may_go_everywhere_but_from_closed_to_paused(before: K, after: K) -> None:
    if (before, after) == (K.CLOSED, K.PAUSED):
        with pytest.raises(IllegalTransition):
            move_counter(before, after)
    else:
        assert move_counter(before, after) is after


def later(minutes: int) -> Moment:
    return Moment(MORNING + timedelta(minutes=minutes))


def test_a_call_names_its_counter_and_a_recall_counts_on() -> None:
    called = changes.call(make_token(), "A7", "e-9", BEGIN)
    assert (called.state, called.step.counter, called.step.call, called.step.calls) == ("called", "A7", "e-9", 1)
    again = changes.recall(called, BEGIN)
    assert (again.step.call, again.step.calls) == ("e-9", 2)


def test_a_token_held_at_its_counter_goes_on_with_the_start_it_had() -> None:
    started = changes.start(changes.call(make_token(), "A7", "e-9", BEGIN), BEGIN)
    held = changes.hold(started, BEGIN)
    assert (held.state, held.step.counter) == ("held", "A7")
    assert changes.resume(held, later(9)).step.started_at == MORNING


def test_somebody_who_was_missed_comes_back_to_the_place_their_age_gives() -> None:
    called = changes.call(make_token(), "A7", "e-9", later(4))
    back = changes.return_to_line(changes.miss(called, BEGIN), BEGIN)
    assert (back.state, back.step.since, back.step.first_called) == ("waiting", MORNING, called.step.first_called)


def test_a_transfer_takes_the_age_in_the_centre_along_and_may_come_back() -> None:
    late = make_step(since=MORNING + timedelta(minutes=30), counter="A7", state=S.SERVING)
    closed, sent = changes.transfer(make_token(step=late), Target("C", "C2", returns=True), 17, AT_NOON)
    assert (closed.state, closed.outcome) == (S.DONE, "transfer")
    assert (sent.step.stage, sent.step.only, sent.step.since, sent.step.seq) == ("C", "C2", MORNING, 17)
    serving = changes.start(changes.call(sent, "C2", "e-18", AT_NOON), AT_NOON)
    [way] = sent.step.ways_back
    _, back = changes.finish(serving, "granted", Stop("A", taken=way, only=way.only), 20, AT_NOON)
    assert (back.step.stage, back.step.only, back.step.since) == ("A", "A7", MORNING)


def test_the_first_call_is_kept_when_somebody_comes_back_and_is_called_again() -> None:
    first = changes.call(make_token(), "A7", "e-1", BEGIN)
    assert (first.step.first_called, first.step.last_called, first.step.calls) == (MORNING, MORNING, 1)
    again = changes.call(replace(first, step=replace(first.step, state=S.WAITING)), "A8", "e-2", AT_NOON)
    assert (again.step.first_called, again.step.last_called, again.step.counter) == (MORNING, NOON, "A8")


def test_who_needs_a_way_without_steps_waits_for_such_a_counter() -> None:
    assert make_token(step_free=True).lane == Lane("N", "NORMAL", "hi", step_free=True)


def test_a_transfer_leads_back_only_when_it_is_asked_to() -> None:
    before = make_token(step=make_step(counter="A7", state=S.SERVING))
    _, sent = changes.transfer(before, Target("C"), 17, AT_NOON)
    _, returns = changes.transfer(before, Target("AX", returns=True), 17, AT_NOON)
    assert (sent.step.ways_back, returns.step.ways_back) == ((), (WayBack("A", "A7"),))


def test_a_transfer_of_somebody_an_officer_waited_for_leads_back_to_that_officer() -> None:
    before = make_token(step=make_step(counter="A7", only="staff:3", state=S.SERVING, ways_back=(WayBack("B"),)))
    _, sent = changes.transfer(before, Target("AX", returns=True), 17, AT_NOON)
    assert sent.step.ways_back == (WayBack("B"), WayBack("A", "staff:3"))


def test_a_sixth_errand_is_too_deep() -> None:
    before = make_token(step=make_step(counter="A7", state=S.SERVING, ways_back=(WayBack("B"),) * 5))
    with pytest.raises(TooDeep):
        changes.transfer(before, Target("AX", returns=True), 17, AT_NOON)
    assert changes.transfer(before, Target("AX"), 17, AT_NOON)[1].step.ways_back == (WayBack("B"),) * 5


def test_a_move_to_another_route_ends_the_step_unserved_and_keeps_the_age_in_the_centre() -> None:
    waited = make_step(since=MORNING - timedelta(minutes=5), counter="A7")
    closed, moved = changes.move(make_token(step=waited), "E", 17, AT_NOON)
    assert (closed.state, closed.outcome, closed.ended_at) == (S.SKIPPED, "correct", NOON)
    assert (moved.step.seq, moved.step.stage, moved.step.state, moved.step.entered_at) == (17, "E", S.WAITING, NOON)
    assert (moved.step.since, moved.step.counter) == (MORNING, None)


def test_a_correction_keeps_the_number_the_age_and_the_state() -> None:
    astray = make_token(step=make_step(ways_back=(WayBack("E"), WayBack("B"))))
    corrected = changes.correct(astray, "PCC", "P", "default", ("A", "B"))
    assert corrected.step.ways_back == (WayBack("B"),)
    assert (corrected.label, corrected.klass, corrected.service, corrected.state) == ("N001", "P", "PCC", "waiting")
    assert corrected.step.since == MORNING


def test_a_missed_token_leaves_its_counter() -> None:
    missed = changes.miss(changes.call(make_token(), "A7", "e-9", BEGIN), BEGIN)
    assert (missed.state, missed.step.counter) == ("missed", None)


def test_a_finish_closes_the_step_and_enters_the_next() -> None:
    serving = changes.start(changes.call(make_token(), "A7", "e-9", BEGIN), BEGIN)
    closed, after = changes.finish(serving, "ok", Stop("B"), 17, BEGIN)
    assert (closed.state, closed.outcome, closed.ended_at) == (S.DONE, "ok", MORNING)
    assert (after.state, after.step.stage, after.step.seq, after.ended) == ("waiting", "B", 17, False)


def test_the_last_finish_ends_the_token_as_its_decision_said() -> None:
    serving = changes.start(changes.call(make_token(), "C1", "e-9", BEGIN), BEGIN)
    _, refused = changes.finish(serving, "refused", Stop("X", (), "refused", TokenEnd.REFUSED), 17, BEGIN)
    leaving = changes.start(changes.call(refused, "X1", "e-18", BEGIN), BEGIN)
    _, ended = changes.finish(leaving, "ok", Stop(None), 20, BEGIN)
    assert (ended.state, ended.decision, ended.ended) == ("refused", "refused", True)


@pytest.mark.parametrize(("state", "end"), [(S.WAITING, "expired"), (S.SERVING, "expired"), (S.MISSED, "no_show")])
def test_the_close_of_day_ends_a_token_by_where_it_was(state: S, end: str) -> None:
    assert changes.expire(make_token(step=make_step(state=state)), BEGIN).state == end


def test_a_cancelled_token_has_ended() -> None:
    assert changes.cancel(make_token(), BEGIN).state == "cancelled"


@pytest.mark.parametrize("state", S)
def test_a_record_gives_back_the_same_token(state: S) -> None:
    token = make_token(
        step=make_step(
            state=state,
            counter="A7",
            call="e-9",
            calls=2,
            last_called=MORNING,
            ways_back=(WayBack("B"), WayBack("C", "C2")),
        ),
        decision="granted",
        ends=TokenEnd.REFUSED,
        need="senior",
    )
    ended = replace(token, ended_at=MORNING)
    assert record.from_record(record.to_record(token), record.needs_of(token)) == token
    assert record.from_record(record.to_record(ended), record.needs_of(ended)) == ended


@pytest.mark.parametrize("name", [*S, *TokenEnd, *Action, *K])
def test_a_state_and_an_action_are_called_what_they_are(name: StrEnum) -> None:
    """The log, the screens and the API hold these words."""
    assert name.value == name.name.lower()
