"""Figures of a centre, what steers its floor, and the end of the day."""

from datetime import date
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from server.domain.roles import Permission
from server.services import statistics
from server.services.days import DayClose, close_day
from server.services.outlook import outlook_of
from server.web.commands import command
from server.web.guard import authorise
from server.web.shapes import Strict
from server.web.site import read, site

bp = APIBlueprint("manager", __name__, tag="Management")


class CloseDayIn(Strict):
    """Whether people who are still being served are ended too."""

    force: bool = False


class DayCloseOut(BaseModel):
    """What the close of a day ended."""

    day: str
    expired: int
    no_show: int
    counters: int


class PeriodIn(BaseModel):
    """The first and the last business day; today when not given."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    from_: Annotated[date | None, Field(alias="from")] = None
    to: date | None = None


class StatsOut(BaseModel):
    """Figures of a period, all times in minutes."""

    model_config = ConfigDict(populate_by_name=True)
    from_: Annotated[str, Field(alias="from")]
    to: str
    issued: int
    completed: int
    ended: dict[str, int]
    stay: dict[str, dict[str, float]]
    wait: dict[str, dict[str, float]]


class OutlookOut(BaseModel):
    """The floor projected at present lines and counters; times in minutes."""

    now: str
    people: int
    sentence: dict[str, Any]
    at_risk: dict[str, int]
    bottleneck: dict[str, Any] | None
    offer: dict[str, Any] | None
    people_at_risk: list[dict[str, Any]]


@bp.post("/api/v1/centres/<centre>/close-day")
@bp.input(CloseDayIn, arg_name="asked")
@bp.output(DayCloseOut)
@bp.doc(security="bearer")
def end_day(centre: str, asked: CloseDayIn) -> Response:
    """Close the business day."""
    by, now = authorise(Permission.CLOSE_DAY, centre=centre), site().clock.now()
    return command(by, lambda tx: _day_view(close_day(tx, now, by.id, force=asked.force)))


@bp.get("/api/v1/centres/<centre>/stats")
@bp.input(PeriodIn, location="query", arg_name="asked")
@bp.output(StatsOut)
@bp.doc(security="bearer")
def stats(centre: str, asked: PeriodIn) -> Response:
    """Get the figures of a period."""
    authorise(Permission.STATISTICS, centre=centre)
    now = site().clock.now()
    return jsonify(read(lambda conn: statistics.figures_of(conn, centre, asked.from_, asked.to, now)))


@bp.get("/api/v1/centres/<centre>/outlook")
@bp.output(OutlookOut)
@bp.doc(security="bearer")
def outlook(centre: str) -> Response:
    """Get what the floor will be like if nobody steps in."""
    authorise(Permission.STATISTICS, centre=centre)
    now = site().clock.now()
    return jsonify(read(lambda conn: outlook_of(conn, centre, now)))


def _day_view(close: DayClose) -> dict[str, Any]:
    return {
        "day": close.day.isoformat(),
        "expired": close.expired,
        "no_show": close.no_show,
        "counters": close.counters,
    }
