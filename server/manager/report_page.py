"""The report of a day as a page to print, sign and send out of the building."""

from collections.abc import Mapping
from datetime import date

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from server.domain.errors import UnknownDay
from server.domain.instants import read_day
from server.domain.permissions import Permission
from server.domain.plan.plan import Names
from server.services.views.day_report import promise_of, stage_waits
from server.services.views.places import facts_of
from server.services.views.sheet import CLOCK_CHANGES_NAMED, FAULTS, NOTICES, lines_of
from server.web.guard import page_principal
from server.web.pages import picked_language
from server.web.site import read, site
from server.web.squares import squares_of
from server.wording.clock import CLOCK_CHANGES

SIZES = {19: "", 29: "full", 42: "fuller", 60: "fullest"}
"""In which size of `report.css` so many lines that not every day has are printed on one sheet."""
page_bp = APIBlueprint("report_page", __name__, enable_openapi=False, template_folder="templates")


@page_bp.get("/manager/report")
def report_page() -> AnyResponse | str:
    """Show the report of a day to somebody who may read the figures; the others sign in first."""
    reader = page_principal(Permission.READ_REPORT, staff_only=True)
    if reader is None:
        return redirect("/login")
    now = site().db.now(reader[0].centre_id)
    centre = read(lambda snapshot: facts_of(snapshot, reader[0].centre_id, now))
    report, language = site().reports.report(centre.code, _day_asked(), now), picked_language(centre)
    stages = stage_waits(_named({code: stage.name for code, stage in centre.plan.stages.items()}, language), report)
    return render_template(
        "manager/report.html",
        lang=language,
        report=report,
        size=next((size for most, size in SIZES.items() if lines_of(report, len(stages)) <= most), SIZES[max(SIZES)]),
        most=NOTICES,
        most_clock=CLOCK_CHANGES_NAMED,
        most_faults=FAULTS,
        promise=promise_of(report),
        stages=stages,
        reasons=_named(centre.plan.floor.out_of_order, language),
        causes=_named({code: cause.name for code, cause in centre.plan.floor.causes.items()}, language),
        code=squares_of(report.seal.text),
        CLOCK_CHANGES=CLOCK_CHANGES,
    )


def _day_asked() -> date | None:
    text = request.args.get("day", "")
    try:
        return read_day(text) if text else None
    except ValueError as error:
        raise UnknownDay(str(error)) from error


def _named(listed: Mapping[str, Names], language: str) -> dict[str, str]:
    """Return what is named in each language by its name in one."""
    return {code: names.get(language) or names.get("en") or code for code, names in listed.items()}
