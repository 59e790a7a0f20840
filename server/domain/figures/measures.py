"""What a wait, a service and a stay are. Every screen, report and proof asks here.

`DEFINITION` numbers what is said here: whoever changes it raises the number, and the cells are made anew from the log.
"""

from datetime import timedelta

from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.token import Step, Token

DEFINITION = 1
COMPLETED = frozenset({TokenEnd.DONE, TokenEnd.REFUSED})


def wait_of(step: Step) -> timedelta | None:
    """Return the wait at a stage: from entering it to the last call; None for a step that was never called."""
    return None if step.last_called is None else step.last_called - step.entered_at


def service_of(step: Step) -> timedelta | None:
    """Return the service at a stage: from its first start to its end, time on hold included; None unless it is done."""
    if step.state is not StepState.DONE or step.started_at is None or step.ended_at is None:
        return None
    return step.ended_at - step.started_at


def stay_of(token: Token) -> timedelta | None:
    """Return the stay in the centre: from issue to exit; None unless the token went all the way, served or refused."""
    if token.ended_at is None or token.ends not in COMPLETED:
        return None
    return token.ended_at - token.issued_at
