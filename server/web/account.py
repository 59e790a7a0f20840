"""One's own account: choose a password, see where one is signed in, and end sessions elsewhere."""

from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.actors import By
from server.domain.credentials import normal_password
from server.domain.errors import LockedOut, Unauthenticated, Unavailable, UnknownSession, WeakPassword
from server.services.people import accounts, passwords, pins, second_step, sign_in
from server.services.people.memberships import workplaces_of
from server.services.people.principal import Due, Principal, number_of, secret_hash
from server.services.views.places import facts_of
from server.web.guard import belongs, cookies, csrf_token
from server.web.pages import home_of, picked_language
from server.web.presence import Credential
from server.web.problems import status_of
from server.web.site import read, site

bp = APIBlueprint("account", __name__, enable_openapi=False)
Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class OwnSession:
    """Who asks for their own account, and the cookie they came with."""

    principal: Principal
    cookie: Credential

    @property
    def kept(self) -> str:
        """The hash under which the secret of the session is kept."""
        return secret_hash(self.cookie.secret)

    @property
    def number(self) -> int:
        """The number of the person."""
        return number_of(self.principal)


@bp.get("/account")
def account() -> Answer:
    """Show one's own account to who is signed in, also by a password that somebody gave them."""
    session = own(Due.PASSWORD)
    return redirect("/login") if session is None else _page(session)


@bp.post("/account/password")
def choose() -> Answer:
    """Keep the password that somebody chose for themselves; only this site's own form can."""
    session = sender(Due.PASSWORD)
    if session is None:
        return redirect("/login")
    old, new = request.form.get("old", ""), request.form.get("new", "")
    if normal_password(new) != normal_password(request.form.get("again", "")):
        return _page(session, "different"), 422
    try:
        notice = _change(session, old, new)
    except WeakPassword as refusal:
        return _page(session, str(refusal.details["reason"])), status_of(refusal)
    except (LockedOut, Unavailable) as refusal:
        return _page(session, "wait"), status_of(refusal)
    if notice is not None:
        return _page(session, notice), 422
    return redirect(home_of(site().presence.principal(session.cookie)))


@bp.post("/account/sessions/end")
def end_session() -> Answer:
    """End one of one's own sessions; only this site's own form can."""
    session = sender()
    if session is None:
        return redirect("/login")
    ending, now, who = request.form.get("session", ""), site().real.now(), session.principal
    with suppress(UnknownSession):  # it has ended meanwhile
        site().presence.change(
            who.centre_id, lambda tx: accounts.end_sessions(tx, session.number, ending, now, By(who.id))
        )
    return redirect("/account")


def _change(session: OwnSession, old: str, new: str) -> str | None:
    """Return what is wrong with it, None when the new password is kept; raises WeakPassword, LockedOut, Unavailable."""
    here, user = site(), str(session.principal.user)
    if not is_password_of(session, old):
        return "wrong"
    if normal_password(old) == normal_password(new):
        return "same"
    kept, own, now = passwords.chosen(new, user), session.kept, here.real.now()
    here.presence.change(None, lambda tx: accounts.change_password(tx, session.number, kept, own, now))
    return None


def is_password_of(session: OwnSession, typed: str) -> bool:
    """Return whether it is the password of who asks; a wrong one counts as at the sign-in.

    Raises LockedOut, Unavailable.
    """
    here, user = site(), str(session.principal.user)
    person = read(lambda snapshot: sign_in.person_named(snapshot, user, here.real.now(), request.remote_addr))
    if person is None:
        return False
    fits = passwords.fits(person.password_hash, typed)
    if not fits:
        here.db.write(None, lambda tx: sign_in.settle(tx, person, False, here.real.now(), request.remote_addr))
    return fits


def own(*dues: Due) -> OwnSession | None:
    """Return who is signed in and has nothing to do first, or only one of `dues`; None for anybody else."""
    for cookie in cookies(request):
        if cookie.staff:
            try:
                session = OwnSession(site().presence.principal(cookie), cookie)
            except Unauthenticated:
                return None
            return session if session.principal.due in (None, *dues) else None
    return None


def sender(*dues: Due) -> OwnSession | None:
    """Return who sends a form of this site, as `own` does; None for a form of another."""
    session = own(*dues)
    return session if session is not None and belongs(request.form.get("csrf", ""), session.cookie) else None


def _page(session: OwnSession, notice: str | None = None) -> str:
    who, now = session.principal, site().db.now(session.principal.centre_id)
    centre = read(lambda snapshot: facts_of(snapshot, who.centre_id, now))
    return render_template(
        "account.html",
        lang=picked_language(centre),
        who=who,
        home=home_of(who),
        codes_left=read(lambda snapshot: second_step.codes_left(snapshot, session.number)),
        has_pin=read(lambda snapshot: pins.pin_of(snapshot, session.number)) is not None,
        csrf=csrf_token(session.cookie.secret),
        sessions=read(lambda snapshot: accounts.own_sessions(snapshot, session.number)),
        present=accounts.session_id(session.kept),
        elsewhere=len(read(lambda snapshot: workplaces_of(snapshot, session.number))) > 1,
        zone=ZoneInfo(centre.timezone),
        notice=notice,
    )
