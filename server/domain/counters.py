"""A counter as it stands, and who works there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server.domain.token.lifecycle import CounterState


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter as it stands: its stage, whether it is open, why not, and the id of the token that is there.

    `back_at` is when one that pauses is expected to call again, where somebody has said so.
    """

    id: str
    centre_id: int
    stage: str
    state: CounterState
    reason: str | None
    since: datetime | None
    operator: str | None = None
    token: str | None = None
    back_at: datetime | None = None


def at_work(counters: Iterable[Counter], stage: str, only: str) -> bool:
    """Whether a counter or an officer, who alone may call somebody at a stage, is there and has not closed."""
    here = (counter for counter in counters if counter.stage == stage and only in (counter.id, counter.operator))
    return any(counter.state is not CounterState.CLOSED for counter in here)
