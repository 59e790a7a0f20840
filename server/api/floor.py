"""Stop the floor and let it go on; confirm the clock."""

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from server.api.at_centre import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Note, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.instants import to_iso
from server.domain.permissions import Permission
from server.services.floor import notice
from server.services.floor.day import confirm_clock
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import read

bp = APIBlueprint("floor", __name__, tag="Management")


class FreezeIn(Strict):
    """Why the floor stops: fire, power, evacuation."""

    reason: Note


class ClockOut(BaseModel):
    """The time that was confirmed."""

    now: str


@bp.post(f"{AT}/freeze")
@bp.input(FreezeIn, arg_name="asked")
@bp.output(shape(notice.FreezeView))
@operation("freeze_floor", e.ClockBehind)
def freeze(centre: str, asked: FreezeIn) -> Response:
    """Stop calling, missing and expiring at once."""
    principal = authorise(Permission.FREEZE_FLOOR, centre=centre)
    return command(principal, lambda tx: notice.freeze(tx, asked.reason, By(principal.id)))


@bp.post(f"{AT}/unfreeze")
@bp.output(shape(notice.FreezeView))
@operation("unfreeze_floor", e.ClockBehind)
def unfreeze(centre: str) -> Response:
    """Go on where the floor was stopped."""
    principal = authorise(Permission.UNFREEZE_FLOOR, centre=centre)
    return command(principal, lambda tx: notice.unfreeze(tx, By(principal.id)))


@bp.get(f"{AT}/freeze")
@bp.output(shape(notice.FreezeView))
@operation("read_freeze")
def frozen(centre: str) -> Response:
    """Get whether the floor is stopped."""
    authorise(Permission.READ_FREEZE, centre=centre)
    return jsonify(read(lambda conn: notice.freezes_of(conn, centre)))


@bp.post(f"{AT}/confirm-clock")
@bp.output(ClockOut)
@operation("confirm_clock")
def clock_is_right(centre: str) -> Response:
    """Confirm the present time after the clock went back."""
    principal = authorise(Permission.CONFIRM_CLOCK, centre=centre)

    def confirm(tx: Transaction) -> dict[str, str]:
        confirm_clock(tx, By(principal.id))
        return {"now": to_iso(tx.now)}

    return command(principal, confirm)
