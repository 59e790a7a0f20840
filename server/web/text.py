"""Text that no database can hold is refused before a route sees it: PostgreSQL knows no zero character."""

from collections.abc import Iterable

from flask import Flask, request

from server.domain.errors import BadRequest

ZERO, IN_JSON, IN_QUERY = "\0", b"\\u0000", b"%00"
AS_TYPED = frozenset({"appointment", "claim", "reference"})
"""What somebody typed or scanned as a reference: its letters and digits alone are looked at, and it is kept nowhere."""
FORM = "application/x-www-form-urlencoded"


def install(app: Flask) -> None:
    """Look at the address and the form of every request; bodies of JSON are looked at where they are read."""
    app.before_request(_require_text)


def _require_text() -> None:
    sent = request.environ.get("CONTENT_TYPE", "").lower()
    typed = request.form.items(multi=True) if sent.startswith(FORM) else ()
    asked = request.args.items(multi=True) if IN_QUERY in request.query_string else ()
    if ZERO in request.path or has_zero([*typed, *asked]):
        raise BadRequest("There is a zero character in the request.")


def has_zero(fields: Iterable[tuple[str, object]]) -> bool:
    """Whether a zero character stands in a name or a value, but for a reference as it was typed."""
    return any(ZERO in name or (name not in AS_TYPED and is_zeroed(value)) for name, value in fields)


def is_zeroed(value: object) -> bool:
    """Whether a zero character stands in a value of JSON; lists and objects go no deeper than we take them."""
    if isinstance(value, str):
        return ZERO in value
    if isinstance(value, list):
        return any(map(is_zeroed, value))
    return isinstance(value, dict) and has_zero(value.items())
