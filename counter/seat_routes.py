"""Sit down at a counter, get up, and see its line."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from counter.at_seat import AT
from server.domain.roles import Permission, Role
from server.services import lines, operators
from server.web.commands import command
from server.web.guard import authorise
from server.web.shapes import ReasonOut, StaffTokenOut, Strict
from server.web.site import read, site

bp = APIBlueprint("seat", __name__, tag="Counters")


class SitIn(Strict):
    """Whether a manager takes the counter over from the person there."""

    take_over: bool = False


class SeatOut(BaseModel):
    """The counter, and who sits there now."""

    counter: str
    operator: str | None


class LineOut(BaseModel):
    """The line of a counter's stage, in the order in which it would be called."""

    counter: dict[str, Any]
    frozen: bool
    current: dict[str, Any] | None
    next: ReasonOut | None
    line: list[StaffTokenOut]
    more: int
    missed: list[StaffTokenOut]
    held: list[StaffTokenOut]
    actions: list[dict[str, Any]]


@bp.get(f"{AT}/line")
@bp.output(LineOut)
@bp.doc(security="bearer")
def line(counter: str) -> Response:
    """Get who waits at a counter's stage, who comes next and why, and what can be undone."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    return jsonify(read(lambda conn: lines.line_of(conn, by.centre_id, counter, now)))


@bp.post(f"{AT}/sit")
@bp.input(SitIn, arg_name="asked")
@bp.output(SeatOut)
@bp.doc(security="bearer")
def sit(counter: str, asked: SitIn) -> Response:
    """Sit down at a counter; one person at one counter."""
    by, now = authorise(Permission.SERVE, counter=counter), site().real.now()
    instead = asked.take_over and by.role is Role.MANAGER

    def seat(tx: Any) -> dict[str, Any]:
        row = operators.sit(tx, counter, by, now, take_over=instead)
        return {"counter": row.id, "operator": row.operator}

    return command(by, seat)


@bp.post(f"{AT}/leave")
@bp.output(SeatOut)
@bp.doc(security="bearer")
def leave(counter: str) -> Response:
    """Get up; the counter is free for somebody else."""
    by = authorise(Permission.SERVE, counter=counter)

    def get_up(tx: Any) -> dict[str, Any]:
        desk = operators.desk_named(tx, counter)
        operators.leave(tx, by)
        return {"counter": desk, "operator": None}

    return command(by, get_up)
