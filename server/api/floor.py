"""Stop the floor and let it go on; confirm the clock."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from server.api.at_centre import AT
from server.api.commands import command
from server.api.shapes import Note, Strict
from server.domain.instants import to_iso
from server.domain.permissions import Permission
from server.services.floor import notice
from server.services.floor.day import confirm_clock
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("floor", __name__, tag="Management")


class FreezeIn(Strict):
    """Why the floor stops: fire, power, evacuation."""

    reason: Note


class FrozenOut(BaseModel):
    """Whether the floor is stopped, since when and why, and the latest stops as begin and end."""

    frozen: bool
    since: str | None
    reason: str | None
    freezes: list[list[str | None]]


@bp.post(f"{AT}/freeze")
@bp.input(FreezeIn, arg_name="asked")
@bp.output(FrozenOut)
@bp.doc(security="bearer")
def freeze(centre: str, asked: FreezeIn) -> Response:
    """Stop calling, missing and expiring at once."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()
    return command(by, lambda tx: notice.freeze(tx, asked.reason, now, by.id))


@bp.post(f"{AT}/unfreeze")
@bp.output(FrozenOut)
@bp.doc(security="bearer")
def unfreeze(centre: str) -> Response:
    """Go on where the floor was stopped."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()
    return command(by, lambda tx: notice.unfreeze(tx, now, by.id))


@bp.get(f"{AT}/freeze")
@bp.output(FrozenOut)
@bp.doc(security="bearer")
def frozen(centre: str) -> Response:
    """Get whether the floor is stopped."""
    authorise(Permission.WATCH, centre=centre)
    return jsonify(read(lambda conn: notice.freezes_of(conn, centre)))


@bp.post(f"{AT}/confirm-clock")
@bp.doc(security="bearer")
def clock_is_right(centre: str) -> Response:
    """Confirm the present time after the clock went back."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()

    def confirm(tx: Any) -> dict[str, Any]:
        confirm_clock(tx, now, by.id)
        return {"now": to_iso(now)}

    return command(by, confirm)
