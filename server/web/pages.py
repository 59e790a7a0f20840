"""The pages that belong to no role, and the frame that all pages stand in."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.devices import Device
from server.domain.errors import CounterBusy, LockedOut, ProofNeeded, Unauthenticated, Unavailable
from server.domain.instants import to_iso
from server.domain.permissions import Permission, Role
from server.domain.screens import Screen
from server.services.people.memberships import workplaces_of
from server.services.people.pins import pin_of
from server.services.people.principal import Due, Principal, number_of
from server.services.people.seats import leave
from server.services.people.sign_in import SESSION_AGE, sign_out
from server.services.views.places import CentreFacts, device, facts_of
from server.services.views.signpost import centre_of_device, places
from server.web.causes import causes_in
from server.web.guard import (
    STAFF_COOKIE,
    belongs,
    cookies,
    drop_cookie,
    page_principal,
    screen_principal,
    set_cookie,
)
from server.web.headers import STRICT
from server.web.i18n import STAFF, words_for
from server.web.presence import Credential
from server.web.problems import status_of
from server.web.sign_in import challenge_for, may_sign_in, sign_in
from server.web.site import read, site
from server.wording.catalogue import SOURCE, languages, own_name, translate

bp = APIBlueprint("pages", __name__, enable_openapi=False)
START = {
    Role.COUNTER.value: "/counter",
    Role.LEAD.value: "/counter",
    Role.MANAGER.value: "/manager",
    Role.FLOOR_MANAGER.value: "/manager",
    Role.ADMINISTRATOR.value: "/manager/people",
    Role.AUDITOR.value: "/manager/report",
    Role.HEADQUARTERS.value: "/manager/report",
}
"""Where somebody begins who has signed in, by their role."""


FIRST_PAGE = {
    Due.LOCK: "/locked",
    Due.SECOND_STEP: "/second-step",
    Due.PASSWORD: "/account",
    Due.CENTRE: "/account/centre",
    Due.ENROLMENT: "/account/second-step",
}
"""Where somebody does what they have to do first."""


def home_of(principal: Principal) -> str:
    """Return where somebody begins who has signed in."""
    return START.get(principal.role.value, "/") if principal.due is None else FIRST_PAGE[principal.due]


def frame(
    centre_id: int,
    *scripts: Path,
    language: str | None = None,
    csrf: str | None = None,
    sentences: Iterable[str] = (),
    only: str | None = None,
    **more: object,
) -> dict[str, object]:
    """Return what a page's scripts read from `#page`: the centre, the clock, the words, and what `more` holds.

    `sentences` are those that come with the page's data, to be said in the reader's language too. The words of other
    languages than `only` are asked for when somebody wants them.
    """
    now = site().db.now(centre_id)
    centre = read(lambda conn: facts_of(conn, centre_id, now))
    return {
        "centre": centre.view(),
        "language": language or centre.languages[0],
        "own_names": {code: own_name(code) for code in centre.languages},
        "causes": causes_in(centre.plan.floor.causes, centre.languages),
        "now": to_iso(now),
        "ahead_s": centre.ahead_s,
        "csrf": csrf,
        "words": words_for(scripts, [only] if only else centre.languages, sentences),
        **more,
    }


def device_page(screen: Screen, centre: str) -> tuple[Principal, str, Device] | None:
    """Return who opens the page of a kiosk or a board, their CSRF token and the device; None when it is not paired."""
    opened_by = screen_principal(screen, centre)
    if opened_by is None:
        return None
    holder = opened_by[0]
    row = read(lambda conn: device(conn, holder.centre_id, screen.id))
    return (*opened_by, row) if row is not None and row.kind == screen.kind.value else None


def moved_page(home: str, kind: str, device_id: str) -> Response | None:
    """Return the way from the address that a device's page had before centres stood in it.

    None when no centre has such a device, or more than one.
    """
    centre = read(lambda conn: centre_of_device(conn, kind, device_id))
    return None if centre is None else redirect(f"{home}/{centre}/{device_id}", 308)


def staff_page(
    permission: Permission,
    scripts: Path,
    facts: Callable[[CentreFacts], dict[str, object]],
    sentences: Iterable[str] = (),
) -> dict[str, object] | None:
    """Return the frame of a page for people who are signed in, None for others; `facts` adds the page's own."""
    opened = page_principal(permission, staff_only=True)
    if opened is None:
        return None
    return staff_frame(*opened, scripts, facts, sentences)


