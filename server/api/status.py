"""What a citizen may know and do with the secret of their slip."""

from collections.abc import Callable

from apiflask import APIBlueprint
from flask import Response

from server.api.commands import run
from server.api.operations import operation
from server.api.ready import send
from server.api.refusals import TOKEN
from server.api.schemas import shape
from server.domain import errors as e
from server.domain.actors import By
from server.domain.instants import to_iso
from server.domain.token.token import Token
from server.services.floor import citizen
from server.services.views.phone import StatusNow, owner_of, status_now
from server.storage.transaction import Transaction
from server.web.calm import guesses
from server.web.limits import Limit
from server.web.site import site

bp = APIBlueprint("status", __name__, tag="Citizens")
StatusOut = shape(StatusNow)


@bp.get("/api/v1/status/<secret>")
@bp.output(StatusOut)
@operation("read_status", e.UnknownToken, e.RateLimited, keyless=True, conditional=True)
def status(secret: str) -> Response:
    """Get a citizen's own token; the secret of the slip's QR code is all it takes."""
    views = site().views
    with guesses():
        ready = views.status(secret)
    return send(ready, ready.at("as_of", to_iso(views.now(views.owner(secret)[0]))), kept=True)


@bp.post("/api/v1/status/<secret>/return")
@bp.output(StatusOut)
@operation("return_own_token", *TOKEN, e.RateLimited, keyless=True)
def return_own_token(secret: str) -> Response:
    """Take the place again that one's age gives, after one was missed or away."""
    return _for_citizen(secret, citizen.return_to_line)


@bp.post("/api/v1/status/<secret>/pause")
@bp.output(StatusOut)
@operation("pause_own_token", *TOKEN, e.RateLimited, keyless=True)
def pause_own_token(secret: str) -> Response:
    """Go out for a while; the place is kept."""
    return _for_citizen(secret, citizen.pause, goes_out=True)


@bp.post("/api/v1/status/<secret>/cancel")
@bp.output(StatusOut)
@operation("cancel_own_token", *TOKEN, e.RateLimited, keyless=True)
def cancel_own_token(secret: str) -> Response:
    """Give the token back."""
    return _for_citizen(secret, citizen.cancel)


def _for_citizen(secret: str, act: Callable[[Transaction, str, By], Token], *, goes_out: bool = False) -> Response:
    with guesses():
        centre_id, token_id = site().db.look(lambda read: owner_of(read, secret))
    if goes_out:  # who comes back is never held up: it could cost them their turn
        site().limits.require(Limit.GOING_OUT, token_id)
    actor = f"citizen:{token_id}"

    def change(tx: Transaction) -> StatusNow:
        token = act(tx, secret, By(actor))
        return status_now(tx.conn, tx.centre, token, tx.now)

    return run(actor, centre_id, change)
