"""Text that no database can hold is refused before a route sees it: PostgreSQL knows no zero character."""

from flask import Flask, request

from server.domain.errors import BadRequest

ZERO, IN_JSON, IN_QUERY = "\0", b"\\u0000", b"%00"
FORM = "application/x-www-form-urlencoded"


def install(app: Flask) -> None:
    """Look at the address and the form of every request; bodies of JSON are looked at where they are read."""
    app.before_request(_require_text)


def _require_text() -> None:
    sent = request.environ.get("CONTENT_TYPE", "").lower()
    typed = request.form.values() if sent.startswith(FORM) else ()
    if ZERO in request.path or IN_QUERY in request.query_string or any(ZERO in value for value in typed):
        raise BadRequest("There is a zero character in the request.")
