"""What can be done to a token: which states allow it, where it leads, and the change that it makes."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from server.domain.errors import IllegalTransition
from server.domain.freezes import Moment
from server.domain.frozen import changed
from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.route import Stop
from server.domain.token.spans import spent, turned, waited_until
from server.domain.token.token import Step, Token
from server.domain.token.ways_back import WayBack, on_route, push


class Action(StrEnum):
    """What can be done to the open step of a token."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    FINISH = "finish"
    MISS = "miss"
    PAUSE = "pause"
    RETURN = "return"
    PUT_BACK = "put_back"
    TRANSFER = "transfer"
    CORRECT = "correct"
    REMARK = "remark"
    CANCEL = "cancel"
    EXPIRE = "expire"


WAITING, CALLED, SERVING = StepState.WAITING, StepState.CALLED, StepState.SERVING
HELD, PAUSED, MISSED = StepState.HELD, StepState.PAUSED, StepState.MISSED
DONE, SKIPPED = StepState.DONE, StepState.SKIPPED
OPEN = (WAITING, CALLED, SERVING, HELD, PAUSED, MISSED)
TRANSFERRED = "transfer"
"""The outcome of a step from which somebody was sent on."""
STAYS = {state: state for state in OPEN}

# A row is an action, its entries are the states that allow it and where it leads. A transfer ends this step and begins
# another; `correct` changes the service, `remark` what is known of the citizen, and both leave the state as it is.
_TABLE: Mapping[Action, Mapping[StepState, StepState]] = {
    Action.CALL: {WAITING: CALLED},
    Action.RECALL: {CALLED: CALLED},
    Action.START: {CALLED: SERVING},
    Action.HOLD: {CALLED: HELD, SERVING: HELD},
    Action.RESUME: {HELD: SERVING},
    Action.FINISH: {SERVING: DONE},
    Action.MISS: {CALLED: MISSED, HELD: MISSED},
    Action.PAUSE: {WAITING: PAUSED, PAUSED: PAUSED},
    Action.RETURN: {WAITING: WAITING, PAUSED: WAITING, MISSED: WAITING},
    Action.PUT_BACK: {CALLED: WAITING, SERVING: WAITING},
    Action.TRANSFER: {WAITING: SKIPPED, CALLED: SKIPPED, SERVING: DONE, HELD: SKIPPED},
    Action.CORRECT: STAYS,
    Action.REMARK: STAYS,
    Action.CANCEL: {state: SKIPPED for state in OPEN if state is not SERVING},
    Action.EXPIRE: dict.fromkeys(OPEN, SKIPPED),
}
TRANSITIONS: Mapping[tuple[StepState, Action], StepState] = {
    (state, action): after for action, row in _TABLE.items() for state, after in row.items()
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a transfer leads: a stage, and perhaps the only counter or officer.

    Afterwards the token `returns` to the counter that sent it, or to the officer it was sent to there.
    """

    stage: str
    only: str | None = None
    returns: bool = False


def follow(state: StepState, action: Action) -> StepState:
    """Return the state after `action`; raises IllegalTransition when the table has no such pair."""
    after = TRANSITIONS.get((state, action))
    if after is None:
        raise IllegalTransition(
            f"A token that is {state.value} cannot be changed by {action.value}.",
            state=state.value,
            action=action.value,
        )
    return after


def call(token: Token, counter: str, call_id: str, at: Moment, *, jumped: bool = False) -> Token:
    """Return `token` called to `counter`, before older ones when `jumped`; raises IllegalTransition unless it waits.

    Somebody who was missed and came back keeps the moment of their first call: with it the wait has ended.
    """
    step = token.step
    return _turn(
        token,
        follow(step.state, Action.CALL),
        at,
        counter=counter,
        call=call_id,
        calls=1,
        first_called=step.first_called or at.now,
        last_called=at.now,
        called_by=counter,
        jumped_at=at.now if jumped else step.jumped_at,
        waited=waited_until(step, at),
    )


def gather(token: Token, beside: tuple[str, ...]) -> Token:
    """Return the token of a party with the neighbouring counters that serve it too."""
    return _step(token, beside=beside)


def leave_helper(token: Token, counter: str) -> Token:
    """Return the token of a party without a counter that helped with it; raises IllegalTransition when it has ended."""
    state = follow(token.step.state, Action.REMARK)
    return _step(token, state=state, beside=tuple(id_ for id_ in token.step.beside if id_ != counter))


def recall(token: Token, at: Moment) -> Token:
    """Return `token` called once more to the same counter; raises IllegalTransition unless it is called."""
    state = follow(token.step.state, Action.RECALL)
    return _step(token, state=state, calls=token.step.calls + 1, last_called=at.now)


def start(token: Token, at: Moment) -> Token:
    """Return `token` with its service begun; raises IllegalTransition unless it is called."""
    return _turn(token, follow(token.step.state, Action.START), at, started_at=at.now)


def hold(token: Token, at: Moment) -> Token:
    """Return `token` parked at its counter; raises IllegalTransition unless it is called or served."""
    return _turn(token, follow(token.step.state, Action.HOLD), at, beside=())


def resume(token: Token, at: Moment) -> Token:
    """Return a parked `token` being served again; raises IllegalTransition unless it is held."""
    return _turn(token, follow(token.step.state, Action.RESUME), at, started_at=token.step.started_at or at.now)


def miss(token: Token, at: Moment) -> Token:
    """Return `token` as called and absent; raises IllegalTransition unless it is called or held."""
    return _turn(token, follow(token.step.state, Action.MISS), at, counter=None, beside=())


def pause(token: Token, until: datetime, at: Moment) -> Token:
    """Return `token` away until a moment, its place kept; raises IllegalTransition unless it waits or is paused."""
    return _turn(token, follow(token.step.state, Action.PAUSE), at, until=until)


def return_to_line(token: Token, at: Moment) -> Token:
    """Return `token` in line again at the place its age gives; raises IllegalTransition for one at a counter."""
    return _turn(token, follow(token.step.state, Action.RETURN), at, until=None)


def put_back(token: Token, at: Moment) -> Token:
    """Return `token` in line again, not called any more: its age and its first call stay; raises IllegalTransition."""
    return _turn(token, follow(token.step.state, Action.PUT_BACK), at, counter=None, beside=())


def transfer(token: Token, target: Target, seq: int, at: Moment) -> tuple[Step, Token]:
    """Close the open step and wait elsewhere with the age in the centre; `seq` names the new step.

    Returns the closed step and the token after it. Raises IllegalTransition unless it waits or is at a counter, and
    TooDeep when it would return from a sixth errand.
    """
    closed = _closed(token, Action.TRANSFER, at, TRANSFERRED)
    came_from = token.step
    ways = came_from.ways_back
    if target.returns:
        ways = push(ways, WayBack(came_from.stage, came_from.only or came_from.counter))
    entered = _entered(seq, target.stage, token.aged_from, at)
    return closed, _stands_in(token, closed, replace(entered, ways_back=ways, only=target.only))


def correct(token: Token, service: str, klass: str, route: str, stages: Container[str]) -> Token:
    """Return `token` with another service: same number, same age; raises IllegalTransition when it has ended.

    Ways back that are not among the `stages` of the new route are dropped.
    """
    state, ways = follow(token.step.state, Action.CORRECT), on_route(token.step.ways_back, stages)
    return replace(_step(token, state=state, ways_back=ways), service=service, klass=klass, route=route)


def move(token: Token, stage: str, seq: int, at: Moment) -> tuple[Step, Token]:
    """Close the open step unserved and wait at a stage of the new route, with the same age."""
    spans = turned(token.step, at)
    closed = changed(token.step, **spans, state=StepState.SKIPPED, ended_at=at.now, outcome="correct")
    return closed, _stands_in(token, closed, _entered(seq, stage, token.aged_from, at))


def remark(token: Token, **changes: Any) -> Token:  # fields of `Token`
    """Return `token` with another party, access need, language or emergency; raises IllegalTransition when ended.

    Of a party that is smaller now the counters that helped with the others are free again, the farthest first.
    """
    after = replace(_step(token, state=follow(token.step.state, Action.REMARK)), **changes)
    return after if after.party >= token.party else gather(after, after.step.beside[: after.party - 1])


def finish(token: Token, outcome: str, stop: Stop, seq: int, at: Moment) -> tuple[Step, Token]:
    """Close the open step with `outcome` and go where `stop` says; `seq` names the next step.

    Returns the closed step and the token after it. Raises IllegalTransition unless it is being served.
    """
    closed = _closed(token, Action.FINISH, at, outcome)
    after = _decided(token, stop)
    if stop.stage is None:
        return closed, replace(after, step=closed, ended_at=at.now)
    # Who comes back to somebody by name was there before: their age in the centre counts, whoever takes them there.
    by_name = stop.taken is not None and stop.taken.only is not None
    entered = _entered(seq, stop.stage, token.aged_from if by_name else at.now, at)
    entered = replace(entered, ways_back=stop.ways_back, only=stop.only)
    return closed, _stands_in(after, closed, entered)


def cancel(token: Token, at: Moment) -> Token:
    """Return `token` cancelled; raises IllegalTransition when it is being served or has ended."""
    return _end(token, Action.CANCEL, TokenEnd.CANCELLED, at)


def expire(token: Token, at: Moment) -> Token:
    """Return `token` ended by the close of day: a missed one is a no-show, any other has expired."""
    missed = token.step.state is StepState.MISSED
    return _end(token, Action.EXPIRE, TokenEnd.NO_SHOW if missed else TokenEnd.EXPIRED, at)


def _end(token: Token, action: Action, ends: TokenEnd, at: Moment) -> Token:
    return replace(token, step=_closed(token, action, at, None), ends=ends, ended_at=at.now)


def _closed(token: Token, action: Action, at: Moment, outcome: str | None) -> Step:
    state = follow(token.step.state, action)
    return changed(token.step, **turned(token.step, at), state=state, ended_at=at.now, outcome=outcome, until=None)


def _entered(seq: int, stage: str, since: datetime, at: Moment) -> Step:
    """Return a step that begins to wait at a moment, with an age that counts from `since`."""
    return Step(seq, stage, StepState.WAITING, at.now, since, at.now)


def _stands_in(token: Token, closed: Step, entered: Step) -> Token:
    """Return a token in its next step: what it spent in the closed one is part of its stay."""
    return changed(token, step=entered, stayed=token.stayed + spent(closed))


def _turn(token: Token, state: StepState, at: Moment, **changes: Any) -> Token:  # fields of `Step`
    """Return a token whose step is in a state from a moment on; where it was so before, its span goes on."""
    spans = {} if state is token.step.state else turned(token.step, at)
    return _step(token, state=state, **spans, **changes)


def _step(token: Token, **changes: Any) -> Token:  # fields of `Step`
    return changed(token, step=changed(token.step, **changes))


def _decided(token: Token, stop: Stop) -> Token:
    """Return a token with what a stop says of it as a whole: its decision, its end, its slip, its next service."""
    after = replace(
        token,
        decision=stop.decision or token.decision,
        ends=stop.ends or token.ends,
        return_until=stop.return_until or token.return_until,
    )
    if stop.following is None:
        return after
    new = stop.following
    return replace(after, service=new.service, klass=new.klass, route=new.route, then=new.then)
