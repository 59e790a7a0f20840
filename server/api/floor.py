"""Emergency, outage and pause of a centre; confirm the clock."""

from typing import Annotated, Self

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field, model_validator

from server.api.at_centre import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Code, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.instants import to_iso
from server.domain.notice import NoticeKind
from server.domain.permissions import Permission
from server.services.floor import notice
from server.services.floor.day import confirm_clock
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import read

bp = APIBlueprint("floor", __name__, tag="Management")


class NoticeIn(Strict):
    """A flag of the centre, set or taken off; one that is set needs a cause, by its code in the set-up."""

    kind: Annotated[NoticeKind, Field(strict=False)]
    cause: Code | None = None
    on: bool

    @model_validator(mode="after")
    def _has_cause(self) -> Self:
        if self.on and self.cause is None:
            raise ValueError("a flag that is set needs a cause")
        return self


class ClockOut(BaseModel):
    """The time that was confirmed."""

    now: str


@bp.post(f"{AT}/notice")
@bp.input(NoticeIn, arg_name="asked")
@bp.output(shape(notice.NoticeView))
@operation("set_notice", e.UnknownCause, e.NamedPersonNeeded, e.ClockBehind)
def set_notice(centre: str, asked: NoticeIn) -> Response:
    """Set or take off an emergency, an outage or a pause; an emergency is ended by a person who is signed in."""
    principal = authorise(Permission.SET_NOTICE, centre=centre)
    by = By(principal.id)
    if asked.cause is not None and asked.on:
        cause = asked.cause
        return command(principal, lambda tx: notice.set_notice(tx, asked.kind, cause, by))
    return command(principal, lambda tx: notice.lift_notice(tx, asked.kind, by))


@bp.get(f"{AT}/notice")
@bp.output(shape(notice.NoticeView))
@operation("read_notice")
def notice_now(centre: str) -> Response:
    """Get what the centre tells everybody, and when its floor stood."""
    authorise(Permission.READ_NOTICE, centre=centre)
    return jsonify(read(lambda conn: notice.notice_of(conn, centre)))


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
