"""Security headers of every answer: nothing inline, nothing from elsewhere, nothing kept unless it says so."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
TRUSTED_TYPES = "require-trusted-types-for 'script'"
STRICT = "; ".join(f"{name} {value}" for name, value in POLICY.items())
SECURE = {
    "Content-Security-Policy": f"{STRICT}; {TRUSTED_TYPES}",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def secured(pages: WSGIApplication) -> WSGIApplication:
    """Return an application whose answers have the headers, but for those that they set themselves.

    Here and not in Flask, whose headers look through the whole list for each name.
    """
    lower = [(name.lower(), (name, value)) for name, value in SECURE.items()]

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *trouble: Any) -> Any:  # as PEP 3333 has it
            own = {name.lower() for name, _ in headers}
            return start_response(status, headers + [header for name, header in lower if name not in own], *trouble)

        return pages(environ, start)

    return call
