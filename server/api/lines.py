"""The line of a counter's stage."""

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel

from server.api.at_seat import AT
from server.api.operations import operation
from server.api.ready import send
from server.api.shapes import ReasonOut
from server.domain import errors as e
from server.domain.events.views import StaffToken
from server.domain.permissions import Permission
from server.services.floor.acts import ActView
from server.services.views.line import OwnCounter
from server.web.guard import authorise
from server.web.site import site

bp = APIBlueprint("lines", __name__, tag="Counters")


class LineOut(BaseModel):
    """The line of a counter's stage after event `seq`, in the order in which it would be called.

    `next` says why the first is the first: its `params` tell since when each waits (`since`), not how long.
    """

    epoch: str
    seq: int
    counter: OwnCounter
    frozen: bool
    current: StaffToken | None
    next: ReasonOut | None
    line: list[StaffToken]
    more: int
    away: list[StaffToken]
    stranded: list[StaffToken]
    held: list[StaffToken]
    acts: list[ActView]


@bp.get(f"{AT}/line")
@bp.output(LineOut)
@operation("read_line", e.UnknownCounter)
def line(centre: str, counter: str) -> Response:
    """Get who waits at a counter's stage, who comes next and why, and what can be undone."""
    by = authorise(Permission.READ_LINE, centre=centre, counter=counter)
    ready = site().views.line(by.centre_id, counter)
    return send(ready, ready.body)
