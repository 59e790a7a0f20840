"""The report of a day."""

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, ConfigDict

from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Day
from server.domain import errors as e
from server.domain.permissions import Permission
from server.services.figures.reports import DayReport
from server.web.guard import authorise
from server.web.site import site

bp = APIBlueprint("reports", __name__, tag="Management")


class DayIn(BaseModel):
    """A business day; the last that was closed, else today, when not given."""

    model_config = ConfigDict(extra="forbid")
    day: Day | None = None


@bp.get("/api/v1/centres/<centre>/report")
@bp.input(DayIn, location="query", arg_name="asked")
@bp.output(shape(DayReport))
@operation("read_report", e.UnknownDay)
def day_report(centre: str, asked: DayIn) -> Response:
    """Get the report of a day with its certificate and its seal."""
    authorise(Permission.READ_REPORT, centre=centre)
    return jsonify(site().reports.report(centre, asked.day, site().db.now(centre)))
