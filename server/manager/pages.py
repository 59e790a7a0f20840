"""The manager's screen: one sentence, the floor as a river, and the levers."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.roles import Permission
from server.services import places
from server.web.guard import visitor
from server.web.pages import frame, picked_language
from server.web.site import read, site

STATIC = Path(__file__).parent / "static"

bp = APIBlueprint(
    "manager_pages",
    __name__,
    enable_openapi=False,
    template_folder="templates",
    static_folder="static",
    static_url_path="/manager/static",
)


@bp.get("/manager")
def manager() -> Response | str:
    """Show the floor to somebody who may steer it; the others sign in first."""
    found = visitor(Permission.STATISTICS, staff_only=True)
    if found is None:
        return redirect("/login")
    principal, csrf = found
    facts = read(lambda conn: places.facts_of(conn, principal.centre_id, site().clock.now()))
    page = frame(
        principal.centre_id,
        STATIC,
        language=picked_language(facts),
        csrf=csrf,
        user=principal.user,
        clocks=facts.clocks,
        demo=facts.demo,
        routes={code: list(stages) for code, stages in facts.plan.routes.items()},
        devices=read(lambda conn: places.device_counts(conn, principal.centre_id)),
    )
    return render_template("manager/manager.html", lang=page["language"], page=page)
