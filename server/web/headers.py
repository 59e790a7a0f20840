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


def install(app: Flask) -> None:
    """Set the headers on every answer of the app."""
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    policy = [f"{name} {value}" for name, value in POLICY.items()]
    if request.path != DOCS:  # the vendored reference page writes its own markup
        policy.append(TRUSTED_TYPES)
    response.headers.setdefault("Content-Security-Policy", "; ".join(policy))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    own_rule = "Cache-Control" in response.headers
    if not own_rule and (request.endpoint is None or not request.endpoint.endswith("static")):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
