"""What a wait, a service and a stay are. Every screen, report and proof asks here.

`DEFINITION` numbers what is said here: whoever changes it raises the number, and the cells are made anew from the log.
Each is a sum of spans (`server.domain.token.spans`): none holds the time in which the centre stood.
"""

from datetime import timedelta

from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.spans import MILLISECOND, spent
from server.domain.token.token import Step, Token

DEFINITION = 3
COMPLETED = frozenset({TokenEnd.DONE, TokenEnd.REFUSED})


def wait_of(step: Step) -> timedelta | None:
    """Return the wait at a stage: until the first call, not counting time away; None for a step never called."""
    return None if step.waited is None else step.waited * MILLISECOND


def service_of(step: Step) -> timedelta | None:
    """Return the service at a stage, time on hold included; None unless it is done."""
    if step.state is not StepState.DONE or step.started_at is None or step.ended_at is None:
        return None
    return (step.serving + step.parked) * MILLISECOND


def stay_of(token: Token) -> timedelta | None:
    """Return the stay in the centre: the sum over the steps; None unless it went all the way, served or refused."""
    if token.ended_at is None or token.ends not in COMPLETED:
        return None
    return (token.stayed + spent(token.step)) * MILLISECOND
