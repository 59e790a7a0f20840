"""Whom the gate lets in now."""

from datetime import datetime

from server.domain.bookings import Batch, batch_now
from server.domain.centre import CentreState
from server.domain.plan.plan import Plan
from server.services.setup.plans import plan_of
from server.storage.sql import centres, line
from server.storage.transaction import Read


def gate_at(read: Read, code: str, now: datetime) -> Batch:
    """Return whom the gate of a centre lets in now; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    wall = centre.wall(now)
    return gate(read, centre, plan_of(read, centre, centre.today(now)), wall)


def gate(read: Read, centre: CentreState, plan: Plan, now: datetime) -> Batch:
    """Return whom the gate lets in now, paced by the line at the first stage of the bookings' route."""
    first = next(iter(plan.services.values()))
    stage = plan.stages[plan.routes[first.route][0]]
    waiting, opened = line.ahead_and_open(read, centre.id, stage.code)
    return batch_now(now, plan.slots, waiting, opened, stage.service_min)
