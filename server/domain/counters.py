"""A counter as it stands."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.token.lifecycle import CounterState


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter as it stands: its stage, whether it is open, why not, and the id of the token that is there."""

    id: str
    centre_id: int
    stage: str
    state: CounterState
    reason: str | None
    since: datetime | None
    operator: str | None = None
    token: str | None = None
