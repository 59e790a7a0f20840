"""What steers a floor: freeze it, lease numbers, take over bookings; and what explains it."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from server.domain.roles import Permission
from server.domain.token_records import to_iso
from server.services import appointments, explanations, freezes, leases
from server.services.appointments import TAIL, Booking
from server.services.days import confirm_clock
from server.web.commands import command
from server.web.guard import authorise
from server.web.references import hidden
from server.web.shapes import Code, Instant, Note, Strict
from server.web.site import read, site

bp = APIBlueprint("steering", __name__, tag="Management")
AT = "/api/v1/centres/<centre>"


class FreezeIn(Strict):
    """Why the floor stops: fire, power, evacuation."""

    reason: Note


class FrozenOut(BaseModel):
    """Whether the floor is stopped, since when and why, and the latest stops as begin and end."""

    frozen: bool
    since: str | None
    reason: str | None
    freezes: list[list[str | None]]


class LeaseIn(Strict):
    """Which numbers to give away: the next `count` of a series, and to whom."""

    series: Annotated[str, Field(pattern=r"^[A-Z]$")]
    count: Annotated[int, Field(ge=1, le=500)]
    holder: Note


class VoidIn(Strict):
    """Why the unused numbers of a lease will never be given."""

    reason: Note


class LeaseOut(BaseModel):
    """A block of numbers."""

    id: int
    day: str
    series: str
    first: int
    last: int
    holder: str
    void: str | None


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

    bookings: list[dict[str, Any]]


class GateOut(BaseModel):
    """Whom the gate lets in now: bookings with a slot up to `until`, and the delay against the plan in minutes."""

    until: str
    held_min: int


class ExplainIn(BaseModel):
    """The language of the answer."""

    model_config = ConfigDict(extra="forbid")
    language: str = "en"


class ExplainOut(BaseModel):
    """Each call of a token with its reason, and who was called before it."""

    label: str
    day: str
    state: str
    stage: str
    calls: list[dict[str, Any]]
    overtaken: list[dict[str, str]]


@bp.post(f"{AT}/freeze")
@bp.input(FreezeIn, arg_name="asked")
@bp.output(FrozenOut)
@bp.doc(security="bearer")
def freeze(centre: str, asked: FreezeIn) -> Response:
    """Stop calling, missing and expiring at once."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()
    return command(by, lambda tx: freezes.freeze(tx, asked.reason, now, by.id))


@bp.post(f"{AT}/unfreeze")
@bp.output(FrozenOut)
@bp.doc(security="bearer")
def unfreeze(centre: str) -> Response:
    """Go on where the floor was stopped."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()
    return command(by, lambda tx: freezes.unfreeze(tx, now, by.id))


@bp.get(f"{AT}/freeze")
@bp.output(FrozenOut)
@bp.doc(security="bearer")
def frozen(centre: str) -> Response:
    """Get whether the floor is stopped."""
    authorise(Permission.WATCH, centre=centre)
    return jsonify(read(lambda conn: freezes.freezes_of(conn, centre)))


@bp.post(f"{AT}/confirm-clock")
@bp.doc(security="bearer")
def clock_is_right(centre: str) -> Response:
    """Confirm the present time after the clock went back."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()

    def confirm(tx: Any) -> dict[str, Any]:
        confirm_clock(tx, now, by.id)
        return {"now": to_iso(now)}

    return command(by, confirm)


@bp.post(f"{AT}/leases")
@bp.input(LeaseIn, arg_name="asked")
@bp.output(LeaseOut, status_code=201)
@bp.doc(security="bearer")
def lease_numbers(centre: str, asked: LeaseIn) -> Response:
    """Lease a block of numbers for a paper pad or a kiosk without a link."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()

    def lease(tx: Any) -> dict[str, Any]:
        return leases.view(leases.lease(tx, asked.series, asked.count, asked.holder, now, by.id))

    return command(by, lease, status=201)


@bp.post(f"{AT}/leases/<int:lease>/void")
@bp.input(VoidIn, arg_name="asked")
@bp.output(LeaseOut)
@bp.doc(security="bearer")
def void_lease(centre: str, lease: int, asked: VoidIn) -> Response:
    """Note that the unused numbers of a lease will never be given."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()
    return command(by, lambda tx: leases.view(leases.void(tx, lease, asked.reason, now, by.id)))


@bp.post(f"{AT}/appointments")
@bp.input(BookingsIn, arg_name="asked")
@bp.output(BookedOut)
@bp.doc(security="bearer")
def take_bookings(centre: str, asked: BookingsIn) -> Response:
    """Take over bookings from the portal."""
    by, now = authorise(Permission.BOOK, centre=centre), site().clock.now()
    booked = [
        Booking(hidden(one.reference), one.reference[-TAIL:], one.slot, one.service, one.need) for one in asked.bookings
    ]
    return command(by, lambda tx: {"booked": appointments.book(tx, booked, now)})


@bp.get(f"{AT}/appointments")
@bp.input(FindIn, location="query", arg_name="asked")
@bp.output(FoundOut)
@bp.doc(security="bearer")
def find_booking(centre: str, asked: FindIn) -> Response:
    """Find a booking of today by the last characters of its reference."""
    authorise(Permission.SERVE, centre=centre)
    now = site().clock.now()
    return jsonify(bookings=read(lambda conn: appointments.find_at(conn, centre, asked.tail, asked.slot, now)))


@bp.get(f"{AT}/gate")
@bp.output(GateOut)
@bp.doc(security="bearer")
def gate(centre: str) -> Response:
    """Get the batch that the gate lets in now."""
    authorise(Permission.WATCH, centre=centre)
    now = site().clock.now()
    batch = read(lambda conn: appointments.gate_at(conn, centre, now))
    return jsonify(until=to_iso(batch.until), held_min=batch.held_min)


@bp.get(f"{AT}/explain/<label>")
@bp.input(ExplainIn, location="query", arg_name="asked")
@bp.output(ExplainOut)
@bp.doc(security="bearer")
def explain(centre: str, label: str, asked: ExplainIn) -> Response:
    """Get why a token of today was called when it was, and who was called before it."""
    authorise(Permission.SERVE, centre=centre)
    now = site().clock.now()
    return jsonify(read(lambda conn: explanations.explain_today(conn, centre, label, now, asked.language)))
