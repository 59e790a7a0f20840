"""The report of a day."""

from datetime import date

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict

from server.api.operations import operation
from server.domain.permissions import Action
from server.services.figures.reports import DayCertificate, SealTold, Stop
from server.services.figures.statistics import Figures
from server.web.guard import authorise
from server.web.site import site

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
    figures: Figures
    certificate: DayCertificate
    freezes: list[Stop]
    seal: SealTold


@bp.get("/api/v1/centres/<centre>/report")
@bp.input(DayIn, location="query", arg_name="asked")
@bp.output(ReportOut)
@operation("read_report")
def day_report(centre: str, asked: DayIn) -> Response:
    """Get the report of a day with its certificate and its seal."""
    authorise(Action.READ_REPORT, centre=centre)
    return jsonify(site().reports.report(centre, asked.day, site().clock.now()))
