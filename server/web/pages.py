"""The pages that belong to no role: the signpost, the reference, and pairing a device."""

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.roles import Role
from server.services.access import principal_of_key
from server.web.guard import CSRF_COOKIE, DEVICE_COOKIE, csrf_token
from server.web.site import read, site

bp = APIBlueprint("pages", __name__, enable_openapi=False)
COOKIE_AGE_S = 400 * 24 * 3600
HOME = {Role.KIOSK: "/kiosk/", Role.DISPLAY: "/display/"}


@bp.get("/")
def signpost() -> str:
    """Show where everything is."""
    return render_template("signpost.html")


@bp.get("/api/docs")
def reference() -> str:
    """Show the API reference."""
    return render_template("reference.html")


@bp.get("/pair")
def pair() -> Response:
    """Swap a key for the device's cookie and go to the device's page."""
    key = request.args.get("key", "")
    principal = read(lambda conn: principal_of_key(conn, key))
    home = HOME.get(principal.role)
    response = make_response(redirect(f"{home}{principal.device}" if home and principal.device else "/"))
    secure = site().settings.url.startswith("https://")
    response.set_cookie(DEVICE_COOKIE, key, COOKIE_AGE_S, httponly=True, samesite="Strict", secure=secure)
    response.set_cookie(CSRF_COOKIE, csrf_token(key), COOKIE_AGE_S, samesite="Strict", secure=secure)
    return response
