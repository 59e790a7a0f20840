"""The PIN on the pages: set and ended at one's own account, a console locked, and let go on."""

from pathlib import Path

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.errors import LockedOut, Unavailable
from server.domain.pins import is_common, normal_pin
from server.services.people import pins
from server.services.people.pins import Unlocking
from server.services.people.principal import Due
from server.services.people.second_step import Whose
from server.services.views.places import facts_of
from server.web.account import OwnSession, is_password_of, own, sender
from server.web.guard import STAFF_COOKIE, csrf_token, drop_cookie
from server.web.pages import frame, home_of, picked_language
from server.web.problems import status_of
from server.web.site import read, site

bp = APIBlueprint("pin", __name__, enable_openapi=False)
SCRIPT = Path(__file__).parents[1] / "static" / "locked"
Answer = Response | str | tuple[str, int]


@bp.get("/account/pin")
def offer() -> Answer:
    """Ask for a new PIN."""
    session = own()
    return redirect("/login") if session is None else _offer(session)


@bp.post("/account/pin")
def choose() -> Answer:
    """Keep the PIN that somebody chose who gives their password; only this site's own form can."""
    session = sender()
    if session is None:
        return redirect("/login")
    pin, again = (normal_pin(request.form.get(name, "")) for name in ("pin", "again"))
    wrong = "digits" if pin is None else "different" if pin != again else "common" if is_common(pin) else None
    if pin is None or wrong is not None:
        return _offer(session, wrong), 422
    here, whose = site(), _whose(session)
    try:
        if not is_password_of(session, request.form.get("password", "")):
            return _offer(session, "password"), 422
        new = pins.chosen(here.derived_keys(), session.number, pin)
    except (LockedOut, Unavailable) as refusal:
        return _offer(session, "wait"), status_of(refusal)
    here.presence.change(None, lambda tx: pins.keep(tx, whose, new, here.real.now()))
    return redirect("/account")


@bp.post("/account/pin/end")
def end() -> Answer:
    """Let somebody have no PIN any more; only this site's own form can."""
    session = sender()
    if session is None:
        return redirect("/login")
    whose, now = _whose(session), site().real.now()
    site().presence.change(None, lambda tx: pins.end(tx, whose, now))
    return redirect("/account")


@bp.post("/account/lock")
def lock() -> Answer:
    """Lock the session of a page; only this site's own form can. Who has no PIN is asked for one first."""
    session = sender()
    if session is None:
        return redirect("/login")
    whose, now = _whose(session), site().real.now()
    locked = site().presence.change(None, lambda tx: pins.lock(tx, whose, now))
    return redirect("/locked" if locked else "/account/pin")


@bp.get("/locked")
def ask() -> Answer:
    """Ask for the PIN of who locked this console; all others go where they belong."""
    session = _locked(own(Due.LOCK))
    return redirect("/login") if session is None else _question(session)


@bp.post("/locked")
def unlock() -> Answer:
    """Let a session go on by its person's PIN; only this site's own form can."""
    session = _locked(sender(Due.LOCK))
    if session is None:
        return redirect("/login")
    try:
        outcome = _given(session, request.form.get("pin", ""))
    except Unavailable as refusal:
        return _question(session, "wait"), status_of(refusal)
    if outcome is Unlocking.RIGHT:
        return redirect(home_of(site().presence.principal(session.cookie)))
    if outcome is Unlocking.WRONG:
        return _question(session, "wrong"), 401
    answer = redirect("/login")
    drop_cookie(answer, STAFF_COOKIE)
    return answer


def _given(session: OwnSession, typed: str) -> Unlocking:
    """Compare a PIN outside of any transaction, and settle what comes of it."""
    here, whose = site(), _whose(session)
    kept = read(lambda snapshot: pins.pin_of(snapshot, session.number))
    if kept is None:
        return Unlocking.ENDED
    right, now = pins.fits(here.derived_keys(), kept, typed), here.real.now()
    return here.presence.change(session.principal.centre_id, lambda tx: pins.settle(tx, whose, kept, right, now))


def _locked(session: OwnSession | None) -> OwnSession | None:
    return session if session is not None and session.principal.due is Due.LOCK else None


def _whose(session: OwnSession) -> Whose:
    return Whose(session.number, str(session.principal.user), session.kept)


def _question(session: OwnSession, notice: str | None = None) -> str:
    centre, csrf = session.principal.centre_id, csrf_token(session.cookie.secret)
    language = _language(session)
    page = frame(centre, SCRIPT, language=language, csrf=csrf)
    who = session.principal
    return render_template("locked.html", lang=language, who=who, csrf=csrf, notice=notice, page=page)


def _offer(session: OwnSession, notice: str | None = None) -> str:
    has_one = read(lambda snapshot: pins.pin_of(snapshot, session.number)) is not None
    csrf, who = csrf_token(session.cookie.secret), session.principal
    lang = _language(session)
    return render_template("pin.html", lang=lang, who=who, csrf=csrf, notice=notice, has_one=has_one)


def _language(session: OwnSession) -> str:
    who, now = session.principal, site().db.now(session.principal.centre_id)
    return picked_language(read(lambda snapshot: facts_of(snapshot, who.centre_id, now)))
