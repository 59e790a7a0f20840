"""Who sends this request, and whether they may."""

import hmac
from collections.abc import Iterator, Mapping
from contextlib import suppress

from flask import Request, request

from server.domain.derived import Purpose
from server.domain.errors import Forbidden, Unauthenticated
from server.domain.permissions import Permission, may
from server.services.people.presence import Place
from server.services.people.principal import Principal, in_centre
from server.web.presence import Credential
from server.web.site import read, site

DEVICE_COOKIE = "baari_device"
STAFF_COOKIE = "baari_staff"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def authorise(permission: Permission, *, centre: str, counter: str | None = None, in_use: bool = True) -> Principal:
    """Return who is there, with the scope they have by this permission at a centre, and at a counter if one is named.

    Raises Unauthenticated, and Forbidden, which names the permission that is missing. What only the floor knows is
    asked in the transaction by `seats`: where a person sits, and which token is at a counter. What a page asks by
    itself is no use of a session: it is not `in_use`.
    """
    holder = site().presence.principal(credential(request), in_use=in_use)
    principal = holder.acting(permission, centre=centre, counter=counter)
    return principal if centre == principal.centre else read(lambda read: in_centre(read, principal, centre))


def identify(permission: Permission) -> Principal:
    """Return who is there, with the scope they have in a permission that names no centre; as `authorise` else."""
    principal = site().presence.principal(credential(request))
    return principal.acting(permission, centre=principal.centre)


def page_principal(permission: Permission, *, staff_only: bool = False) -> tuple[Principal, str] | None:
    """Return who opens a page and the CSRF token it shall use, None when nobody here may open it."""
    for cookie in cookies(request):
        if staff_only and not cookie.staff:
            continue
        try:
            principal = site().presence.principal(cookie)
        except Unauthenticated:
            continue
        if may(principal.role, permission):
            return principal, csrf_token(cookie.secret)
    return None


def credential(asked: Request) -> Credential:
    """Return the bearer key of a request, else the cookie its CSRF header belongs to.

    A browser may hold a device's and a person's cookie; the header of a page tells which one it acts with. Without
    the header the first cookie reads, and none writes. Raises Unauthenticated, Forbidden.
    """
    scheme, _, key = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key:
        return Credential(key.strip(), staff=False)
    carried = list(cookies(asked))
    if not carried:
        raise Unauthenticated("Please send a key: Authorization: Bearer …")
    token = asked.headers.get(CSRF_HEADER, "")
    if not token and asked.method in SAFE_METHODS:
        return carried[0]
    return chosen(carried, token)


def socket_holder(auth: Mapping[str, object]) -> tuple[Place, Principal]:
    """Return whose socket this is, and where their secret is kept; raises Unauthenticated, Forbidden."""
    credential = _socket_credential(auth)
    return credential.place, site().presence.principal(credential)


def _socket_credential(auth: Mapping[str, object]) -> Credential:
    """Return what a socket is opened with: `auth.key`, the cookie of `auth.csrf`, else its first cookie."""
    key, token, carried = auth.get("key"), auth.get("csrf"), list(cookies(request))
    if isinstance(key, str):
        return Credential(key, staff=False)
    if not carried:
        raise Unauthenticated("A socket needs a key or a cookie.")
    return chosen(carried, token) if isinstance(token, str) else carried[0]


def chosen(carried: list[Credential], token: str) -> Credential:
    """Return the cookie that a CSRF token belongs to; raises Forbidden."""
    for cookie in carried:
        if belongs(token, cookie):
            return cookie
    raise Forbidden(f"The header {CSRF_HEADER} is missing or wrong.", signed_in=_signed_in(carried))


def _signed_in(carried: list[Credential]) -> str | None:
    """Return the user name of who is signed in by one of these cookies, None when nobody is."""
    for cookie in carried:
        with suppress(Unauthenticated):
            if cookie.staff:
                return site().presence.principal(cookie).user
    return None


def belongs(token: str, cookie: Credential) -> bool:
    """Return whether a CSRF token belongs to a cookie."""
    keys = site().derived_keys().accepted(Purpose.CSRF)
    return any(hmac.compare_digest(token.encode(), key.mac(cookie.secret).encode()) for key in keys)


def cookies(asked: Request) -> Iterator[Credential]:
    """Return the credentials in a request's cookies, the person's first."""
    for name, staff in ((STAFF_COOKIE, True), (DEVICE_COOKIE, False)):
        if secret := asked.cookies.get(name):
            yield Credential(secret, staff)


def csrf_token(secret: str) -> str:
    """Return the token that a page must send in `X-CSRF-Token` beside a cookie."""
    return site().derived_keys().key(Purpose.CSRF).mac(secret)
