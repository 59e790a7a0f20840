"""Figures of a centre."""

from datetime import date
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from server.api.operations import operation
from server.domain.permissions import Permission
from server.services.figures import statistics
from server.services.figures.outlook import outlook_of
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("figures", __name__, tag="Management")


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


@bp.get("/api/v1/centres/<centre>/stats")
@bp.input(PeriodIn, location="query", arg_name="asked")
@bp.output(StatsOut)
@operation("read_stats")
def stats(centre: str, asked: PeriodIn) -> Response:
    """Get the figures of a period."""
    authorise(Permission.STATISTICS, centre=centre)
    now = site().clock.now()
    return jsonify(read(lambda conn: statistics.figures_of(conn, centre, asked.from_, asked.to, now)))


@bp.get("/api/v1/centres/<centre>/outlook")
@bp.output(OutlookOut)
@operation("read_outlook")
def outlook(centre: str) -> Response:
    """Get what the floor will be like if nobody steps in."""
    authorise(Permission.STATISTICS, centre=centre)
    now = site().clock.now()
    return jsonify(read(lambda conn: outlook_of(conn, centre, now)))
