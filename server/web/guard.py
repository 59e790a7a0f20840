"""Who sends this request, and whether they may."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import suppress

from flask import Request, request
from werkzeug.wrappers import Response

from server.domain.derived import Purpose
from server.domain.errors import Forbidden, Unauthenticated
from server.domain.permissions import Permission, may
from server.domain.screens import ROLES, Screen, ScreenKind
from server.services.people.presence import Place
from server.services.people.principal import Principal, in_centre
from server.web.presence import Credential
from server.web.site import read, site

DEVICE_COOKIE = "baari_device"
"""How the cookies of screens begin: each has one of its own, named after it, so that several live in one browser."""
STAFF_COOKIE = "baari_staff"
ENCRYPTED = "__Host-"
"""How the names of cookies begin that browsers send over HTTPS alone, and only to the host that set them (RFC 6265bis).

So a screen that opens a server over HTTP beside HTTPS has a cookie for each: the one could not replace the other.
"""
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
        if principal.due is None and may(principal.role, permission):
            return principal, csrf_token(cookie.secret)
    return None


def screen_principal(screen: Screen, centre: str) -> tuple[Principal, str] | None:
    """Return who opens the page of a screen and the CSRF token it shall use, None when this browser is not paired.

    That is who holds the cookie of the screen itself, or the one of all screens of its kind, which a demo hands out:
    no other screen, and no person.
    """
    role = ROLES[screen.kind]
    for name in (screen_cookie(screen, centre), DEVICE_COOKIE):
        for cookie in _named(request, name, staff=False):
            try:
                principal = site().presence.principal(cookie)
            except Unauthenticated:
                continue
            bound = principal.counter if screen.kind is ScreenKind.COUNTER else principal.device
            if principal.role is role and principal.centre == centre and bound in (None, screen.id):
                return principal, csrf_token(cookie.secret)
    return None


def screen_cookie(screen: Screen, centre: str) -> str:
    """Return the name of the cookie of a screen: ids may have signs that a cookie's name cannot have."""
    return f"{DEVICE_COOKIE}-{hashlib.sha256(f'{centre} {screen}'.encode()).hexdigest()[:16]}"


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
    yield from _named(asked, STAFF_COOKIE, staff=True)
    for name in sorted({name.removeprefix(ENCRYPTED) for name in asked.cookies}):
        if name == DEVICE_COOKIE or name.startswith(f"{DEVICE_COOKIE}-"):
            yield from _named(asked, name, staff=False)


def _named(asked: Request, name: str, *, staff: bool) -> Iterator[Credential]:
    """Yield the credential in a cookie, and in the one of the same name that was set without encryption."""
    for kept in (ENCRYPTED + name, name):
        if secret := asked.cookies.get(kept):
            yield Credential(secret, staff)


def cookie_secret(name: str) -> str | None:
    """Return the secret in a cookie of the present request, None when it has none."""
    return next((cookie.secret for cookie in _named(request, name, staff=False)), None)


def set_cookie(response: Response, name: str, secret: str, age_s: int) -> None:
    """Let the browser keep a secret where no script reads it; what came encrypted is never sent in the open."""
    secure = request.is_secure
    kept = ENCRYPTED + name if secure else name
    response.set_cookie(kept, secret, age_s, httponly=True, samesite="Strict", secure=secure)


def drop_cookie(response: Response, name: str) -> None:
    """Let the browser forget a secret, under either name."""
    for kept, secure in ((name, False), (ENCRYPTED + name, True)):
        if kept in request.cookies:
            response.delete_cookie(kept, secure=secure, httponly=True, samesite="Strict")


def csrf_token(secret: str) -> str:
    """Return the token that a page must send in `X-CSRF-Token` beside a cookie."""
    return site().derived_keys().key(Purpose.CSRF).mac(secret)
