"""Answers the addresses that every screen reads again and again before Flask sees them, from bytes that are ready.

Flask takes more time to look at such a request than it takes to answer it. What needs a word of refusal, a redirect or
anything else out of the usual is left to Flask, whose routes of the same addresses give the same answers.
"""

import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.domain.errors import Forbidden, Refused
from server.domain.instants import to_iso
from server.domain.permissions import Permission, may
from server.services.people.principal import Principal
from server.services.views.ready import Ready
from server.web.views import Views

Count = Callable[[str, int, float], None]
"""Counts an answer: its endpoint, its status, and the seconds it took."""
PrincipalOf = Callable[[WSGIEnvironment], Principal | None]
"""Tells who sends a request, by its headers; None when that is nobody, or needs a refusal."""

CODE = r"([A-Za-z0-9._~-]+)"
LINE = re.compile(f"/api/v1/centres/{CODE}/counters/{CODE}/line")
SNAPSHOT = re.compile(f"/api/v1/centres/{CODE}/snapshot")
STATUS = re.compile(f"/api/v1/status/{CODE}")
OK, UNCHANGED = "200 OK", "304 NOT MODIFIED"
PRIVATE, ASK_AGAIN = "no-store", "no-cache"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: of which endpoint, the tag and the bytes, and how it may be kept."""

    endpoint: str
    ready: Ready
    body: bytes
    cache: str


class Front:
    """Stands before Flask and answers what it can."""

    def __init__(self, pages: WSGIApplication, views: Views, holder: PrincipalOf, count: Count) -> None:
        self._pages, self._views, self._holder, self._count = pages, views, holder, count

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or leave it to Flask."""
        begin = perf_counter()
        answer = self._answer(environ)
        if answer is None:
            return self._pages(environ, start_response)
        same = _knows(environ.get("HTTP_IF_NONE_MATCH", ""), answer.ready.tag)
        start_response(UNCHANGED if same else OK, [*_headers(answer), *([] if same else _content(answer))])
        self._count(answer.endpoint, 304 if same else 200, perf_counter() - begin)
        return [] if same else [answer.body]

    def _answer(self, environ: WSGIEnvironment) -> Answer | None:
        """Return the answer to a request, None where Flask has to give it."""
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING"):
            return None
        path = environ["PATH_INFO"]
        try:
            for pattern, make in ((LINE, self._line), (SNAPSHOT, self._snapshot), (STATUS, self._status)):
                if match := pattern.fullmatch(path):
                    return make(environ, *match.groups())
        except Refused:
            return None  # Flask says why
        except Exception:  # Flask's answer to it is a proper one
            log.exception("%s could not be answered before Flask", path)
        return None

    def _line(self, environ: WSGIEnvironment, centre: str, counter: str) -> Answer:
        principal = self._acting(environ, Permission.READ_LINE, centre, counter)
        ready = self._views.line(principal.centre_id, counter)
        return Answer("lines.line", ready, ready.body, PRIVATE)

    def _snapshot(self, environ: WSGIEnvironment, centre: str) -> Answer:
        principal = self._acting(environ, Permission.WATCH_FLOOR, centre)
        staff = may(principal.role, Permission.WATCH_STAFF)
        ready = self._views.snapshot(principal.centre_id, staff=staff)
        return Answer("screens.snapshot", ready, ready.at("now", to_iso(self._views.now(principal.centre_id))), PRIVATE)

    def _status(self, _environ: WSGIEnvironment, secret: str) -> Answer:
        ready, now = self._views.status(secret), self._views.now(self._views.owner(secret)[0])
        return Answer("status.status", ready, ready.at("as_of", to_iso(now)), ASK_AGAIN)

    def _acting(
        self, environ: WSGIEnvironment, permission: Permission, centre: str, counter: str | None = None
    ) -> Principal:
        """Return who is there; raises Forbidden when that is nobody of this centre who may do this here."""
        principal = self._holder(environ)
        if principal is None:
            raise Forbidden("Nobody is there.")
        if principal.centre != centre:
            raise Forbidden("They act in this centre from another.")
        return principal.acting(permission, centre=centre, counter=counter)


def _knows(tags: str, tag: str) -> bool:
    """Whether a screen says that it has the answer with this tag (RFC 9110, section 13.1.2; weak ones count)."""
    return any(kept.strip().removeprefix("W/") == tag for kept in tags.split(","))


def _headers(answer: Answer) -> list[tuple[str, str]]:
    return [("ETag", answer.ready.tag), ("Cache-Control", answer.cache)]


def _content(answer: Answer) -> list[tuple[str, str]]:
    return [("Content-Type", "application/json"), ("Content-Length", str(len(answer.body)))]
