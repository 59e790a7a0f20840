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
from server.web.account import Mine, is_password_of, own, sender
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
    mine = _waiting(own(Due.SECOND_STEP))
    return redirect("/login") if mine is None else _question(mine)


@bp.post("/second-step")
def take() -> Answer:
    """Let somebody in by the code of their phone, or by one on paper; only this site's own form can."""
    mine = _waiting(sender(Due.SECOND_STEP))
    if mine is None:
        return redirect("/login")
    try:
        right = _taken(mine, request.form.get("code", ""))
    except Unauthenticated:
        return redirect("/login")
    except (LockedOut, Unavailable) as refusal:
        return _question(mine, "wait"), status_of(refusal)
    return redirect(home_of(site().presence.principal(mine.cookie))) if right else (_question(mine, "wrong"), 401)


@bp.get("/account/second-step")
def offer() -> Answer:
    """Show what a phone is set up with."""
    mine = own(Due.ENROLMENT)
    return redirect("/login") if mine is None else _offer(mine)


@bp.post("/account/second-step")
def enrol() -> Answer:
    """Keep the phone of somebody who knows their password, and show the codes for paper, once."""
    mine = sender(Due.ENROLMENT)
    if mine is None:
        return redirect("/login")
    token, code, here = request.form.get("token", ""), request.form.get("code", ""), site()
    try:
        if not is_password_of(mine, request.form.get("password", "")):
            return _offer(mine, "password", token), 422
    except (LockedOut, Unavailable) as refusal:
        return _offer(mine, "wait", token), status_of(refusal)
    whose, keys, now = _whose(mine), here.derived_keys(), here.real.now()
    codes = here.presence.change(None, lambda tx: second_step.enrol(tx, keys, whose, token, code, now))
    if codes is None:
        return _offer(mine, "code", token), 422
    return _page("second_step_codes.html", mine, codes=codes, home=home_of(here.presence.principal(mine.cookie)))


@bp.post("/account/second-step/end")
def end() -> Answer:
    """Let somebody sign in by their password alone from now on, who gives it once more."""
    mine = sender()
    if mine is None:
        return redirect("/login")
    whose, now = _whose(mine), site().real.now()
    try:
        if not is_password_of(mine, request.form.get("password", "")):
            return _offer(mine, "password"), 422
    except (LockedOut, Unavailable) as refusal:
        return _offer(mine, "wait"), status_of(refusal)
    site().presence.change(None, lambda tx: second_step.end_own(tx, whose, now))
    return redirect("/login" if mine.principal.role in site().settings.second_step else "/account")


def _waiting(mine: Mine | None) -> Mine | None:
    return mine if mine is not None and mine.principal.due is Due.SECOND_STEP else None


def _taken(mine: Mine, code: str) -> bool:
    """Return whether a code was right; a wrong one is on record as a sign-in that was refused."""
    here, whose, address = site(), _whose(mine), request.remote_addr
    keys, now = here.derived_keys(), here.real.now()
    try:
        right = here.presence.change(None, lambda tx: second_step.take(tx, keys, whose, code, now, address))
    except LockedOut:
        here.db.write(None, lambda tx: note_refusal(tx, whose.user, address, now, locked=True))
        raise
    if not right:
        here.db.write(None, lambda tx: note_refusal(tx, whose.user, address, now, locked=False))
    return right


def _whose(mine: Mine) -> Whose:
    return Whose(mine.number, str(mine.principal.user), mine.kept)


def _question(mine: Mine, notice: str | None = None) -> str:
    return _page("second_step.html", mine, notice=notice)


def _offer(mine: Mine, notice: str | None = None, token: str = "") -> str:
    offer = second_step.offered(site().derived_keys(), _whose(mine), f"Baari {mine.principal.centre}", token)
    has_one = read(lambda snapshot: second_step.codes_left(snapshot, mine.number)) is not None
    return _page(
        "second_step_offer.html",
        mine,
        notice=notice,
        offer=offer,
        code=squares_of(offer.uri),
        has_one=has_one,
        must=mine.principal.role in site().settings.second_step,
    )


def _page(template: str, mine: Mine, **more: object) -> str:
    who, now = mine.principal, site().db.now(mine.principal.centre_id)
    centre = read(lambda snapshot: facts_of(snapshot, who.centre_id, now))
    return render_template(template, lang=picked_language(centre), who=who, csrf=csrf_token(mine.cookie.secret), **more)
