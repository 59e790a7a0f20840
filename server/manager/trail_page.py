"""What was done and by whom, as a page to look things up in and to take a file from."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.permissions import Permission
from server.services.views.places import CentreFacts
from server.web.pages import staff_page
from server.wording.trail import FLOOR, INSTALLATION, WHAT

STATIC = Path(__file__).parent / "static" / "trail"
trail_page_bp = APIBlueprint("trail_page", __name__, enable_openapi=False, template_folder="templates")


@trail_page_bp.get("/manager/trail")
def trail() -> Response | str:
    """Show the trail to somebody who may read it; the others sign in first."""
    page = staff_page(Permission.READ_TRAIL, STATIC, _facts, WHAT.values())
    if page is None:
        return redirect("/login")
    return render_template("manager/trail.html", lang=page["language"], page=page)


def _facts(_centre: CentreFacts) -> dict[str, object]:
    return {"floor": dict(FLOOR), "installation": dict(INSTALLATION)}
