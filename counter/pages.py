"""The counter console: one screen, one key for each verb."""

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
    found = visitor(Permission.SERVE, staff_only=True)
    if found is None:
        return redirect("/login")
    principal, csrf = found
    facts = read(lambda conn: places.facts_of(conn, principal.centre_id, site().clock.now()))
    stages = {s.code: {"ok": s.ok, "outcomes": list(s.outcomes)} for s in facts.plan.stages.values()}
    page = frame(
        principal.centre_id,
        STATIC,
        language=picked_language(facts),
        csrf=csrf,
        user=principal.user,
        me=principal.id,
        role=principal.role.value,
        outcomes=stages,
        clocks=facts.clocks,
        needs=facts.needs,
        services={s.code: s.name for s in facts.plan.services.values()},
    )
    return render_template("counter/console.html", lang=page["language"], page=page)
