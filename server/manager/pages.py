"""The manager's screen: one sentence, the floor as a river, and the levers."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.permissions import Permission
from server.services.views import booked, places
from server.web.backups import backups_wrong, tail_wrong
from server.web.pages import staff_page
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
    page = staff_page(Permission.READ_OUTLOOK, STATIC, _facts)
    if page is None:
        return redirect("/login")
    return render_template("manager/manager.html", lang=page["language"], page=page)


def _facts(centre: places.CentreFacts) -> dict[str, object]:
    return {
        "clocks": centre.clocks,
        "demo": centre.demo,
        "routes": {code: list(stages) for code, stages in centre.plan.routes.items()},
        "devices": read(lambda snapshot: places.device_counts(snapshot, centre.id)),
        "to_import_again": _to_import_again(centre.code),
        "plain_http": site().settings.plain_http,
        "backups_wrong": backups_wrong(),
        "tail_wrong": tail_wrong(),
    }


def _to_import_again(centre: str) -> int:
    in_force, now = site().derived_keys().in_force, site().real.now()
    return read(lambda snapshot: booked.to_import_again(snapshot, centre, in_force, now))
