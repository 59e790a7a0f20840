"""The counter console: one screen, one key for each verb."""

from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.roles import Permission
from server.services import places
from server.services.appointments import TAIL
from server.services.corrections import ACCESS, PARTY_MAX
from server.services.explanations import NEXT_IN_LINE
from server.web.pages import staff_page
from server.web.site import read

STATIC = Path(__file__).parent / "static"

bp = APIBlueprint(
    "counter_pages",
    __name__,
    enable_openapi=False,
    template_folder="templates",
    static_folder="static",
    static_url_path="/counter/static",
)


@bp.get("/counter")
def console() -> Response | str:
    """Show the console to somebody who may serve; the others sign in first."""
    page = staff_page(Permission.SERVE, STATIC, _facts, NEXT_IN_LINE.values())
    if page is None:
        return redirect("/login")
    return render_template("counter/console.html", lang=page["language"], page=page)


def _facts(centre: places.CentreFacts) -> dict[str, Any]:
    plan = centre.plan
    return {
        "outcomes": {s.code: {"ok": s.ok, "outcomes": list(s.outcomes)} for s in plan.stages.values()},
        "clocks": centre.clocks,
        "needs": centre.needs,
        "access": ACCESS,
        "party_max": PARTY_MAX,
        "tail": TAIL,
        "services": [{"code": s.code, "name": s.name} for s in plan.services.values()],
        "out_of_order": [{"code": code, "name": name} for code, name in plan.floor.out_of_order.items()],
        "reasons": NEXT_IN_LINE,
        "undo_min": plan.floor.undo_min,
        "printers": read(lambda conn: places.printers_of(conn, centre.id)),
    }
