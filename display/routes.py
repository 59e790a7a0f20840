"""What screens start from and catch up with, and the citizen's own page."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, jsonify, render_template
from pydantic import BaseModel, ConfigDict, Field

from server.domain.errors import UnknownToken
from server.domain.roles import ALLOWED, Permission
from server.domain.tokens import to_iso
from server.services import snapshots
from server.services.access import Principal
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint(
    "display",
    __name__,
    tag="Screens",
    template_folder="templates",
    static_folder="static",
    static_url_path="/display/static",
)


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
    tokens: list[dict[str, Any]]
    counters: list[dict[str, Any]]


class EventsOut(BaseModel):
    """The events after a number, or `reload` when a new snapshot is needed."""

    epoch: str
    seq: int
    events: list[dict[str, Any]] | None = None
    reload: bool | None = None


@bp.get("/api/v1/centres/<centre>/snapshot")
@bp.output(SnapshotOut)
@bp.doc(security="bearer")
def snapshot(centre: str) -> Response:
    """Get the floor as it is."""
    staff = sees_staff(authorise(Permission.WATCH, centre=centre))
    view = read(lambda conn: snapshots.snapshot_of(conn, centre, staff=staff))
    return jsonify({**view, "now": to_iso(site().clock.now())})


@bp.get("/api/v1/centres/<centre>/events")
@bp.input(AfterIn, location="query", arg_name="asked")
@bp.output(EventsOut)
@bp.doc(security="bearer")
def events(centre: str, asked: AfterIn) -> Response:
    """Catch up from a number."""
    staff = sees_staff(authorise(Permission.WATCH, centre=centre))
    got = read(lambda conn: snapshots.catch_up_of(conn, centre, after=asked.after, epoch=asked.epoch, staff=staff))
    return jsonify(got.view())


@bp.get("/t/<secret>")
@bp.doc(hide=True)
def citizen(secret: str) -> tuple[str, int]:
    """Show a citizen their own token and nobody else's."""
    try:
        status = read(lambda conn: snapshots.status_of(conn, secret))
    except UnknownToken:
        return render_template("display/unknown.html"), 404
    return render_template("display/citizen.html", **status), 200


def sees_staff(principal: Principal) -> bool:
    """Whether this principal sees needs and services beside the public view."""
    return Permission.WATCH_STAFF in ALLOWED[principal.role]
