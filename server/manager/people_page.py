"""Who can sign in at the centre, and which devices and programs have a key, as a page."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.permissions import EVERYWHERE, PEOPLE, Permission, Role
from server.services.views.places import CentreFacts
from server.web.pages import staff_page

STATIC = Path(__file__).parent / "static" / "people"
people_bp = APIBlueprint("people_page", __name__, enable_openapi=False, template_folder="templates")


@people_bp.get("/manager/people")
def people() -> Response | str:
    """Show people and keys to somebody who may change them; the others sign in first."""
    page = staff_page(Permission.READ_PEOPLE, STATIC, _facts)
    if page is None:
        return redirect("/login")
    return render_template("manager/people.html", lang=page["language"], page=page)


def _facts(_centre: CentreFacts) -> dict[str, object]:
    roles = [role.value for role in Role if role not in EVERYWHERE]
    return {"roles": [role.value for role in PEOPLE if role not in EVERYWHERE], "key_roles": roles}
