"""The line of a counter's stage."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from server.api.at_seat import AT
from server.api.operations import operation
from server.api.shapes import ReasonOut, StaffTokenOut
from server.domain.permissions import Permission
from server.services.views.line import line_of
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("lines", __name__, tag="Counters")


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
@operation("read_line")
def line(centre: str, counter: str) -> Response:
    """Get who waits at a counter's stage, who comes next and why, and what can be undone."""
    by, now = authorise(Permission.SERVE, centre=centre, counter=counter), site().clock.now()
    return jsonify(read(lambda conn: line_of(conn, by.centre_id, counter, now)))
