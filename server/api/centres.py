"""What there is in a centre: what an integration looks up before it acts."""

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from server.api.at_centre import AT
from server.api.operations import operation
from server.api.screens import sees_staff
from server.domain.events.views import CounterView, PublicCounter
from server.domain.permissions import Permission
from server.services.views import directory
from server.services.views.directory import CentreEntry, ServiceEntry, StageEntry
from server.web.guard import authorise, identify
from server.web.site import read, site

bp = APIBlueprint("centres", __name__, tag="Centres")


class CentresOut(BaseModel):
    """The centres that this key may see."""

    centres: list[CentreEntry]


class CountersOut(BaseModel):
    """The counters of a centre in the order of its stages."""

    counters: list[CounterView | PublicCounter]


class ServicesOut(BaseModel):
    """The services that a centre gives today."""

    services: list[ServiceEntry]


class StagesOut(BaseModel):
    """The stages of a centre today."""

    stages: list[StageEntry]


@bp.get("/api/v1/centres")
@bp.output(CentresOut)
@operation("list_centres")
def centres() -> Response:
    """Get the centres that this key may see."""
    principal = identify(Permission.WATCH_FLOOR)
    return jsonify(centres=read(lambda snapshot: directory.centres_of(snapshot, principal)))


@bp.get(f"{AT}/counters")
@bp.output(CountersOut)
@operation("list_counters")
def counters(centre: str) -> Response:
    """Get the counters of a centre."""
    principal = authorise(Permission.WATCH_FLOOR, centre=centre)
    return jsonify(
        counters=read(
            lambda snapshot: directory.counters_of(snapshot, principal.centre_id, staff=sees_staff(principal))
        )
    )


@bp.get(f"{AT}/services")
@bp.output(ServicesOut)
@operation("list_services")
def services(centre: str) -> Response:
    """Get the services that a centre gives today."""
    principal, now = authorise(Permission.WATCH_FLOOR, centre=centre), site().db.now(centre)
    return jsonify(services=read(lambda snapshot: directory.services_of(snapshot, principal.centre_id, now)))


@bp.get(f"{AT}/stages")
@bp.output(StagesOut)
@operation("list_stages")
def stages(centre: str) -> Response:
    """Get the stages of a centre today, with the outcomes that each knows."""
    principal, now = authorise(Permission.WATCH_FLOOR, centre=centre), site().db.now(centre)
    return jsonify(stages=read(lambda snapshot: directory.stages_of(snapshot, principal.centre_id, now)))
