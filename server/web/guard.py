"""Who sends this request, and whether they may."""

import hashlib
import hmac

from flask import Request, request

from server.domain.errors import Forbidden, Unauthenticated
from server.domain.roles import Permission, require
from server.services.access import Principal, principal_of_key
from server.web.site import read, site

DEVICE_COOKIE = "baari_device"
CSRF_COOKIE = "baari_csrf"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def authorise(permission: Permission, *, centre: str | None = None, counter: str | None = None) -> Principal:
    """Return who is there; raises Unauthenticated, or Forbidden when they may not do this here."""
    principal = authenticate(request)
    require(principal.role, permission)
    if centre is not None:
        principal.require_centre(centre)
    if counter is not None:
        principal.require_counter(counter)
    return principal


def authenticate(asked: Request) -> Principal:
    """Return who sends a request by its bearer key or device cookie; raises Unauthenticated, Forbidden."""
    scheme, _, key = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key:
        return read(lambda conn: principal_of_key(conn, key.strip()))
    cookie = asked.cookies.get(DEVICE_COOKIE)
    if cookie is None:
        raise Unauthenticated("Please send a key: Authorization: Bearer …")
    principal = read(lambda conn: principal_of_key(conn, cookie))
    if asked.method not in SAFE_METHODS:
        _require_csrf(asked, cookie)
    return principal


def csrf_token(credential: str) -> str:
    """Return the token that a page must send in `X-CSRF-Token` beside a cookie."""
    return hmac.new(site().settings.secret(), credential.encode(), hashlib.sha256).hexdigest()


def _require_csrf(asked: Request, credential: str) -> None:
    if not hmac.compare_digest(asked.headers.get(CSRF_HEADER, ""), csrf_token(credential)):
        raise Forbidden(f"The header {CSRF_HEADER} is missing or wrong.")
