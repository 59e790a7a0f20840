"""What staff do about an appointment: attach it, move it here; and what they do about two tokens of one person."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.api.at_centre import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.references import ReferenceText, required_reference, shown_reference
from server.api.refusals import NAMED_BOOKING, TOKEN
from server.api.shapes import Code, Strict, TokenAnswer
from server.api.token_changes import AT as TOKEN_AT
from server.api.token_changes import Spot, change
from server.domain import errors as e
from server.domain.actors import By
from server.domain.ids import ID_MAX
from server.domain.permissions import Permission
from server.services.bookings.claims import ClaimView, claims_at
from server.services.bookings.move import move, source_of
from server.services.bookings.present import Shown
from server.services.bookings.search import BookingView
from server.services.floor.attach import attach
from server.services.floor.merge import merge
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("appointments", __name__, tag="Bookings")


class AttachIn(Strict):
    """An appointment by its reference, or by a `booking` that staff found; the counter where it is given.

    `service` chooses where a reference may be of several.
    """

    appointment: ReferenceText | None = None
    booking: Annotated[int, Field(ge=1, le=ID_MAX)] | None = None
    service: Code | None = None
    counter: Code | None = None


class MergeIn(Strict):
    """The token that stays, by its id; the counter where it was noticed."""

    into: Code
    counter: Code | None = None


class MoveIn(Strict):
    """A reference that another centre has."""

    appointment: ReferenceText


class MovedOut(BaseModel):
    """The booking as this centre has it now."""

    booking: BookingView


class ClaimsOut(BaseModel):
    """Walk-ins who had shown a reference that was not known then, each with the booking that is there now."""

    claims: list[ClaimView]


@bp.post(f"{TOKEN_AT}/attach")
@bp.input(AttachIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("attach_booking", *TOKEN, *NAMED_BOOKING, e.UnknownCounter, e.UnknownService, e.TokenHasAppointment)
def attach_booking(centre: str, token: str, asked: AttachIn) -> Response:
    """Give an appointment to a token: its number stays, its place stays or gets better."""
    shown = Shown(shown_reference(asked.appointment), asked.booking, asked.service)
    at = Spot(centre, token, asked.counter)
    return change(at, Permission.ATTACH_BOOKING, lambda tx, by: attach(tx, token, shown, by))


@bp.post(f"{TOKEN_AT}/merge")
@bp.input(MergeIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("merge_tokens", *TOKEN, e.UnknownCounter, e.UnknownService)
def merge_tokens(centre: str, token: str, asked: MergeIn) -> Response:
    """End a token whose citizen has another one, which gets the older place, the better class and the booking."""
    at = Spot(centre, token, asked.counter)
    return change(at, Permission.MERGE_TOKENS, lambda tx, by: merge(tx, token, asked.into, by))


@bp.post(f"{AT}/appointments/move")
@bp.input(MoveIn, arg_name="asked")
@bp.output(MovedOut)
@operation("move_booking", e.UnknownAppointment, e.AlreadyThere, e.AppointmentCancelled, e.AppointmentUsed)
def move_booking(centre: str, asked: MoveIn) -> Response:
    """Take over an appointment that exactly one other centre has."""
    principal = authorise(Permission.MOVE_BOOKING, centre=centre)
    reference = required_reference(asked.appointment)
    now = site().db.now(centre)
    source = read(lambda conn: source_of(conn, centre, reference, now))
    return command(principal, lambda tx: {"booking": move(tx, reference, By(principal.id))}, beside=source)


@bp.get(f"{AT}/appointments/claims")
@bp.output(ClaimsOut)
@operation("read_claims")
def read_claims(centre: str) -> Response:
    """Get who came as a walk-in and had shown a reference that an import has brought since."""
    authorise(Permission.READ_CLAIMS, centre=centre)
    now = site().db.now(centre)
    return jsonify(claims=read(lambda conn: claims_at(conn, centre, now)))
