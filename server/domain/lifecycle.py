"""What may follow what: the states of a token's step, of a token and of a counter, as data."""

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


class Action(StrEnum):
    """What can be done to the open step of a token."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    MISS = "miss"
    CANCEL = "cancel"
    EXPIRE = "expire"


class CounterState(StrEnum):
    """Whether a counter takes part in the calling."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


OPEN_STEP_STATES = frozenset(StepState) - {StepState.DONE, StepState.SKIPPED}
AT_COUNTER = frozenset({StepState.CALLED, StepState.SERVING})

TRANSITIONS: Mapping[tuple[StepState, Action], StepState] = {
    (StepState.WAITING, Action.CALL): StepState.CALLED,
    (StepState.CALLED, Action.RECALL): StepState.CALLED,
    (StepState.CALLED, Action.START): StepState.SERVING,
    (StepState.SERVING, Action.FINISH): StepState.DONE,
    (StepState.CALLED, Action.MISS): StepState.MISSED,
    (StepState.WAITING, Action.CANCEL): StepState.SKIPPED,
    (StepState.CALLED, Action.CANCEL): StepState.SKIPPED,
    (StepState.MISSED, Action.CANCEL): StepState.SKIPPED,
    (StepState.WAITING, Action.EXPIRE): StepState.SKIPPED,
    (StepState.CALLED, Action.EXPIRE): StepState.SKIPPED,
    (StepState.SERVING, Action.EXPIRE): StepState.SKIPPED,
    (StepState.MISSED, Action.EXPIRE): StepState.SKIPPED,
}

COUNTER_TRANSITIONS: Mapping[tuple[CounterState, CounterState], bool] = {
    (before, after): (before, after) != (CounterState.CLOSED, CounterState.PAUSED)
    for before in CounterState
    for after in CounterState
}


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


def move_counter(before: CounterState, after: CounterState) -> CounterState:
    """Return `after`; raises IllegalTransition when a counter may not go there (a closed one cannot pause)."""
    if not COUNTER_TRANSITIONS[before, after]:
        raise IllegalTransition(
            f"A {before.value} counter cannot become {after.value}.", state=before.value, action=after.value
        )
    return after
