"""Who was called before somebody who has waited longer."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.token.token import Step


@dataclass(frozen=True, slots=True)
class Jump:
    """A call that passed over somebody: of whom, by which counter, when, and by which age they stood in line."""

    label: str
    counter: str | None
    at: datetime
    since: datetime
    step: int


def passes_over(jump: Jump, step: Step) -> bool:
    """Whether a call at its stage passed over a step: a younger one was called while it waited."""
    # Against the first call: who was missed and came back is not said to have been overtaken while away.
    waited = step.entered_at < jump.at and (step.first_called is None or jump.at < step.first_called)
    return waited and (jump.since, jump.step) > (step.since, step.seq)
