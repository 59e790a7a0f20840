"""The business day: who is still here, serve on, close it, open it again."""

from datetime import date
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import Field

from server.api.at_centre import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Code, Instant, Note, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.day import Then
from server.domain.errors import InvalidInput
from server.domain.instants import read_day
from server.domain.permissions import Permission
from server.services.floor.day import Closing, DayClose, DayExtension, close_day, extend_day
from server.services.floor.reopening import Reopening, reopen_day
from server.services.views.days import DayView, day_of
from server.web.guard import authorise
from server.web.site import read, site

DAY, TODAY = f"{AT}/days/<day>", "today"

bp = APIBlueprint("days", __name__, tag="Days")


class CloseDayIn(Strict):
    """The ids of the tokens that were shown as still here, what becomes of these people, and why it is closed."""

    live: list[Code] = Field(default=[], max_length=20_000)
    then: Literal["end", "carry_over"] = "end"
    reason: Note | None = None


class ExtendDayIn(Strict):
    """Until when people who are here are served."""

    until: Instant


class ReopenDayIn(Strict):
    """Why the day goes on, in words."""

    reason: Annotated[Note, Field(pattern=r"\w")]


@bp.get(DAY)
@bp.output(shape(DayView))
@operation("read_day", InvalidInput)
def one_day(centre: str, day: str) -> Response:
    """Get a business day, or `today`: whether it is open, who is still here, what a person is asked, and its seals."""
    authorise(Permission.READ_DAY, centre=centre)
    asked, now = None if day == TODAY else _date(day), site().db.now(centre)
    return jsonify(read(lambda conn: day_of(conn, centre, asked, now)))


@bp.post(f"{DAY}/close")
@bp.input(CloseDayIn, arg_name="asked")
@bp.output(shape(DayClose))
@operation("close_day", e.CentreFrozen, e.DayNotOpen, e.PeopleLive, e.NeverCloses)
def end_day(centre: str, day: str, asked: CloseDayIn) -> Response:
    """Close the business day, with what becomes of the people who are still here."""
    principal = authorise(Permission.CLOSE_DAY, centre=centre)
    closing = Closing(tuple(asked.live), Then(asked.then), asked.reason)
    return command(principal, lambda tx: close_day(tx, _date(day), closing, By(principal.id)))


@bp.post(f"{DAY}/extend")
@bp.input(ExtendDayIn, arg_name="asked")
@bp.output(shape(DayExtension))
@operation("extend_day", e.DayNotOpen)
def serve_on(centre: str, day: str, asked: ExtendDayIn) -> Response:
    """Serve the people who are here on until a moment; no more tokens are given for that."""
    principal = authorise(Permission.EXTEND_DAY, centre=centre)
    return command(principal, lambda tx: extend_day(tx, _date(day), asked.until, By(principal.id)))


@bp.post(f"{DAY}/reopen")
@bp.input(ReopenDayIn, arg_name="asked")
@bp.output(shape(Reopening))
@operation("reopen_day", e.DayNotOpen, e.AnotherDayOpen)
def go_on(centre: str, day: str, asked: ReopenDayIn) -> Response:
    """Open the day that was closed last again: everybody whom its close ended stands where they stood."""
    principal = authorise(Permission.REOPEN_DAY, centre=centre)
    return command(principal, lambda tx: reopen_day(tx, _date(day), asked.reason, By(principal.id)))


def _date(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise InvalidInput(str(error)) from error
