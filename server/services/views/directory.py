"""What there is in a centre, by the codes under which commands name it: counters, services and stages."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.events.views import CounterView, PublicCounter, counter_view, public_counter
from server.domain.permissions import Scope
from server.domain.plan.plan import Names, Plan
from server.services.floor.token_rows import facts_of
from server.services.people.principal import Principal
from server.services.setup.plans import plan_of
from server.storage.sql import centres, counters
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class CentreEntry:
    """A centre: its name in each of its languages, the first of which is spoken when none is asked for."""

    code: str
    name: Names
    timezone: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """What a citizen can come for, and the stages on its way."""

    code: str
    name: Names
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A stage, where it is, how its service can end, and which outcome is meant when none is named."""

    code: str
    name: Names
    zone: str
    outcomes: tuple[str, ...]
    ok: str


def centres_of(read: Read, principal: Principal) -> tuple[CentreEntry, ...]:
    """Return the centres that somebody may see: their own, or all; raises UnknownCentre."""
    seen = (
        centres.all_centres(read) if principal.scope is Scope.ALL else [centres.centre_by_id(read, principal.centre_id)]
    )
    return tuple(CentreEntry(c.code, c.name, c.timezone, tuple(c.languages)) for c in seen)


def counters_of(read: Read, centre_id: int, *, staff: bool) -> tuple[CounterView | PublicCounter, ...]:
    """Return the counters of a centre in the order of its stages, as staff or everybody may see them."""
    view = counter_view if staff else public_counter
    return tuple(view(facts_of(counter)) for counter in counters.counters_of(read, centre_id))


def services_of(read: Read, centre_id: int, now: datetime) -> tuple[ServiceEntry, ...]:
    """Return the services that a centre gives today; raises UnknownCentre."""
    plan = _plan(read, centre_id, now)
    return tuple(ServiceEntry(s.code, s.name, plan.routes[s.route]) for s in plan.services.values())


def stages_of(read: Read, centre_id: int, now: datetime) -> tuple[StageEntry, ...]:
    """Return the stages of a centre today; raises UnknownCentre."""
    stages = _plan(read, centre_id, now).stages.values()
    return tuple(StageEntry(s.code, s.name, s.zone, tuple(s.outcomes), s.ok) for s in stages)


def _plan(read: Read, centre_id: int, now: datetime) -> Plan:
    centre = centres.centre_by_id(read, centre_id)
    return plan_of(read, centre, centre.today(now))
