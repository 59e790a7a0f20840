"""The counter console: one screen, one key for each verb."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.permissions import Permission
from server.domain.screens import Screen, ScreenKind
from server.services.views.console import console_facts
from server.services.views.places import CentreFacts
from server.web.guard import screen_principal
from server.web.pages import staff_frame, staff_page
from server.web.pairing import unpaired_page
from server.web.site import read
from server.wording.reasons import NEXT_IN_LINE

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
    page = staff_page(Permission.CALL_NEXT, STATIC, _facts, NEXT_IN_LINE.values())
    if page is None:
        return redirect("/login")
    return render_template("counter/console.html", lang=page["language"], page=page)


@bp.get("/counter/<centre>/<counter>")
def paired(centre: str, counter: str) -> str:
    """Show the console of one counter on the screen that is paired for it, without a person who signs in."""
    screen = Screen(ScreenKind.COUNTER, counter)
    opened = screen_principal(screen, centre)
    if opened is None:
        return unpaired_page(screen, centre)
    page = staff_frame(*opened, STATIC, lambda facts: _facts(facts, counter), NEXT_IN_LINE.values())
    return render_template("counter/console.html", lang=page["language"], page=page)


def _facts(centre: CentreFacts, seat: str | None = None) -> dict[str, object]:
    return {**read(lambda snapshot: console_facts(snapshot, centre)), "reasons": NEXT_IN_LINE, "seat": seat}
