"""What screens start from and catch up with, and what a citizen may know."""

import hashlib
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, json, jsonify, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response as AnyResponse

from server.domain.roles import ALLOWED, Permission
from server.domain.tokens import to_iso
from server.services import journeys, snapshots
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


class StatusOut(BaseModel):
    """A citizen's own token, and nothing of anyone else."""

    label: str
    state: str
    stage: str | None
    counter: str | None
    call: str | None
    calls: int
    ahead: int
    wait: dict[str, int | None] | None
    journey: list[dict[str, Any]]
    decision: str | None
    ended: bool
    as_of: str


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


@bp.get("/api/v1/status/<secret>")
@bp.output(StatusOut)
def status(secret: str) -> AnyResponse:
    """Get a citizen's own token; the secret of the slip's QR code is all it takes."""
    now = site().clock.now()
    _, told = read(lambda conn: journeys.status_of(conn, secret, now))
    response = jsonify(told)
    response.set_etag(_fingerprint(told))
    response.cache_control.no_cache = True
    return response.make_conditional(request)


def sees_staff(principal: Principal) -> bool:
    """Whether this principal sees needs and services beside the public view."""
    return Permission.WATCH_STAFF in ALLOWED[principal.role]


def _fingerprint(told: dict[str, Any]) -> str:
    """Return what changes only when the citizen has something new to see."""
    lasting = {name: value for name, value in told.items() if name != "as_of"}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:16]
