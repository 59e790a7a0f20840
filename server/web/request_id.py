"""Each request has an id, its own or one that a proxy gave it: in every line of the log, and in the answer."""

import logging
import re
import secrets
import time
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.logs import REQUEST

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")

access = logging.getLogger("server.access")


def identified(pages: WSGIApplication, *, logged: bool) -> WSGIApplication:
    """Return an application whose requests have ids; when `logged`, each has a line in the log."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request = given if WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
        REQUEST.set(request)
        begun = time.perf_counter()

        def start(status: str, headers: list[tuple[str, str]], *trouble: Any) -> Any:  # as PEP 3333 has it
            if logged:
                took = time.perf_counter() - begun
                who, path = environ.get("REMOTE_ADDR", "-"), environ["PATH_INFO"]
                access.info("%s %s %s %s %.4f s", who, environ["REQUEST_METHOD"], path, status[:3], took)
            return start_response(status, [*headers, (HEADER, request)], *trouble)

        return pages(environ, start)

    return call
