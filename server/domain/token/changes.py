"""What can be done to a token: which states allow it, where it leads, and the change that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from server.domain.errors import IllegalTransition
from server.domain.frozen import changed
from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.route import Stop
from server.domain.token.token import Step, Token


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
    TRANSFER = "transfer"
    CORRECT = "correct"
    REMARK = "remark"
    CANCEL = "cancel"
    EXPIRE = "expire"


WAITING, CALLED, SERVING = StepState.WAITING, StepState.CALLED, StepState.SERVING
HELD, PAUSED, MISSED = StepState.HELD, StepState.PAUSED, StepState.MISSED
DONE, SKIPPED = StepState.DONE, StepState.SKIPPED
OPEN = (WAITING, CALLED, SERVING, HELD, PAUSED, MISSED)
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

    Afterwards the token `returns` to the counter that sent it, or, from a stage off its route, `loops` to the stage.
    """

    stage: str
    only: str | None = None
    returns: bool = False
    loops: bool = False


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


def call(token: Token, counter: str, call_id: str, now: datetime, *, jumped: bool = False) -> Token:
    """Return `token` called to `counter`, before older ones when `jumped`; raises IllegalTransition unless it waits.

    Somebody who was missed and came back keeps the moment of their first call.
    """
    step = token.step
    return _step(
        token,
        state=follow(step.state, Action.CALL),
        counter=counter,
        call=call_id,
        calls=1,
        first_called=step.first_called or now,
        last_called=now,
        called_by=counter,
        jumped=step.jumped or jumped,
    )


def gather(token: Token, beside: tuple[str, ...]) -> Token:
    """Return the token of a party with the neighbouring counters that serve it too."""
    return _step(token, beside=beside)


def leave_helper(token: Token, counter: str) -> Token:
    """Return the token of a party without a counter that helped with it; raises IllegalTransition when it has ended."""
    state = follow(token.step.state, Action.REMARK)
    return _step(token, state=state, beside=tuple(id_ for id_ in token.step.beside if id_ != counter))


def recall(token: Token, now: datetime) -> Token:
    """Return `token` called once more to the same counter; raises IllegalTransition unless it is called."""
    state = follow(token.step.state, Action.RECALL)
    return _step(token, state=state, calls=token.step.calls + 1, last_called=now)


def start(token: Token, now: datetime) -> Token:
    """Return `token` with its service begun; raises IllegalTransition unless it is called."""
    return _step(token, state=follow(token.step.state, Action.START), started_at=now)


def hold(token: Token, _now: datetime) -> Token:
    """Return `token` parked at its counter; raises IllegalTransition unless it is called or served."""
    return _step(token, state=follow(token.step.state, Action.HOLD), beside=())


def resume(token: Token, now: datetime) -> Token:
    """Return a parked `token` being served again; raises IllegalTransition unless it is held."""
    state = follow(token.step.state, Action.RESUME)
    return _step(token, state=state, started_at=token.step.started_at or now)


def miss(token: Token, _now: datetime) -> Token:
    """Return `token` as called and absent; raises IllegalTransition unless it is called or held."""
    return _step(token, state=follow(token.step.state, Action.MISS), counter=None, beside=())


def pause(token: Token, until: datetime) -> Token:
    """Return `token` away until a moment, its place kept; raises IllegalTransition unless it waits or is paused."""
    return _step(token, state=follow(token.step.state, Action.PAUSE), until=until)


def return_to_line(token: Token, _now: datetime) -> Token:
    """Return `token` in line again at the place its age gives; raises IllegalTransition for one at a counter."""
    return _step(token, state=follow(token.step.state, Action.RETURN), until=None)


def transfer(token: Token, target: Target, seq: int, now: datetime) -> tuple[Step, Token]:
    """Close the open step and wait elsewhere with the age in the centre; `seq` names the new step.

    Returns the closed step and the token after it. Raises IllegalTransition unless it waits or is at a counter.
    """
    closed = _closed(token, Action.TRANSFER, now, "transfer")
    came_from = token.step
    back_to, back_only = came_from.back_to, came_from.back_only
    if target.returns or target.loops:
        back_to, back_only = came_from.stage, came_from.counter if target.returns else None
    entered = Step(seq, target.stage, StepState.WAITING, now, token.aged_from, back_to, back_only, target.only)
    return closed, replace(token, step=entered)


def correct(token: Token, service: str, klass: str, route: str) -> Token:
    """Return `token` with another service: same number, same age; raises IllegalTransition when it has ended."""
    state = follow(token.step.state, Action.CORRECT)
    return replace(_step(token, state=state), service=service, klass=klass, route=route)


def move(token: Token, stage: str, seq: int, now: datetime) -> tuple[Step, Token]:
    """Close the open step unserved and wait at a stage of the new route, with the same age."""
    closed = replace(token.step, state=StepState.SKIPPED, ended_at=now, outcome="correct")
    return closed, replace(token, step=Step(seq, stage, StepState.WAITING, now, token.aged_from))


def remark(token: Token, **changes: Any) -> Token:  # fields of `Token`
    """Return `token` with another party, access need, language or emergency; raises IllegalTransition when ended."""
    return replace(_step(token, state=follow(token.step.state, Action.REMARK)), **changes)


def finish(token: Token, outcome: str, stop: Stop, seq: int, now: datetime) -> tuple[Step, Token]:
    """Close the open step with `outcome` and go where `stop` says; `seq` names the next step.

    Returns the closed step and the token after it. Raises IllegalTransition unless it is being served.
    """
    closed = _closed(token, Action.FINISH, now, outcome)
    after = _decided(token, stop)
    if stop.stage is None:
        return closed, replace(after, step=closed, ended_at=now)
    entered = Step(seq, stop.stage, StepState.WAITING, now, now, back_to=stop.back_to)
    if token.step.back_only is not None and stop.stage == token.step.back_to:
        entered = replace(entered, only=token.step.back_only, since=token.aged_from)
    return closed, replace(after, step=entered)


def cancel(token: Token, now: datetime) -> Token:
    """Return `token` cancelled; raises IllegalTransition when it is being served or has ended."""
    return _end(token, Action.CANCEL, TokenEnd.CANCELLED, now)


def expire(token: Token, now: datetime) -> Token:
    """Return `token` ended by the close of day: a missed one is a no-show, any other has expired."""
    missed = token.step.state is StepState.MISSED
    return _end(token, Action.EXPIRE, TokenEnd.NO_SHOW if missed else TokenEnd.EXPIRED, now)


def _end(token: Token, action: Action, ends: TokenEnd, now: datetime) -> Token:
    return replace(token, step=_closed(token, action, now, None), ends=ends, ended_at=now)


def _closed(token: Token, action: Action, now: datetime, outcome: str | None) -> Step:
    return changed(token.step, state=follow(token.step.state, action), ended_at=now, outcome=outcome, until=None)


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
