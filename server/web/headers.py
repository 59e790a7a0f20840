"""Security headers of every answer: nothing inline, nothing from elsewhere."""

from flask import Flask, Response, request

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
DOCS = "/api/docs"


STRICT = "; ".join(f"{name} {value}" for name, value in POLICY.items())
SECURE = {
    "Content-Security-Policy": f"{STRICT}; {TRUSTED_TYPES}",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Set the headers on every answer of the app."""
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    if request.path == DOCS:  # the vendored reference page writes its own markup
        response.headers.setdefault("Content-Security-Policy", STRICT)
    for name, value in SECURE.items():
        response.headers.setdefault(name, value)
    own_rule = "Cache-Control" in response.headers
    if not own_rule and (request.endpoint is None or not request.endpoint.endswith("static")):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
