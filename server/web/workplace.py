"""Who works at several centres chooses at which one this session acts: after the sign-in, and later from every page."""

from apiflask import APIBlueprint
from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from server.domain.errors import Unauthenticated, UnknownCentre
from server.services.people import memberships
from server.services.people.principal import Due
from server.services.views.places import facts_of
from server.web.account import OwnSession, own, sender
from server.web.guard import csrf_token
from server.web.pages import get_up, home_of, picked_language
from server.web.site import read, site

bp = APIBlueprint("workplace", __name__, enable_openapi=False)


@bp.get("/account/centre")
def ask() -> Response | str:
    """Show the centres at which somebody may act."""
    session = own(Due.CENTRE, Due.ENROLMENT)
    return redirect("/login") if session is None else _page(session)


@bp.post("/account/centre")
def choose() -> Response | tuple[str, int]:
    """Let this session act at a centre: its person gets up where they sat. Only this site's own form can."""
    session = sender(Due.CENTRE, Due.ENROLMENT)
    if session is None:
        return redirect("/login")
    code, now, here = request.form.get("centre", ""), site().real.now(), site().presence
    if code != session.principal.centre:
        get_up(session.cookie)
    try:
        here.change(None, lambda tx: memberships.choose(tx, session.number, session.kept, code, now))
    except Unauthenticated:
        return redirect("/login")
    except UnknownCentre:
        return _page(session), 422
    return redirect(home_of(here.principal(session.cookie)))


def _page(session: OwnSession) -> str:
    who, now = session.principal, site().db.now(session.principal.centre_id)
    centre = read(lambda snapshot: facts_of(snapshot, who.centre_id, now))
    return render_template(
        "workplace.html",
        lang=picked_language(centre),
        who=who,
        chosen=who.due is not Due.CENTRE,
        home=home_of(who),
        csrf=csrf_token(session.cookie.secret),
        places=read(lambda snapshot: memberships.workplaces_of(snapshot, session.number)),
    )
