"""Sit down at a counter, get up, and see who sits where."""

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from server.api.at_centre import AT as AT_CENTRE
from server.api.at_seat import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.shapes import Strict
from server.domain import errors as e
from server.domain.permissions import Permission, may
from server.services.people import seats
from server.services.views.seats import SeatEntry, seats_taken
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("seats", __name__, tag="Counters")


class SitIn(Strict):
    """Whether a manager takes the counter over from the person there."""

    take_over: bool = False


class SeatOut(BaseModel):
    """The counter, and who sits there now."""

    counter: str
    operator: str | None


class SeatsOut(BaseModel):
    """Who asks, if they have signed in, and the counters at which somebody sits."""

    user: str | None
    seats: list[SeatEntry]


@bp.get(f"{AT_CENTRE}/seats")
@bp.output(SeatsOut)
@operation("list_seats")
def taken(centre: str) -> Response:
    """Get who sits where, and as whom one is signed in."""
    principal = authorise(Permission.WATCH_STAFF, centre=centre, in_use=False)
    return jsonify(user=principal.user, seats=read(lambda snapshot: seats_taken(snapshot, principal)))


@bp.post(f"{AT}/sit")
@bp.input(SitIn, arg_name="asked")
@bp.output(SeatOut)
@operation("take_seat", e.UnknownCounter, e.CounterTaken, e.CounterBusy)
def sit(centre: str, counter: str, asked: SitIn) -> Response:
    """Sit down at a counter; one person at one counter."""
    by, now = authorise(Permission.TAKE_SEAT, centre=centre, counter=counter), site().real.now()
    instead = asked.take_over and may(by.role, Permission.TAKE_OVER)

    def seat(tx: Transaction) -> dict[str, object]:
        row = seats.sit(tx, counter, by, now, take_over=instead)
        return {"counter": row.id, "operator": row.operator}

    return command(by, seat)


@bp.post(f"{AT}/leave")
@bp.output(SeatOut)
@operation("leave_seat", e.UnknownCounter, e.CounterBusy)
def leave(centre: str, counter: str) -> Response:
    """Get up; the counter is free for somebody else."""
    by = authorise(Permission.LEAVE_SEAT, centre=centre, counter=counter)

    def get_up(tx: Transaction) -> dict[str, object]:
        named = seats.counter_named(tx, counter)
        seats.leave(tx, by)
        return {"counter": named, "operator": None}

    return command(by, get_up)
