"""A screen becomes a device of a centre: by a code that its page shows, or by a link that works once."""

from dataclasses import dataclass
from typing import Annotated

from apiflask import APIBlueprint
from flask import jsonify, make_response, redirect, render_template, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response

from server.domain.errors import Forbidden, Unauthenticated, UnknownCentre, UnknownKey
from server.domain.instants import to_iso
from server.domain.screens import CODE_AGE, KINDS, Screen, ScreenKind, browser_name, screen_of_key
from server.services.people import pairing
from server.services.people.keys import new_secret
from server.services.people.pairing import CodeView, Origin
from server.services.people.principal import Principal
from server.services.views.places import centre_id_of, facts_of
from server.web.guard import DEVICE_COOKIE, cookie_secret, drop_cookie, screen_cookie, set_cookie
from server.web.pages import picked_language
from server.web.presence import Credential
from server.web.site import read, site
from server.wording.catalogue import SOURCE, languages

bp = APIBlueprint("pairing", __name__, enable_openapi=False)
COOKIE_AGE_S = 400 * 24 * 3600
OWN_SITE = ("same-origin", "none")


class PageIn(BaseModel):
    """Which page asks."""

    model_config = ConfigDict(extra="forbid")
    centre: Annotated[str, Field(max_length=64)]
    kind: ScreenKind
    id: Annotated[str, Field(max_length=64)]

    @property
    def screen(self) -> Screen:
        """The screen whose page it is."""
        return Screen(self.kind, self.id)

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds what the page would open with."""
        return screen_cookie(self.screen, self.centre).replace(DEVICE_COOKIE, "baari_pairing")


@dataclass(frozen=True, slots=True)
class Link:
    """The key of a link: who would act by it, and as which screen. One of a demo may be used `again`."""

    principal: Principal
    screen: Screen | None
    again: bool


def unpaired_page(screen: Screen, centre: str) -> str:
    """Return the page of a screen that is not paired: it shows a code, and looks whether somebody has accepted it."""
    try:
        centre_id = read(lambda conn: centre_id_of(conn, centre))
        facts = read(lambda conn: facts_of(conn, centre_id, site().db.now(centre_id)))
        spoken, name = facts.languages, facts.name
    except UnknownCentre:
        spoken, name = languages(), {SOURCE: centre}
    page = {"centre": centre, "kind": screen.kind.value, "id": screen.id}
    return render_template("unpaired.html", lang=spoken[0], page=page, spoken=spoken, name=name, screen=screen)


@bp.post("/pair/ask")
@bp.input(PageIn, arg_name="page")
def ask(page: PageIn) -> Response:
    """Give a page that is not paired a code to show; one that has a code keeps it while it is good."""
    _require_own_site()
    here, kept = site(), cookie_secret(page.cookie)
    now = here.real.now()
    code = None if kept is None else read(lambda conn: pairing.shown(conn, kept, now))
    if code is not None:
        return _told(code)
    centre_id = read(lambda conn: centre_id_of(conn, page.centre))
    origin, secret = _origin(), new_secret()
    read(lambda conn: pairing.require_room(conn, centre_id, page.screen, origin, now))
    code = here.db.write(centre_id, lambda tx: pairing.ask(tx, page.screen, secret, origin, now, here.random_bytes))
    response = _told(code)
    set_cookie(response, page.cookie, secret, int(CODE_AGE.total_seconds()))
    return response


@bp.post("/pair/collect")
@bp.input(PageIn, arg_name="page")
def collect(page: PageIn) -> Response:
    """Tell a page whether its code was accepted: it goes to the page of the screen that it is now."""
    _require_own_site()
    here, secret = site(), cookie_secret(page.cookie)
    if secret is None:
        return jsonify(state="lapsed")
    try:
        principal = here.presence.principal(Credential(secret, staff=False))
    except Unauthenticated:
        code = read(lambda conn: pairing.shown(conn, secret, here.real.now()))
        return jsonify(state="lapsed") if code is None else _told(code)
    screen = _screen_of(principal)
    response = jsonify(state="paired", page="/" if screen is None else screen.page(principal.centre))
    _keep(response, screen, principal.centre, secret)
    drop_cookie(response, page.cookie)
    return response


@bp.get("/pair")
def link() -> Response | tuple[str, int]:
    """Show what a link would pair this browser as. A look uses nothing up: programs look at links by themselves."""
    try:
        return make_response(_link_page(_link()))
    except UnknownKey:
        return _used_page()


@bp.post("/pair")
def redeem() -> Response | tuple[str, int]:
    """Pair this browser by the key of the link, which works once, and go to the page of the screen."""
    _require_own_site()
    try:
        link = _link()
        secret = _secret() if link.again else _redeemed(link)
    except UnknownKey:
        return _used_page()
    centre = link.principal.centre
    response = make_response(redirect("/" if link.screen is None else link.screen.page(centre)))
    _keep(response, link.screen, centre, secret)
    return response


def _link() -> Link:
    """Return whose key stands in the link; raises UnknownKey for one that pairs no screen, or does so no longer."""
    try:
        principal = site().presence.principal(Credential(_secret(), staff=False), in_use=False)
    except Unauthenticated as unknown:
        raise UnknownKey("This link was used already, or its key is not known here.") from unknown
    again = read(lambda conn: facts_of(conn, principal.centre_id, site().db.now(principal.centre_id))).demo
    screen = _screen_of(principal)
    if principal.role not in KINDS or (screen is None and not again):
        raise UnknownKey("This key pairs no screen.")
    if not again:
        read(lambda conn: pairing.require_unused(conn, _secret(), site().real.now()))
    return Link(principal, screen, again)


def _redeemed(link: Link) -> str:
    """Let the key of a link open nothing any more; return the secret that the screen has instead."""
    here, secret, new, origin = site(), _secret(), new_secret(), _origin()
    here.presence.change(link.principal.centre_id, lambda tx: pairing.redeem(tx, secret, new, origin, here.real.now()))
    return new


def _keep(response: Response, screen: Screen | None, centre: str, secret: str) -> None:
    """Let the browser keep the secret of a screen in a cookie of its own."""
    set_cookie(response, DEVICE_COOKIE if screen is None else screen_cookie(screen, centre), secret, COOKIE_AGE_S)


def _screen_of(principal: Principal) -> Screen | None:
    return screen_of_key(principal.role.value, principal.device, principal.counter)


def _secret() -> str:
    return request.args.get("key", "")


def _origin() -> Origin:
    return Origin(request.remote_addr or "", browser_name(request.headers.get("User-Agent", "")))


def _told(code: CodeView) -> Response:
    left = (code.expires_at - site().real.now()).total_seconds()
    return jsonify(state="asking", code=code.code, expires_at=to_iso(code.expires_at), left_s=max(0, round(left)))


def _require_own_site() -> None:
    """Raise Forbidden for what a page of another site sends."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN_SITE:
        raise Forbidden("Only the pages of this site pair a screen.")


def _link_page(link: Link) -> str:
    facts = read(lambda conn: facts_of(conn, link.principal.centre_id, site().db.now(link.principal.centre_id)))
    lang = picked_language(facts)
    return render_template("pair.html", lang=lang, link=link, name=facts.name, kind=KINDS[link.principal.role].value)


def _used_page() -> tuple[str, int]:
    lang = request.accept_languages.best_match(languages()) or SOURCE
    return render_template("pair.html", lang=lang, link=None), 401
