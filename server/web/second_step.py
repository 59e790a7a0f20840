"""The second step on the pages: given after the password, and set up, renewed and ended at one's own account."""

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.errors import LockedOut, Unauthenticated, Unavailable
from server.services.people import second_step
from server.services.people.principal import Due
from server.services.people.second_step import Whose
from server.services.people.sign_in import note_refusal
from server.services.views.places import facts_of
from server.web.account import OwnSession, is_password_of, own, sender
from server.web.guard import csrf_token
from server.web.pages import home_of, picked_language
from server.web.problems import status_of
from server.web.site import read, site
from server.web.squares import squares_of

bp = APIBlueprint("second_step", __name__, enable_openapi=False)
Answer = Response | str | tuple[str, int]


@bp.get("/second-step")
def ask() -> Answer:
    """Ask who has given their password for the second step; all others go where they belong."""
    session = _waiting(own(Due.SECOND_STEP))
    return redirect("/login") if session is None else _question(session)


@bp.post("/second-step")
def take() -> Answer:
    """Let somebody in by the code of their phone, or by one on paper; only this site's own form can."""
    session = _waiting(sender(Due.SECOND_STEP))
    if session is None:
        return redirect("/login")
    try:
        right = _taken(session, request.form.get("code", ""))
    except Unauthenticated:
        return redirect("/login")
    except (LockedOut, Unavailable) as refusal:
        return _question(session, "wait"), status_of(refusal)
    return redirect(home_of(site().presence.principal(session.cookie))) if right else (_question(session, "wrong"), 401)


@bp.get("/account/second-step")
def offer() -> Answer:
    """Show what a phone is set up with."""
    session = own(Due.ENROLMENT)
    return redirect("/login") if session is None else _offer(session)


@bp.post("/account/second-step")
def enrol() -> Answer:
    """Keep the phone of somebody who knows their password, and show the codes for paper, once."""
    session = sender(Due.ENROLMENT)
    if session is None:
        return redirect("/login")
    token, code, here = request.form.get("token", ""), request.form.get("code", ""), site()
    try:
        if not is_password_of(session, request.form.get("password", "")):
            return _offer(session, "password", token), 422
    except (LockedOut, Unavailable) as refusal:
        return _offer(session, "wait", token), status_of(refusal)
    whose, keys, now = _whose(session), here.derived_keys(), here.real.now()
    codes = here.presence.change(None, lambda tx: second_step.enrol(tx, keys, whose, token, code, now))
    if codes is None:
        return _offer(session, "code", token), 422
    return _page("second_step_codes.html", session, codes=codes, home=home_of(here.presence.principal(session.cookie)))


@bp.post("/account/second-step/end")
def end() -> Answer:
    """Let somebody sign in by their password alone from now on, who gives it once more."""
    session = sender()
    if session is None:
        return redirect("/login")
    whose, now = _whose(session), site().real.now()
    try:
        if not is_password_of(session, request.form.get("password", "")):
            return _offer(session, "password"), 422
    except (LockedOut, Unavailable) as refusal:
        return _offer(session, "wait"), status_of(refusal)
    site().presence.change(None, lambda tx: second_step.end_own(tx, whose, now))
    return redirect("/login" if session.principal.role in site().settings.second_step else "/account")


def _waiting(session: OwnSession | None) -> OwnSession | None:
    return session if session is not None and session.principal.due is Due.SECOND_STEP else None


def _taken(session: OwnSession, code: str) -> bool:
    """Return whether a code was right; a wrong one is on record as a sign-in that was refused."""
    here, whose, address = site(), _whose(session), request.remote_addr
    keys, now = here.derived_keys(), here.real.now()
    try:
        right = here.presence.change(None, lambda tx: second_step.take(tx, keys, whose, code, now, address))
    except LockedOut:
        here.db.write(None, lambda tx: note_refusal(tx, whose.user, address, now, locked=True))
        raise
    if not right:
        here.db.write(None, lambda tx: note_refusal(tx, whose.user, address, now, locked=False))
    return right


def _whose(session: OwnSession) -> Whose:
    return Whose(session.number, str(session.principal.user), session.kept)


def _question(session: OwnSession, notice: str | None = None) -> str:
    return _page("second_step.html", session, notice=notice)


def _offer(session: OwnSession, notice: str | None = None, token: str = "") -> str:
    offer = second_step.offered(site().derived_keys(), _whose(session), f"Baari {session.principal.centre}", token)
    has_one = read(lambda snapshot: second_step.codes_left(snapshot, session.number)) is not None
    return _page(
        "second_step_offer.html",
        session,
        notice=notice,
        offer=offer,
        code=squares_of(offer.uri),
        has_one=has_one,
        must=session.principal.role in site().settings.second_step,
    )


def _page(template: str, session: OwnSession, **more: object) -> str:
    who, now = session.principal, site().db.now(session.principal.centre_id)
    centre = read(lambda snapshot: facts_of(snapshot, who.centre_id, now))
    return render_template(
        template, lang=picked_language(centre), who=who, csrf=csrf_token(session.cookie.secret), **more
    )
