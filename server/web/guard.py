"""Who sends this request, and whether they may."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request, request

from server.domain.errors import Forbidden, Unauthenticated
from server.domain.permissions import Permission, require
from server.services.people.keys import principal_of_key
from server.services.people.principal import Principal
from server.services.people.sign_in import note_seen, principal_of_session
from server.web.site import Site, site

DEVICE_COOKIE = "baari_device"
STAFF_COOKIE = "baari_staff"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Credential:
    """A key or a session secret, and what it was found in."""

    secret: str
    staff: bool

    def principal(self, at: Site) -> Principal:
        """Return whose it is; raises Unauthenticated."""
        if not self.staff:
            return at.db.look(lambda conn: principal_of_key(conn, self.secret))
        now = at.real.now()
        principal = at.db.look(lambda conn: principal_of_session(conn, self.secret, now))
        if principal.stale:
            at.db.write(None, lambda tx: note_seen(tx, self.secret, now))
        return principal


def authorise(permission: Permission, *, centre: str | None = None, counter: str | None = None) -> Principal:
    """Return who is there; raises Unauthenticated, or Forbidden when they may not do this here."""
    principal = credential(request).principal(site())
    require(principal.role, permission)
    if centre is not None:
        principal.require_centre(centre)
    if counter is not None:
        principal.require_counter(counter)
    return principal


def visitor(permission: Permission, *, staff_only: bool = False) -> tuple[Principal, str] | None:
    """Return who opens a page and the CSRF token it shall use, None when nobody here may open it."""
    for found in cookies(request):
        if staff_only and not found.staff:
            continue
        try:
            principal = found.principal(site())
            require(principal.role, permission)
        except (Unauthenticated, Forbidden):
            continue
        return principal, csrf_token(found.secret)
    return None


def credential(asked: Request) -> Credential:
    """Return the bearer key of a request, else the cookie its CSRF header belongs to.

    A browser may hold a device's and a person's cookie; the header of a page tells which one it acts with. Without
    the header the first cookie reads, and none writes. Raises Unauthenticated, Forbidden.
    """
    scheme, _, key = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key:
        return Credential(key.strip(), staff=False)
    found = list(cookies(asked))
    if not found:
        raise Unauthenticated("Please send a key: Authorization: Bearer …")
    token = asked.headers.get(CSRF_HEADER, "")
    if not token and asked.method in SAFE_METHODS:
        return found[0]
    return chosen(found, token)


def socket_principal(auth: Mapping[str, Any]) -> Principal:
    """Return whose socket this is: by `auth.key`, by the cookie of `auth.csrf`, else by its first cookie."""
    key, token, found = auth.get("key"), auth.get("csrf"), list(cookies(request))
    if isinstance(key, str):
        return Credential(key, staff=False).principal(site())
    if not found:
        raise Unauthenticated("A socket needs a key or a cookie.")
    one = chosen(found, token) if isinstance(token, str) else found[0]
    return one.principal(site())


def chosen(found: list[Credential], token: str) -> Credential:
    """Return the cookie that a CSRF token belongs to; raises Forbidden."""
    for one in found:
        if hmac.compare_digest(token, csrf_token(one.secret)):
            return one
    raise Forbidden(f"The header {CSRF_HEADER} is missing or wrong.")


def cookies(asked: Request) -> Iterator[Credential]:
    """Return the credentials in a request's cookies, the person's first."""
    for name, staff in ((STAFF_COOKIE, True), (DEVICE_COOKIE, False)):
        if secret := asked.cookies.get(name):
            yield Credential(secret, staff)


def csrf_token(secret: str) -> str:
    """Return the token that a page must send in `X-CSRF-Token` beside a cookie."""
    return hmac.new(site().settings.secret(), secret.encode(), hashlib.sha256).hexdigest()
