"""Take a token."""

import hashlib
import hmac
from dataclasses import asdict
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.domain.ids import status_secret, token_id
from server.domain.roles import ALLOWED, Permission
from server.services import printing, snapshots
from server.services.access import Principal
from server.services.tokens import Issued, Order, issue
from server.web.commands import command
from server.web.guard import authorise
from server.web.shapes import Strict
from server.web.site import read, site

bp = APIBlueprint("kiosk", __name__, tag="Tokens")


class TokenIn(Strict):
    """What a citizen asks for."""

    service: Annotated[str, Field(min_length=1, max_length=32)]
    need: Annotated[str, Field(max_length=32)] | None = None
    language: Annotated[str, Field(max_length=16)] | None = None
    appointment: Annotated[str, Field(min_length=4, max_length=64)] | None = None
    phone: Annotated[str, Field(pattern=r"^\+?[0-9]{7,15}$")] | None = None
    print_at: Annotated[str, Field(max_length=32)] | None = None


class NewToken(BaseModel):
    """The token as the citizen gets it."""

    id: str
    label: str
    state: str
    stage: str


class WaitOut(BaseModel):
    """Minutes until the call; both null while no counter is open."""

    low_min: int | None
    high_min: int | None


class PrintOut(BaseModel):
    """Whether a slip is on its way: none, queued, printing, printed, unconfirmed or rejected."""

    state: str


class ReprintIn(Strict):
    """Where to print once more; the device's own printer when not given."""

    print_at: Annotated[str, Field(max_length=32)] | None = None


class PrintStateOut(BaseModel):
    """Where the latest copy of a slip is; copy 0 is the original."""

    state: str
    copy_number: Annotated[int, Field(alias="copy")]
    detail: str | None


class ReprintOut(BaseModel):
    """The copy that was queued."""

    print: PrintStateOut


class TokenNow(BaseModel):
    """A token as it is, and its slip."""

    token: dict[str, Any]
    print: PrintStateOut


class TokenOut(BaseModel):
    """A new token, who is ahead of it, the wait to expect, and its own page."""

    token: NewToken
    ahead: int
    wait: WaitOut
    status_url: str
    print: PrintOut


@bp.post("/api/v1/centres/<centre>/tokens")
@bp.input(TokenIn, arg_name="asked")
@bp.output(TokenOut, status_code=201)
@bp.doc(security="bearer")
def take_token(centre: str, asked: TokenIn) -> Response:
    """Issue a token."""
    principal = authorise(Permission.ISSUE, centre=centre)
    now, order, url = site().clock.now(), _order(principal, asked), site().settings.url
    return command(principal, lambda tx: _answer(issue(tx, order, now, principal.id), url), status=201)


@bp.get("/api/v1/centres/<centre>/tokens/<token>")
@bp.output(TokenNow)
@bp.doc(security="bearer")
def token_now(centre: str, token: str) -> Response:
    """Get a token and where its slip is."""
    principal = authorise(Permission.WATCH, centre=centre)
    staff = Permission.WATCH_STAFF in ALLOWED[principal.role]
    view = read(lambda conn: snapshots.token_of(conn, principal.centre_id, token, staff=staff))
    job = read(lambda conn: printing.state_of(conn, token))
    return jsonify(token=view, print=asdict(job))


@bp.post("/api/v1/centres/<centre>/tokens/<token>/reprint")
@bp.input(ReprintIn, arg_name="asked")
@bp.output(ReprintOut)
@bp.doc(security="bearer")
def print_again(centre: str, token: str, asked: ReprintIn) -> Response:
    """Print one more copy of a slip, marked DUPLICATE."""
    by, now = authorise(Permission.ISSUE, centre=centre), site().clock.now()
    printer = asked.print_at or by.printer
    return command(by, lambda tx: {"print": asdict(printing.reprint(tx, token, printer, now))})


def _order(principal: Principal, asked: TokenIn) -> Order:
    random_bytes = site().random_bytes
    secret = status_secret(random_bytes)
    return Order(
        token_id=token_id(site().clock.now(), random_bytes),
        secret=secret,
        service=asked.service,
        need=asked.need,
        language=asked.language,
        phone=asked.phone,
        appointment_hash=_hidden(asked.appointment),
        printer=asked.print_at or principal.printer,
        address=f"{site().settings.url}/t/{secret}",
    )


def _hidden(reference: str | None) -> str | None:
    """Return a keyed hash of a reference: enough to match it, not to read it."""
    if reference is None:
        return None
    return hmac.new(site().settings.secret(), reference.encode(), hashlib.sha256).hexdigest()


def _answer(issued: Issued, url: str) -> dict[str, Any]:
    token = issued.token
    return {
        "token": {"id": token.id, "label": token.label, "state": token.state, "stage": token.step.stage},
        "ahead": issued.ahead,
        "wait": {"low_min": issued.wait.low_min, "high_min": issued.wait.high_min},
        "status_url": f"{url}/t/{issued.secret}",
        "print": {"state": issued.print_state},
    }
