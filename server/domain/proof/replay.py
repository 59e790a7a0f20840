"""What an event must have made of a token: the rules applied once more to the record before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.errors import Refused
from server.domain.events.event import Event
from server.domain.events.kinds import Kind, TokenChange, TokenEvent
from server.domain.events.payloads import TokenFinished
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.route import Following, Stop
from server.domain.token.token import Token


@dataclass(frozen=True, slots=True)
class _Change:
    """An event between two records of a token. `after` is asked only for what the rules leave open."""

    event: Event
    payload: TokenEvent
    before: Token
    after: Token

    @property
    def at(self) -> datetime:
        return self.event.at


def replayed(event: Event, before: Token, after: Token) -> Token | None:
    """Return what the rules make of `before` by an event, None when they forbid it.

    What the event decided (the counter, the outcome, the target, a remark) is taken from `after`, all else is derived.
    """
    payload = event.payload
    if not isinstance(payload, TokenEvent):
        return None
    try:
        if isinstance(payload, TokenChange):
            return type(payload).change(before, event.at)
        return _RULES[event.kind](_Change(event, payload, before, after))
    except Refused:
        return None


def in_chain(token: Token) -> Token:
    """Return a token as the chain holds it: what its citizen needs stands beside it, and may be purged."""
    return replace(token, need=None, access=()) if token.need or token.access else token


def same(expected: Token, after: Token, payload: TokenEvent) -> bool:
    """Whether an event left a token as expected; events of before ages were kept say nothing of first calls."""
    if payload.ages_kept:
        return in_chain(expected) == in_chain(after)
    return in_chain(_without_first_call(expected)) == in_chain(_without_first_call(after))


def _without_first_call(token: Token) -> Token:
    return replace(token, step=replace(token.step, first_called=None, called_by=None, jumped=False))


def _called(change: _Change) -> Token:
    step = change.after.step
    called = changes.call(change.before, str(step.counter), str(step.call), change.at, jumped=step.jumped)
    return changes.gather(called, step.beside) if change.before.party > 1 else called


def _transferred(change: _Change) -> Token:
    before, step = change.before.step, change.after.step
    stays = (step.back_to, step.back_only) == (before.back_to, before.back_only)
    returns = not stays and step.back_only is not None
    target = Target(step.stage, step.only, returns=returns, loops=not stays and not returns)
    return changes.transfer(change.before, target, change.event.seq, change.at)[1]


def _corrected(change: _Change) -> Token:
    after = change.after
    corrected = changes.correct(change.before, after.service, after.klass, after.route)
    if after.step.seq == change.before.step.seq:
        return corrected
    return changes.move(corrected, after.step.stage, change.event.seq, change.at)[1]


def _remarked(change: _Change) -> Token:
    before, after = change.before, change.after
    names = ("party", "access", "step_free", "needs_seal", "language", "need", "klass", "emergency_at")
    noted = {name: getattr(after, name) for name in names}
    if change.event.v == 0:  # a helping counter that left was recorded as a remark then
        before = changes.gather(before, tuple(id_ for id_ in before.step.beside if id_ in after.step.beside))
    return changes.remark(before, **noted)


def _helper_left(change: _Change) -> Token:
    return changes.leave_helper(change.before, change.event.by.counter)


def _finished(change: _Change) -> Token:
    """Return what a finish makes of a token, with the stop that the event says."""
    before, after = change.before, change.after
    outcome = change.payload.outcome if isinstance(change.payload, TokenFinished) else ""
    stop = Stop(
        stage=None if after.ended else after.step.stage,
        back_to=after.step.back_to,
        decision=after.decision,
        ends=after.ends,
        following=Following(after.service, after.klass, after.route, after.then),
        return_until=after.return_until,
    )
    return changes.finish(before, outcome, stop, change.event.seq, change.at)[1]


# What leaves something open; the others are changes that are one function of the token and the time.
_RULES: Mapping[Kind, Callable[[_Change], Token]] = {
    Kind.TOKEN_CALLED: _called,
    Kind.TOKEN_FINISHED: _finished,
    Kind.TOKEN_PAUSED: lambda c: changes.pause(c.before, c.after.step.until or c.at),
    Kind.TOKEN_TRANSFERRED: _transferred,
    Kind.TOKEN_CORRECTED: _corrected,
    Kind.TOKEN_REMARKED: _remarked,
    Kind.TOKEN_HELPER_LEFT: _helper_left,
    Kind.TOKEN_EXPIRED: lambda c: replace(changes.expire(c.before, c.at), return_until=c.after.return_until),
}
