"""The end of the day."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel

from server.api.commands import command
from server.api.shapes import Strict
from server.domain.actors import By
from server.domain.permissions import Action
from server.services.floor.day import DayClose, close_day
from server.web.guard import authorise

bp = APIBlueprint("days", __name__, tag="Days")


class CloseDayIn(Strict):
    """Whether people who are still being served are ended too."""

    force: bool = False


class DayCloseOut(BaseModel):
    """What the close of a day ended."""

    day: str
    expired: int
    no_show: int
    counters: int


@bp.post("/api/v1/centres/<centre>/close-day")
@bp.input(CloseDayIn, arg_name="asked")
@bp.output(DayCloseOut)
@bp.doc(security="bearer")
def end_day(centre: str, asked: CloseDayIn) -> Response:
    """Close the business day."""
    principal = authorise(Action.CLOSE_DAY, centre=centre)
    return command(principal, lambda tx: _day_view(close_day(tx, By(principal.id), force=asked.force)))


def _day_view(close: DayClose) -> dict[str, Any]:
    return {
        "day": close.day.isoformat(),
        "expired": close.expired,
        "no_show": close.no_show,
        "counters": close.counters,
    }
