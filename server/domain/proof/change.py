"""An event between two records of a token, and what the rules have to know of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.events.event import Event
from server.domain.events.kinds import TokenEvent
from server.domain.freezes import Moment
from server.domain.plan.plan import Plan, Service
from server.domain.proof.findings import Finding
from server.domain.proof.hall import Hall
from server.domain.token.record import STEP_FREE_NEED
from server.domain.token.route import Passed
from server.domain.token.token import Step, Token

SECOND = 2
"""The version of payloads in which tokens have several ways back."""
Made = tuple[Step | None, Token]
"""The step that was closed, if the token stands in another one, and the token after the event."""


@dataclass(slots=True)
class Change:
    """An event between two records of a token. `after` is asked only for what a person decided.

    `called_at` is when the call was made under which the token is at its counter, None where that is not known,
    `passed` the stages it has finished, None likewise. `other` is the token that was merged into it, None likewise.
    """

    event: Event
    payload: TokenEvent
    before: Token
    after: Token
    hall: Hall
    called_at: datetime | None = None
    passed: Sequence[Passed] | None = None
    other: Token | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.at

    @property
    def moment(self) -> Moment:
        """The same, with the stops of the floor until then."""
        return Moment(self.event.at, self.hall.stops)

    @property
    def plan(self) -> Plan:
        """The plan in force then."""
        return self.hall.plan

    @property
    def desk(self) -> str:
        """The counter that acted; in records of before that was kept, the token's."""
        return self.event.by.desk or str(self.before.step.counter)

    def find(self, code: str, text: str) -> None:
        """Note what is not as it must be."""
        self.findings.append((code, f"{self.before.label}: {text}"))


Rule = Callable[[Change], Made]
"""What a kind of event makes of a token."""


# What a citizen needs decides the class; once it was purged the class is believed, among those that needs have here.


def purged(token: Token) -> bool:
    """Whether what a citizen needs was purged."""
    return token.needs_seal is not None and token.need is None and not token.access


def class_for(change: Change, service: Service, token: Token, *, kept: bool = True) -> str:
    """Return the class of a token for a service by what its citizen needs.

    A need that was `kept`, because it was booked or noted already, stays good when the rules have dropped it.
    """
    if not purged(token):
        return (change.plan.kept_series if kept else change.plan.series_for)(service, token.need)
    known = {service.series, *change.plan.needs.values(), *change.plan.former_needs.values()}
    return change.after.klass if change.after.klass in known else service.series


def step_free(token: Token) -> bool:
    """Return whether the way must have no step; once the needs were purged that is believed."""
    return token.step_free if purged(token) else STEP_FREE_NEED in token.access


def seal_due(change: Change) -> str | None:
    """Return the seal of the needs of a token; whether it fits is asked beside the secret of its slip."""
    after = change.after
    if change.event.v and after.needs_seal is None and (after.need is not None or after.access):
        return "a seal"
    return after.needs_seal
