"""What screens start from and catch up with, and what a citizen may know."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, json, jsonify, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response as AnyResponse

from server.domain.roles import ALLOWED, Permission
from server.domain.token_records import to_iso
from server.domain.tokens import Token
from server.services import journeys, snapshots, visitors
from server.services.access import Principal
from server.web.commands import run
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
    frozen: bool
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
    party: int
    services: list[dict[str, str]]
    language: str
    state: str
    frozen: bool
    stage: str | None
    counter: str | None
    beside: list[str]
    call: str | None
    calls: int
    ahead: int
    wait: dict[str, int | None] | None
    journey: list[dict[str, Any]]
    overtaken: dict[str, Any] | None
    until: str | None
    return_until: str | None
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


@bp.post("/api/v1/status/<secret>/here")
@bp.output(StatusOut)
def i_am_here(secret: str) -> Response:
    """Take the place again that one's age gives, after one was missed or away."""
    return _for_citizen(secret, visitors.here)


@bp.post("/api/v1/status/<secret>/away")
@bp.output(StatusOut)
def back_soon(secret: str) -> Response:
    """Go out for a while; the place is kept."""
    return _for_citizen(secret, visitors.away)


@bp.post("/api/v1/status/<secret>/leave")
@bp.output(StatusOut)
def give_back(secret: str) -> Response:
    """Give the token back."""
    return _for_citizen(secret, visitors.leave)


def _for_citizen(secret: str, act: Callable[[Any, str, datetime, str], Token]) -> Response:
    now = site().clock.now()
    centre_id, token_id = read(lambda conn: visitors.centre_of(conn, secret))
    actor = f"citizen:{token_id}"

    def change(tx: Any) -> dict[str, Any]:
        act(tx, secret, now, actor)
        return journeys.status_of(tx.conn, secret, now)[1]

    return run(actor, centre_id, change)


def sees_staff(principal: Principal) -> bool:
    """Whether this principal sees needs and services beside the public view."""
    return Permission.WATCH_STAFF in ALLOWED[principal.role]


def _fingerprint(told: dict[str, Any]) -> str:
    """Return what changes only when the citizen has something new to see."""
    lasting = {name: value for name, value in told.items() if name != "as_of"}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:16]
