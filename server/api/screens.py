"""What screens start from, and how they catch up."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from server.api.operations import operation
from server.api.ready import send
from server.domain.events.views import CounterView, EventView, PublicCounter, PublicToken, StaffToken
from server.domain.instants import to_iso
from server.domain.notice import Notice
from server.domain.permissions import Permission, may
from server.services.people.principal import Principal
from server.services.views.snapshot import catch_up_of
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("screens", __name__, tag="Screens")


class AfterIn(BaseModel):
    """From which number on."""

    model_config = ConfigDict(extra="forbid")
    after: Annotated[int, Field(ge=0)]
    epoch: str | None = None


class SnapshotOut(BaseModel):
    """The floor at one instant: `seq` is the number of the last event in it."""

    centre: str
    epoch: str
    seq: int
    now: str
    frozen: bool
    notice: Notice | None
    ahead_s: int
    tokens: list[StaffToken | PublicToken]
    counters: list[CounterView | PublicCounter]


class EventsOut(BaseModel):
    """The events after a number, or `reload` when a new snapshot is needed."""

    epoch: str
    seq: int
    events: list[EventView] | None = None
    reload: bool | None = None


@bp.get("/api/v1/centres/<centre>/snapshot")
@bp.output(SnapshotOut)
@operation("read_snapshot")
def snapshot(centre: str) -> Response:
    """Get the floor as it is."""
    principal = authorise(Permission.WATCH_FLOOR, centre=centre)
    ready = site().views.snapshot(principal.centre_id, staff=sees_staff(principal))
    return send(ready, ready.at("now", to_iso(site().views.now(principal.centre_id))))


@bp.get("/api/v1/centres/<centre>/events")
@bp.input(AfterIn, location="query", arg_name="asked")
@bp.output(EventsOut)
@operation("read_events")
def events(centre: str, asked: AfterIn) -> Response:
    """Catch up from a number."""
    staff = sees_staff(authorise(Permission.WATCH_FLOOR, centre=centre))
    missed = read(lambda read: catch_up_of(read, centre, after=asked.after, epoch=asked.epoch, staff=staff))
    return jsonify(missed)


def sees_staff(principal: Principal) -> bool:
    """Whether this principal sees needs and services beside the public view."""
    return may(principal.role, Permission.WATCH_STAFF)
