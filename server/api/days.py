"""The end of the day."""

from apiflask import APIBlueprint
from flask import Response

from server.api.commands import command
from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.permissions import Permission
from server.services.floor.day import DayClose, close_day
from server.web.guard import authorise

bp = APIBlueprint("days", __name__, tag="Days")


class CloseDayIn(Strict):
    """Whether people who are still being served are ended too."""

    force: bool = False


@bp.post("/api/v1/centres/<centre>/close-day")
@bp.input(CloseDayIn, arg_name="asked")
@bp.output(shape(DayClose))
@operation("close_day", e.CentreFrozen, e.DayNotFinished)
def end_day(centre: str, asked: CloseDayIn) -> Response:
    """Close the business day."""
    principal = authorise(Permission.CLOSE_DAY, centre=centre)
    return command(principal, lambda tx: close_day(tx, By(principal.id), force=asked.force))
