"""Whom to tell of a weakness, where those who look for one look first: /.well-known/security.txt (RFC 9116)."""

from datetime import timedelta

from apiflask import APIBlueprint
from flask import Response, abort

from server.domain.instants import to_iso
from server.web.site import site

bp = APIBlueprint("security_contact", __name__, enable_openapi=False)
GOOD_FOR = timedelta(days=180)
"""How long a copy of it may be believed; RFC 9116 asks for less than a year."""


@bp.get("/.well-known/security.txt")
def security_contact() -> Response:
    """The contact of this installation; 404 where the setting names none."""
    settings = site().settings
    if not settings.security_contact:
        abort(404)
    lines = {
        "Contact": settings.security_contact,
        "Expires": to_iso(site().real.now() + GOOD_FOR),
        "Preferred-Languages": "en, hi",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return Response(text, mimetype="text/plain", headers={"Cache-Control": "public, max-age=86400"})
