"""The entrance of a server: who asks, by which name and over what, made out once; only who asks us comes in."""

import logging
from collections.abc import Iterable
from functools import lru_cache, partial
from ipaddress import ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Request

from server.addresses import Place, host_form, is_address, is_loopback, origin_of, place_of
from server.config import Settings
from server.domain.errors import BadRequest
from server.web.problems import problem, status_of

SOCKETS = "/socket.io/"
FOREIGN_HOST = "Nobody has set that this server is called {!r}. A name that is right belongs into BAARI_TRUSTED_HOSTS."
FOREIGN_PAGE = "A page of {!r} opens no socket at {!r}. The proxy between them should pass the header Host on as it is."
TOLD = 64
"""So many refusals are told in the log."""
KEPT = 1024
"""So many names of a server, and addresses of proxies, are kept in their one form."""

log = logging.getLogger(__name__)


class Entrance:
    """Stands before all else.

    What a trusted proxy says of the request it passes on (address, scheme and host) is put in place of its own. A
    request for a name that is not ours gets no further, nor does one for a socket from a page that is not ours.
    """

    def __init__(self, inside: WSGIApplication, settings: Settings) -> None:
        self._inside, self._settings = inside, settings
        self._public = origin_of(settings.url)
        self._place = lru_cache(KEPT)(place_of)
        self._is_proxy = lru_cache(KEPT)(partial(among_proxies, settings))
        self._trusted: set[str] = set()
        self._told: set[str] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on, or refuse it."""
        self._unwrap(environ)
        host = environ.get("HTTP_HOST")
        if host is not None and not self._is_ours(host):
            return self._refuse(FOREIGN_HOST.format(host), environ, start_response)
        if environ["PATH_INFO"].startswith(SOCKETS) and not self._is_our_page(environ):
            return self._refuse(FOREIGN_PAGE.format(environ["HTTP_ORIGIN"], host), environ, start_response)
        return self._inside(environ, start_response)

    def _refuse(self, sentence: str, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer why somebody does not come in; the log tells it too, each sentence once, so that none can fill it."""
        if sentence not in self._told and len(self._told) < TOLD:
            self._told.add(sentence)
            log.warning("%s", sentence)
        return problem(status_of(BadRequest(sentence)), BadRequest.code, sentence)(environ, start_response)

    def _unwrap(self, environ: WSGIEnvironment) -> None:
        """Take from a trusted proxy's word who asked it, over what and for whom."""
        peer = environ.get("REMOTE_ADDR", "")
        if not self._is_proxy(peer):
            return
        said = {name: _last(environ.get(f"HTTP_X_FORWARDED_{name}", "")) for name in ("PROTO", "HOST")}
        if said["PROTO"] in ("http", "https"):
            environ["wsgi.url_scheme"] = said["PROTO"]
        if said["HOST"]:
            environ["HTTP_HOST"] = said["HOST"]
        hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        while hops and self._is_proxy(peer) and is_address(hops[-1]):
            peer = hops.pop()
        environ["REMOTE_ADDR"] = peer

    def _is_ours(self, host: str) -> bool:
        """Whether a request that names this host means us."""
        if host in self._trusted:
            return True
        try:
            ours = self._trusts(self._place(host).host)
        except ValueError:
            return False
        if ours and len(self._trusted) < KEPT:
            self._trusted.add(host)
        return ours

    def _trusts(self, host: str) -> bool:
        return host in self._settings.hosts or is_loopback(host)  # asked anew: a machine may get another address

    def _is_our_page(self, environ: WSGIEnvironment) -> bool:
        """Whether a request comes from a page that we served, or from no page at all."""
        origin, host = environ.get("HTTP_ORIGIN"), environ.get("HTTP_HOST")
        if origin is None:
            return True
        try:
            scheme, page = origin_of(origin)
            return (scheme, page) == self._public or self._is_same(scheme, page, place_of(host or ""), environ)
        except ValueError:
            return False

    def _is_same(self, scheme: str, page: Place, asked: Place, environ: WSGIEnvironment) -> bool:
        """Whether a page stands where its socket is asked for, as far as proxies in between let that be seen.

        One that ends the encryption may not say so, one of this machine may ask for us by our own address, and one may
        leave the port out.
        """
        if environ["wsgi.url_scheme"] == "https" and scheme != "https":
            return False
        if is_loopback(asked.host) and not is_loopback(page.host):
            return self._trusts(page.host)
        unsaid = asked.port is None and asked.host in self._settings.trusted_hosts
        return page == asked or (unsaid and page.host == asked.host)


def among_proxies(settings: Settings, peer: str) -> bool:
    """Whether an address is that of a proxy whose word is taken."""
    return is_address(peer) and any(ip_address(host_form(peer)) in net for net in settings.proxies)


def is_private(asked: Request) -> bool:
    """Whether nobody on the way reads a request: it was encrypted, or it never left this machine."""
    if asked.is_secure:
        return True
    try:
        return is_loopback(place_of(asked.host).host) and is_loopback(host_form(asked.remote_addr or ""))
    except ValueError:
        return False


def _last(listed: str) -> str:
    return listed.rpartition(",")[2].strip()