def staff_frame(
    principal: Principal,
    csrf: str,
    scripts: Path,
    facts: Callable[[CentreFacts], dict[str, object]],
    sentences: Iterable[str] = (),
) -> dict[str, object]:
    """Return the frame of a page for whoever works in the hall; `facts` adds the page's own."""
    now = site().db.now(principal.centre_id)
    centre = read(lambda read: facts_of(read, principal.centre_id, now))
    own = facts(centre)
    language = picked_language(centre)
    person = {"user": principal.user, "role": principal.role.value}
    ways = {"elsewhere": _elsewhere(principal), "lockable": _lockable(principal)}
    more = {**person, **ways, **own}
    return {**frame(centre.id, scripts, STAFF, language=language, csrf=csrf, sentences=sentences), **more}


def _elsewhere(principal: Principal) -> bool:
    """Whether somebody who is signed in may act at other centres too."""
    return principal.user is not None and len(read(lambda read: workplaces_of(read, number_of(principal)))) > 1


def _lockable(principal: Principal) -> bool:
    """Whether somebody has a PIN by which they come back to a locked session."""
    return principal.user is not None and read(lambda read: pin_of(read, number_of(principal))) is not None


def picked_language(centre: CentreFacts) -> str:
    """Return the language asked for by `?lang=`, else the first of the browser's that the centre speaks."""
    asked = request.args.get("lang", "")
    if asked in centre.languages:
        return asked
    return request.accept_languages.best_match(centre.languages) or centre.languages[0]


@bp.app_context_processor
def _words() -> dict[str, object]:
    """Let templates say sentences by `say(lang, "…")`, those without a centre in all `languages()`."""
    return {"say": translate, "languages": languages}


@bp.get("/")
def signpost() -> str:
    """Show where everything is."""
    return render_template("signpost.html", lang=SOURCE, places=read(places))


@bp.get("/api/docs")
def reference() -> Response:
    """Show the API reference, vendored, whose script writes its own markup."""
    answer = make_response(render_template("reference.html", lang=SOURCE))
    answer.headers["Content-Security-Policy"] = STRICT
    return answer


@bp.get("/login")
def login_form() -> Response | str:
    """Ask who is there; who has something to do first goes on to that."""
    for cookie in cookies(request):
        with suppress(Unauthenticated):
            if (due := site().presence.principal(cookie).due) is not None:
                return redirect(FIRST_PAGE[due])
    return _login_page()


@bp.post("/login")
def login() -> Response | tuple[str, int]:
    """Sign a person in and go where they work."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return _login_page("Please sign in on this page."), 403
    if not may_sign_in():
        return _login_page(), 403
    user, password = request.form.get("user", "").strip(), request.form.get("password", "")
    try:
        secret = sign_in(user, password, request.remote_addr, request.form.get("proof", ""))
    except (LockedOut, ProofNeeded, Unavailable) as refusal:
        return _login_page(refusal.message, user), status_of(refusal)
    if secret is None:
        return _login_page("User name and password do not fit together.", user), 401
    principal = site().presence.principal(Credential(secret, staff=True))
    for cookie in cookies(request):
        if cookie.staff:
            _end_former(cookie, principal)
    response = make_response(redirect(home_of(principal)))
    set_cookie(response, STAFF_COOKIE, secret, int(SESSION_AGE.total_seconds()))
    return response


@bp.post("/logout")
def logout() -> Response:
    """Sign out; only this site's own form can."""
    response = make_response(redirect("/login"))
    for cookie in cookies(request):
        if cookie.staff and belongs(request.form.get("csrf", ""), cookie):
            _sign_out(cookie)
            drop_cookie(response, STAFF_COOKIE)
    return response


def get_up(cookie: Credential) -> None:
    """Let a person get up from their counter, unless a token is still with them."""
    with suppress(CounterBusy, Unauthenticated):
        principal = site().presence.principal(cookie)
        if principal.due in (None, Due.LOCK):
            site().db.write(principal.centre_id, lambda tx: leave(tx, principal))


def _sign_out(cookie: Credential) -> None:
    """End a session; its person gets up."""
    get_up(cookie)
    _end_session(cookie)


def _end_session(cookie: Credential) -> None:
    site().presence.change(None, lambda tx: sign_out(tx, cookie.secret, site().real.now()))


def _end_former(cookie: Credential, now_there: Principal) -> None:
    """End the session that a browser had before somebody signed in on it; the same person keeps their seat."""
    with suppress(Unauthenticated):
        if site().presence.principal(cookie).id != now_there.id:
            get_up(cookie)
    _end_session(cookie)


def _login_page(notice: str | None = None, user: str = "") -> str:
    public = site().settings.public_url
    elsewhere = public if public.startswith("https://") else None
    facts = {"notice": notice, "user": user, "challenge": challenge_for(user) if user else None}
    return render_template("login.html", lang=SOURCE, open=may_sign_in(), elsewhere=elsewhere, **facts)
