"""The pages that belong to no role, and the frame that all pages stand in."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.devices import Device
from server.domain.errors import CounterBusy, LockedOut
from server.domain.instants import to_iso
from server.domain.permissions import ALLOWED, Permission, Role
from server.services.people import keys, sign_in
from server.services.people.principal import Principal
from server.services.people.seats import leave
from server.services.views.places import CentreFacts, device, facts_of
from server.services.views.signpost import centre_of_device, places
from server.web.guard import DEVICE_COOKIE, STAFF_COOKIE, Credential, cookies, csrf_token, visitor
from server.web.i18n import STAFF, words_for
from server.web.site import read, site
from server.wording.catalogue import SOURCE, translate

bp = APIBlueprint("pages", __name__, enable_openapi=False)
COOKIE_AGE_S = 400 * 24 * 3600
HOME = {Role.KIOSK: "/kiosk", Role.DISPLAY: "/display"}
START = {Role.COUNTER.value: "/counter", Role.MANAGER.value: "/manager"}


def frame(
    centre_id: int, *scripts: Path, language: str | None = None, csrf: str | None = None, **more: Any
) -> dict[str, Any]:
    """Return what a page's scripts read from `#page`: the centre, the clock, the words, and what `more` holds."""
    centre = read(lambda conn: facts_of(conn, centre_id, site().clock.now()))
    return {
        "centre": centre.view(),
        "language": language or centre.languages[0],
        "now": to_iso(site().clock.now()),
        "csrf": csrf,
        "words": words_for(scripts, centre.languages),
        **more,
    }


def device_page(centre: str, device_id: str, kind: str, permission: Permission) -> tuple[Principal, str, Device] | None:
    """Return who opens a device's page, their CSRF token and the device; None when this screen is not paired."""
    opened_by = visitor(permission)
    if opened_by is None or opened_by[0].centre != centre:
        return None
    row = read(lambda conn: device(conn, opened_by[0].centre_id, device_id))
    return None if row is None or row.kind != kind else (*opened_by, row)


def moved_page(home: str, kind: str, device_id: str) -> Response | None:
    """Return the way from the address that a device's page had before centres stood in it.

    None when no centre has such a device, or more than one.
    """
    centre = read(lambda conn: centre_of_device(conn, kind, device_id))
    return None if centre is None else redirect(f"{home}/{centre}/{device_id}", 308)


def staff_page(
    permission: Permission, scripts: Path, facts: Callable[[CentreFacts], dict[str, Any]]
) -> dict[str, Any] | None:
    """Return the frame of a page for people who are signed in, None for others; `facts` adds the page's own."""
    found = visitor(permission, staff_only=True)
    if found is None:
        return None
    principal, csrf = found
    centre = read(lambda conn: facts_of(conn, principal.centre_id, site().clock.now()))
    own = facts(centre)
    language = picked_language(centre)
    who = {"user": principal.user, "role": principal.role.value, "may": sorted(ALLOWED[principal.role])}
    return frame(centre.id, scripts, STAFF, language=language, csrf=csrf, **who, **own)


def picked_language(centre: CentreFacts) -> str:
    """Return the language asked for by `?lang=`, else the first of the browser's that the centre speaks."""
    asked = request.args.get("lang", "")
    if asked in centre.languages:
        return asked
    return request.accept_languages.best_match(centre.languages) or centre.languages[0]


@bp.app_context_processor
def _words() -> dict[str, Any]:
    """Let templates say `_("…")` in the language they were given as `lang`."""
    return {"say": translate}


@bp.get("/")
def signpost() -> str:
    """Show where everything is."""
    return render_template("signpost.html", lang=SOURCE, places=read(places))


@bp.get("/api/docs")
def reference() -> str:
    """Show the API reference."""
    return render_template("reference.html", lang=SOURCE)


@bp.get("/pair")
def pair() -> Response:
    """Swap a key for the device's cookie and go to the device's page."""
    key = request.args.get("key", "")
    principal = read(lambda conn: keys.principal_of_key(conn, key))
    home = HOME.get(principal.role)
    response = make_response(
        redirect(f"{home}/{principal.centre}/{principal.device}" if home and principal.device else "/")
    )
    _set_cookie(response, DEVICE_COOKIE, key, COOKIE_AGE_S)
    return response


@bp.get("/login")
def login_form() -> str:
    """Ask who is there."""
    return _login_page()


@bp.post("/login")
def login() -> Response | tuple[str, int]:
    """Sign a person in and go where they work."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return _login_page("Please sign in on this page."), 403
    user, password = request.form.get("user", "").strip(), request.form.get("password", "")
    now = site().real.now()
    try:
        secret = site().db.write(None, lambda tx: sign_in.sign_in(tx, user, password, now))
    except LockedOut as refusal:
        return _login_page(refusal.message, user), 409
    if secret is None:
        return _login_page("User name and password do not fit together.", user), 401
    principal = read(lambda conn: sign_in.principal_of_session(conn, secret, now))
    response = make_response(redirect(START.get(principal.role.value, "/")))
    _set_cookie(response, STAFF_COOKIE, secret, int(sign_in.SESSION_AGE.total_seconds()))
    return response


@bp.post("/logout")
def logout() -> Response:
    """Sign out; only this site's own form can."""
    response = make_response(redirect("/login"))
    for found in cookies(request):
        if found.staff and request.form.get("csrf") == csrf_token(found.secret):
            _sign_out(found)
            response.delete_cookie(STAFF_COOKIE)
    return response


def _sign_out(found: Credential) -> None:
    """End a session; the person gets up from their counter, unless a token is still with them."""
    principal = found.principal(site())
    with suppress(CounterBusy):
        site().db.write(principal.centre_id, lambda tx: leave(tx, principal))
    site().db.write(None, lambda tx: sign_in.sign_out(tx, found.secret))


def _login_page(notice: str | None = None, user: str = "") -> str:
    return render_template("login.html", lang=SOURCE, notice=notice, user=user)


def _set_cookie(response: Response, name: str, value: str, age_s: int) -> None:
    secure = site().settings.url.startswith("https://")
    response.set_cookie(name, value, age_s, httponly=True, samesite="Strict", secure=secure)
