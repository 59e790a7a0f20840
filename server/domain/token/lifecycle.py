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


class CounterState(StrEnum):
    """Whether a counter takes part in the calling."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


WAITING, CALLED, SERVING = StepState.WAITING, StepState.CALLED, StepState.SERVING
HELD, PAUSED, MISSED = StepState.HELD, StepState.PAUSED, StepState.MISSED
DONE, SKIPPED = StepState.DONE, StepState.SKIPPED

AT_COUNTER = frozenset({CALLED, SERVING})

# A row is a state, its entries are the actions it allows and where each leads. A transfer ends this step and begins
# another; `correct` changes the service, `remark` what is known of the citizen, and both leave the state as it is.
_TABLE: Mapping[StepState, Mapping[Action, StepState]] = {
    WAITING: {
        Action.CALL: CALLED,
        Action.PAUSE: PAUSED,
        Action.RETURN: WAITING,
        Action.TRANSFER: SKIPPED,
        Action.CORRECT: WAITING,
        Action.REMARK: WAITING,
        Action.CANCEL: SKIPPED,
        Action.EXPIRE: SKIPPED,
    },
    CALLED: {
        Action.RECALL: CALLED,
        Action.START: SERVING,
        Action.HOLD: HELD,
        Action.MISS: MISSED,
        Action.TRANSFER: SKIPPED,
        Action.CORRECT: CALLED,
        Action.REMARK: CALLED,
        Action.CANCEL: SKIPPED,
        Action.EXPIRE: SKIPPED,
    },
    SERVING: {
        Action.HOLD: HELD,
        Action.FINISH: DONE,
        Action.TRANSFER: DONE,
        Action.CORRECT: SERVING,
        Action.REMARK: SERVING,
        Action.EXPIRE: SKIPPED,
    },
    HELD: {
        Action.RESUME: SERVING,
        Action.MISS: MISSED,
        Action.TRANSFER: SKIPPED,
        Action.CORRECT: HELD,
        Action.REMARK: HELD,
        Action.CANCEL: SKIPPED,
        Action.EXPIRE: SKIPPED,
    },
    PAUSED: {
        Action.RETURN: WAITING,
        Action.PAUSE: PAUSED,
        Action.CORRECT: PAUSED,
        Action.REMARK: PAUSED,
        Action.CANCEL: SKIPPED,
        Action.EXPIRE: SKIPPED,
    },
    MISSED: {
        Action.RETURN: WAITING,
        Action.CORRECT: MISSED,
        Action.REMARK: MISSED,
        Action.CANCEL: SKIPPED,
        Action.EXPIRE: SKIPPED,
    },
}
TRANSITIONS: Mapping[tuple[StepState, Action], StepState] = {
    (state, action): after for state, row in _TABLE.items() for action, after in row.items()
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
