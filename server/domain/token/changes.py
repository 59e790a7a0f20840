"""The change that each action makes to a token."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from server.domain.token.lifecycle import Action, StepState, TokenEnd, follow
from server.domain.token.route import Stop
from server.domain.token.token import STEP_NAMES, TOKEN_NAMES, Step, Token, of_step, of_token


@dataclass(frozen=True, slots=True)
class Target:
    """Where a transfer leads: a stage, and perhaps the only counter or officer.

    Afterwards the token `returns` to the counter that sent it, or, from a stage off its route, `loops` to the stage.
    """

    stage: str
    only: str | None = None
    returns: bool = False
    loops: bool = False


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


def hold(token: Token) -> Token:
    """Return `token` parked at its counter; raises IllegalTransition unless it is called or served."""
    return _step(token, state=follow(token.step.state, Action.HOLD), beside=())


def resume(token: Token, now: datetime) -> Token:
    """Return a parked `token` being served again; raises IllegalTransition unless it is held."""
    state = follow(token.step.state, Action.RESUME)
    return _step(token, state=state, started_at=token.step.started_at or now)


def miss(token: Token) -> Token:
    """Return `token` as called and absent; raises IllegalTransition unless it is called or held."""
    return _step(token, state=follow(token.step.state, Action.MISS), counter=None, beside=())


def pause(token: Token, until: datetime) -> Token:
    """Return `token` away until a moment, its place kept; raises IllegalTransition unless it waits or is paused."""
    return _step(token, state=follow(token.step.state, Action.PAUSE), until=until)


def come_back(token: Token) -> Token:
    """Return `token` in line again at the place its age gives; raises IllegalTransition unless missed or paused."""
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


def remark(token: Token, **changes: Any) -> Token:
    """Return `token` with another party, access need, language or emergency; raises IllegalTransition when ended."""
    return replace(_step(token, state=follow(token.step.state, Action.REMARK)), **changes)


def finish(token: Token, outcome: str, stop: Stop, seq: int, now: datetime) -> tuple[Step, Token]:
    """Close the open step with `outcome` and go where `stop` says; `seq` names the next step.

    Returns the closed step and the token after it. Raises IllegalTransition unless it is being served.
    """
    closed = _closed(token, Action.FINISH, now, outcome)
    after = replace(token, decision=stop.decision or token.decision, ends=stop.ends or token.ends)
    if stop.stage is None:
        return closed, replace(after, step=closed, ended_at=now)
    entered = Step(seq, stop.stage, StepState.WAITING, now, now, back_to=stop.back_to)
    if token.step.back_only is not None and stop.stage == token.step.back_to:
        entered = replace(entered, only=token.step.back_only, since=token.aged_from)
    return closed, replace(after, step=entered)


def begin_next(token: Token, service: str, klass: str, route: str, then: tuple[str, ...]) -> Token:
    """Return `token` with the next of its services begun."""
    return replace(token, service=service, klass=klass, route=route, then=then)


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
    return replace(token.step, state=follow(token.step.state, action), ended_at=now, outcome=outcome, until=None)


def _step(token: Token, **changes: Any) -> Token:
    """Return `token` with another step; every command and every replayed event comes by, so not by `replace`."""
    step = dict(zip(STEP_NAMES, of_step(token.step), strict=True))
    step.update(changes)
    return Token(**dict(zip(TOKEN_NAMES, of_token(token), strict=True)), step=Step(**step))
