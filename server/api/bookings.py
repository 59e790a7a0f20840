"""Bookings taken over and found, and whom the gate lets in."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from server.api.at_centre import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.references import hidden
from server.api.shapes import Code, Instant, Strict
from server.domain import errors as e
from server.domain.instants import to_iso
from server.domain.permissions import Permission
from server.services.bookings import book
from server.services.bookings.book import TAIL, BookingView, NewBooking
from server.services.bookings.gate import gate_at
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("bookings", __name__, tag="Bookings")


class BookingIn(Strict):
    """A booking of the portal."""

    reference: Annotated[str, Field(min_length=TAIL, max_length=64)]
    slot: Instant
    service: Code
    need: Code | None = None


class BookingsIn(Strict):
    """Bookings to take over; one that is there already moves to its new slot."""

    bookings: Annotated[list[BookingIn], Field(min_length=1, max_length=300)]


class BookedOut(BaseModel):
    """How many bookings were new."""

    booked: int


class FindIn(BaseModel):
    """The last characters of a reference, and perhaps its slot."""

    model_config = ConfigDict(extra="forbid")
    tail: Annotated[str, Field(min_length=1, max_length=64)]
    slot: Instant | None = None


class FoundOut(BaseModel):
    """The bookings of today that fit."""

    bookings: list[BookingView]


class GateOut(BaseModel):
    """Whom the gate lets in now: bookings with a slot up to `until`, and the delay against the plan in minutes."""

    until: str
    held_min: int


@bp.post(f"{AT}/appointments")
@bp.input(BookingsIn, arg_name="asked")
@bp.output(BookedOut)
@operation("take_bookings", e.UnknownService, e.UnknownNeed)
def take_bookings(centre: str, asked: BookingsIn) -> Response:
    """Take over bookings from the portal."""
    principal = authorise(Permission.TAKE_BOOKINGS, centre=centre)
    booked = [
        NewBooking(hidden(booking.reference), booking.reference[-TAIL:], booking.slot, booking.service, booking.need)
        for booking in asked.bookings
    ]
    return command(principal, lambda tx: {"booked": book.book(tx, booked)})


@bp.get(f"{AT}/appointments")
@bp.input(FindIn, location="query", arg_name="asked")
@bp.output(FoundOut)
@operation("find_booking")
def find_booking(centre: str, asked: FindIn) -> Response:
    """Find a booking of today by the last characters of its reference."""
    authorise(Permission.FIND_BOOKING, centre=centre)
    now = site().db.now(centre)
    return jsonify(bookings=read(lambda conn: book.find_at(conn, centre, asked.tail, asked.slot, now)))


@bp.get(f"{AT}/gate")
@bp.output(GateOut)
@operation("read_gate")
def gate(centre: str) -> Response:
    """Get the batch that the gate lets in now."""
    authorise(Permission.READ_GATE, centre=centre)
    now = site().db.now(centre)
    batch = read(lambda conn: gate_at(conn, centre, now))
    return jsonify(until=to_iso(batch.until), held_min=batch.held_min)
