"""Figures of a centre."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Day
from server.domain.figures.spread import Stay, Wait
from server.domain.permissions import Permission
from server.services.figures.outlook import OutlookView, outlook_of
from server.services.figures.statistics import figures_of
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("figures", __name__, tag="Management")


class PeriodIn(BaseModel):
    """The first and the last business day; today when not given."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class StatsOut(BaseModel):
    """Figures of a period, all times in minutes: `stay` by class and for `all`, `wait` by stage."""

    model_config = ConfigDict(populate_by_name=True)
    from_: Annotated[date, Field(alias="from")]
    to: date
    issued: int
    completed: int
    ended: dict[str, int]
    stay: dict[str, Stay]
    wait: dict[str, Wait]


@bp.get("/api/v1/centres/<centre>/stats")
@bp.input(PeriodIn, location="query", arg_name="asked")
@bp.output(StatsOut)
@operation("read_stats")
def stats(centre: str, asked: PeriodIn) -> Response:
    """Get the figures of a period."""
    authorise(Permission.READ_STATS, centre=centre)
    now = site().db.now(centre)
    period, counted = read(lambda snapshot: figures_of(snapshot, centre, asked.from_, asked.to, now))
    return jsonify({"from": period.first, "to": period.last, **asdict(counted)})


@bp.get("/api/v1/centres/<centre>/outlook")
@bp.output(shape(OutlookView))
@operation("read_outlook")
def outlook(centre: str) -> Response:
    """Get what the floor will be like if nobody steps in."""
    authorise(Permission.READ_OUTLOOK, centre=centre)
    now, real = site().db.now(centre), site().real.now()
    return jsonify(read(lambda snapshot: outlook_of(snapshot, centre, now, real)))
