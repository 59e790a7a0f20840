"""What a second named person was asked for, as a page."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.permissions import Permission
from server.web.pages import staff_page

STATIC = Path(__file__).parent / "static" / "approvals"
approvals_bp = APIBlueprint("approvals_page", __name__, enable_openapi=False, template_folder="templates")


@approvals_bp.get("/manager/approvals")
def approvals() -> Response | str:
    """Show what was asked for to somebody who may see it; the others sign in first."""
    page = staff_page(Permission.READ_APPROVALS, STATIC, lambda _centre: {})
    if page is None:
        return redirect("/login")
    return render_template("manager/approvals.html", lang=page["language"], page=page)
