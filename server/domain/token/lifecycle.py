"""The states of a token's step, of a token and of a counter, and what may follow the state of a counter."""

from collections.abc import Mapping
from enum import StrEnum

from server.domain.errors import IllegalTransition


class StepState(StrEnum):
    """The state of one stage of a token's way through its route."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    PAUSED = "paused"
    MISSED = "missed"
    DONE = "done"
    SKIPPED = "skipped"


class TokenEnd(StrEnum):
    """The terminal state of a token; until then its state is that of its open step."""

    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"


class CounterState(StrEnum):
    """Whether a counter takes part in the calling."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


AT_COUNTER = frozenset({StepState.CALLED, StepState.SERVING})

COUNTER_TRANSITIONS: Mapping[tuple[CounterState, CounterState], bool] = {
    (before, after): (before, after) != (CounterState.CLOSED, CounterState.PAUSED)
    for before in CounterState
    for after in CounterState
}


def move_counter(before: CounterState, after: CounterState) -> CounterState:
    """Return `after`; raises IllegalTransition when a counter may not go there (a closed one cannot pause)."""
    if not COUNTER_TRANSITIONS[before, after]:
        raise IllegalTransition(
            f"A {before.value} counter cannot become {after.value}.", state=before.value, action=after.value
        )
    return after
