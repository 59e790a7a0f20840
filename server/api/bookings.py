"""Bookings taken over and found, and whom the gate lets in."""

from datetime import datetime
from typing import Annotated, Self

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from server.api.at_centre import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.references import ReferenceText, reference_of
from server.api.shapes import Instant, Strict
from server.domain.actors import By
from server.domain.instants import to_iso
from server.domain.permissions import Permission
from server.domain.references import RAW_MAX, Reference
from server.services.bookings import book, search
from server.services.bookings.book import NewBooking, Result
from server.services.bookings.gate import gate_at
from server.services.bookings.search import BookingView
from server.web.guard import authorise
from server.web.site import read, site

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
bp = APIBlueprint("bookings", __name__, tag="Bookings")


class BookingIn(Strict):
    """A booking of the portal; what does not fit refuses its row alone."""

    reference: str
    slot: Annotated[str, Field(description="a time with its zone, like 2026-11-24T10:15:00+05:30")]
    service: str
    need: str | None = None
    cancelled: bool = False


class BookingsIn(Strict):
    """Bookings to take over; one that is there already moves to its new slot."""

    bookings: Annotated[list[BookingIn], Field(min_length=1, max_length=300)]


class RowOut(BaseModel):
    """What became of row `n`, counted from 1; `code` says why it was refused, or that its slot is over capacity."""

    n: int
    result: Result
    code: str | None


class RowsOut(BaseModel):
    """What became of each row."""

    rows: list[RowOut]


class FindIn(BaseModel):
    """The whole reference; or its last characters, and perhaps its slot."""

    model_config = ConfigDict(extra="forbid")
    appointment: ReferenceText | None = None
    tail: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    slot: Instant | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.appointment is None) == (self.tail is None) or (self.appointment and self.slot):
            raise ValueError("Please name the whole reference, or its last characters and perhaps its slot.")
        return self


class FoundOut(BaseModel):
    """The bookings of today that fit."""

    bookings: list[BookingView]


class GateOut(BaseModel):
    """Whom the gate lets in now: bookings with a slot up to `until`, and the delay against the plan in minutes."""

    until: str
    held_min: int


@bp.post(f"{AT}/appointments")
@bp.input(BookingsIn, arg_name="asked")
@bp.output(RowsOut)
@operation("take_bookings")
def take_bookings(centre: str, asked: BookingsIn) -> Response:
    """Take over bookings from the portal."""
    principal = authorise(Permission.TAKE_BOOKINGS, centre=centre)
    booked = [_new(booking) for booking in asked.bookings]
    return command(principal, lambda tx: {"rows": book.book(tx, booked, By(principal.id))})


@bp.get(f"{AT}/appointments")
@bp.input(FindIn, location="query", arg_name="asked")
@bp.output(FoundOut)
@operation("find_booking")
def find_booking(centre: str, asked: FindIn) -> Response:
    """Find a booking of today by its whole reference, or all that have the same last characters."""
    authorise(Permission.FIND_BOOKING, centre=centre)
    now = site().db.now(centre)
    if asked.tail is not None:
        tail = asked.tail
        return jsonify(bookings=read(lambda conn: search.find_at(conn, centre, tail, asked.slot, now)))
    named = reference_of(asked.appointment)
    return jsonify(bookings=[] if named is None else read(lambda conn: search.find_named(conn, centre, named, now)))


@bp.get(f"{AT}/gate")
@bp.output(GateOut)
@operation("read_gate")
def gate(centre: str) -> Response:
    """Get the batch that the gate lets in now."""
    authorise(Permission.READ_GATE, centre=centre)
    now = site().db.now(centre)
    batch = read(lambda conn: gate_at(conn, centre, now))
    return jsonify(until=to_iso(batch.until), held_min=batch.held_min)


def _new(asked: BookingIn) -> NewBooking:
    try:
        slot = _INSTANT.validate_python(asked.slot)
    except ValidationError:
        slot = None
    return NewBooking(_reference(asked.reference), slot, asked.service, asked.need, asked.cancelled)


def _reference(text: str) -> Reference | None:
    return reference_of(text) if len(text) <= RAW_MAX else None
