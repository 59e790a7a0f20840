"""The spans of a life: each instant of a token is waiting, coming, serving, parked, away, or stopped by the centre.

A step keeps their sums in whole milliseconds, up to `state_since`; what has passed since belongs to its present state.
So the spans of all steps of a token add up to its life, whatever happened to it: instants are whole milliseconds.
"""

from collections.abc import Mapping
from datetime import timedelta

from server.domain.freezes import Moment
from server.domain.frozen import changed
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step, Token

MILLISECOND = timedelta(milliseconds=1)
SPAN_OF: Mapping[StepState, str] = {
    StepState.WAITING: "waiting",
    StepState.CALLED: "coming",
    StepState.SERVING: "serving",
    StepState.HELD: "parked",
    StepState.PAUSED: "away",
    StepState.MISSED: "away",
}


def turned(step: Step, at: Moment) -> dict[str, object]:
    """Return what changes of a step when its state ends at a moment: two sums, and from when the next state counts.

    A first call also ends the wait; whoever makes one asks `waited_until`.
    """
    active = lasted(step, at)
    span = SPAN_OF[step.state]
    stopped = (at.now - step.state_since) // MILLISECOND - active
    return {span: getattr(step, span) + active, "stopped": step.stopped + stopped, "state_since": at.now}


def lasted(step: Step, at: Moment) -> int:
    """Return for how many milliseconds a step has been in its state, the time in which the centre stood not counted."""
    return at.lasted(step.state_since) // MILLISECOND


def waited_until(step: Step, at: Moment) -> int:
    """Return the milliseconds of waiting at a stage until its first call: later calls do not change them."""
    return step.waiting + lasted(step, at) if step.waited is None else step.waited


def spent(step: Step) -> int:
    """Return the milliseconds spent at a stage up to `state_since`, without the time in which the centre stood."""
    return step.waiting + step.coming + step.serving + step.parked + step.away


def stay_at(token: Token, at: Moment) -> int:
    """Return the milliseconds somebody has stayed up to a moment, or until the end: the sum over their steps."""
    open_for = 0 if token.ended else lasted(token.step, at)
    return token.stayed + spent(token.step) + open_for


def with_spans_of(token: Token, of: Token) -> Token:
    """Return a token with the spans of another record of it: for records of before spans were kept."""
    step, other = token.step, of.step
    names = ("state_since", "waiting", "coming", "serving", "parked", "away", "stopped", "waited", "jumped_at")
    spans = {name: getattr(other, name) for name in names}
    return changed(token, step=changed(step, **spans), stayed=of.stayed)
