"""Which kiosks, boards and consoles there are, and with which screens they are paired, as a page."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template
from werkzeug.wrappers import Response

from server.domain.permissions import Permission
from server.web.pages import staff_page

STATIC = Path(__file__).parent / "static" / "devices"
devices_bp = APIBlueprint("devices_page", __name__, enable_openapi=False, template_folder="templates")


@devices_bp.get("/manager/devices")
def devices() -> Response | str:
    """Show the screens to somebody who may see them; the others sign in first."""
    page = staff_page(Permission.READ_DEVICES, STATIC, lambda _centre: {})
    if page is None:
        return redirect("/login")
    return render_template("manager/devices.html", lang=page["language"], page=page)
