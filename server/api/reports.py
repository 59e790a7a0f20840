"""The report of a day."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict

from server.api.operations import operation
from server.domain.permissions import Permission
from server.services.figures.reports import report_of
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("reports", __name__, tag="Management")


class DayIn(BaseModel):
    """A business day; the last that was closed, else today, when not given."""

    model_config = ConfigDict(extra="forbid")
    day: date | None = None


class ReportOut(BaseModel):
    """A day: figures, certificate of fairness, and the seal: `text` is what its QR code says."""

    centre: str
    name: dict[str, str]
    day: str
    closed: bool
    printed: str
    figures: dict[str, Any]
    certificate: dict[str, Any]
    freezes: list[dict[str, Any]]
    seal: dict[str, Any]


@bp.get("/api/v1/centres/<centre>/report")
@bp.input(DayIn, location="query", arg_name="asked")
@bp.output(ReportOut)
@operation("read_report")
def day_report(centre: str, asked: DayIn) -> Response:
    """Get the report of a day with its certificate and its seal."""
    authorise(Permission.STATISTICS, centre=centre)
    return jsonify(report_on(centre, asked.day))


def report_on(centre: str, day: date | None) -> dict[str, Any]:
    now, secret = site().clock.now(), site().settings.secret()
    return read(lambda conn: report_of(conn, centre, day, now, secret))
