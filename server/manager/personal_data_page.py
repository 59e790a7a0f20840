"""What is known of citizens and for how long, what one of them may ask, and legal holds, as a page."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.permissions import Permission
from server.web.pages import staff_page

STATIC = Path(__file__).parent / "static" / "personal_data"
personal_data_bp = APIBlueprint("personal_data_page", __name__, enable_openapi=False, template_folder="templates")


@personal_data_bp.get("/manager/personal-data")
def personal_data() -> Response | str:
    """Show personal data to somebody who may see it; the others sign in first."""
    page = staff_page(Permission.READ_PERSONAL_DATA, STATIC, lambda _centre: {})
    if page is None:
        return redirect("/login")
    return render_template("manager/personal_data.html", lang=page["language"], page=page)
