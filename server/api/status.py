"""What a citizen may know and do with the secret of their slip."""

import hashlib
from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from flask import Response, json, jsonify, request
from pydantic import BaseModel
from werkzeug.wrappers import Response as AnyResponse

from server.api.commands import run
from server.api.operations import operation
from server.domain.actors import By
from server.domain.token.token import Token
from server.services.floor import citizen
from server.services.views import phone
from server.storage.transaction import Transaction
from server.web.site import read, site

bp = APIBlueprint("status", __name__, tag="Citizens")


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


@bp.get("/api/v1/status/<secret>")
@bp.output(StatusOut)
@operation("read_status", keyless=True, conditional=True)
def status(secret: str) -> AnyResponse:
    """Get a citizen's own token; the secret of the slip's QR code is all it takes."""
    now = site().clock.now()
    _, told = read(lambda conn: phone.status_of(conn, secret, now))
    response = jsonify(told)
    response.set_etag(_fingerprint(told))
    response.cache_control.no_cache = True
    return response.make_conditional(request)


@bp.post("/api/v1/status/<secret>/return")
@bp.output(StatusOut)
@operation("return_to_line", keyless=True)
def return_to_line(secret: str) -> Response:
    """Take the place again that one's age gives, after one was missed or away."""
    return _for_citizen(secret, citizen.come_back)


@bp.post("/api/v1/status/<secret>/away")
@bp.output(StatusOut)
@operation("go_out", keyless=True)
def back_soon(secret: str) -> Response:
    """Go out for a while; the place is kept."""
    return _for_citizen(secret, citizen.go_out)


@bp.post("/api/v1/status/<secret>/leave")
@bp.output(StatusOut)
@operation("give_back_token", keyless=True)
def give_back(secret: str) -> Response:
    """Give the token back."""
    return _for_citizen(secret, citizen.give_back)


def _for_citizen(secret: str, act: Callable[[Transaction, str, By], Token]) -> Response:
    centre_id, token_id = read(lambda conn: citizen.centre_of(conn, secret))
    actor = f"citizen:{token_id}"

    def change(tx: Transaction) -> dict[str, Any]:
        act(tx, secret, By(actor))
        return phone.status_of(tx.conn, secret, tx.now)[1]

    return run(actor, centre_id, change)


def _fingerprint(told: dict[str, Any]) -> str:
    """Return what changes only when the citizen has something new to see."""
    lasting = {name: value for name, value in told.items() if name != "as_of"}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:16]
