"""Every refusal as `application/problem+json` (RFC 9457) with a stable code."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

from apiflask import APIFlask, HTTPError
from flask import Response, json, request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    RequestEntityTooLarge,
    RequestHeaderFieldsTooLarge,
    RequestTimeout,
    RequestURITooLarge,
)

from server.domain.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidInput,
    Missing,
    RateLimited,
    Refused,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)

STATUS: dict[type[Refused], int] = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    Missing: 404,
    Conflict: 409,
    Unprocessable: 422,
    RateLimited: 429,
    Unavailable: 503,
}
BELOW: dict[type[HTTPException], str] = {
    MethodNotAllowed: "method_not_allowed",
    RequestTimeout: "request_timeout",
    RequestEntityTooLarge: "request_entity_too_large",
    RequestURITooLarge: "request_uri_too_large",
    RequestHeaderFieldsTooLarge: "request_header_fields_too_large",
    InternalServerError: "internal",
}
"""What is refused before a route sees it, and what nobody foresaw: no command refuses so."""
TOO_LARGE = " At most {} kB are taken at once: send a long list in parts."
"""What to do about it, behind the words of the library."""
UNREADABLE = "This is no request that can be read."
MEDIA_TYPE = "application/problem+json"
Error = TypeVar("Error", HTTPError, HTTPException)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was refused; `code` is stable and for programs, `detail` for people.

    What more a refusal tells (`errors`, `known`, `current`, …) depends on its code.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str


def document(status: int, code: str, detail: str) -> Problem:
    """Return what every problem document holds."""
    return Problem(f"urn:baari:error:{code}", code.replace("_", " "), status, code, detail)


def status_of(refusal: Refused) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for family, status in STATUS.items() if isinstance(refusal, family))


def problem(status: int, code: str, detail: str, **more: object) -> Response:
    """Return a problem document."""
    content = json.dumps({**asdict(document(status, code, detail)), **more})
    headers = {"Retry-After": "1"} if status == 503 else {}
    if "retry_after_s" in more:
        headers["Retry-After"] = str(more["retry_after_s"])
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="baari"'
    return Response(content, status, headers, content_type=MEDIA_TYPE)


def install(app: APIFlask, require_may: Callable[[], None]) -> None:
    """Answer every error of the app with a problem document.

    Input is read before anybody asks who sent it. So where it does not fit, `require_may` looks whether they may: who
    may not is told so, and nothing of what would fit.
    """

    def unless_closed(answer: Callable[[Error], Response]) -> Callable[[Error], Response]:
        def told(error: Error) -> Response:
            try:
                if _is_of_input(error):
                    require_may()
            except Refused as refusal:
                return _refused(refusal)
            return answer(error)

        return told

    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPError, unless_closed(_invalid))
    app.register_error_handler(HTTPException, unless_closed(_http))
    app.register_error_handler(ParseException, lambda _error: problem(400, BadRequest.code, UNREADABLE))
    app.register_error_handler(Exception, _unexpected)


def _is_of_input(error: HTTPError | HTTPException) -> bool:
    return (error.status_code if isinstance(error, HTTPError) else error.code) in (400, 422)


def _refused(refusal: Refused) -> Response:
    return problem(status_of(refusal), refusal.code, refusal.message, **refusal.details)


def _invalid(error: HTTPError) -> Response:
    if error.status_code == 422:
        fields: dict[str, list[str]] = next(iter(error.detail.values()), {}) if isinstance(error.detail, dict) else {}
        fields = {name: [each.removeprefix("Value error, ") for each in said] for name, said in fields.items()}
        # What is wrong with all of it together stands under no name that a client would know.
        told = (", ".join(said) if name == "_schema" else f"{name}: {', '.join(said)}" for name, said in fields.items())
        message = "; ".join(told)
        return problem(422, InvalidInput.code, message or "The input does not fit.", errors=fields)
    message = error.message or "The request was refused."
    return problem(error.status_code, _code_of(message), message)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    too_large = isinstance(error, RequestEntityTooLarge)
    hint = TOO_LARGE.format((request.max_content_length or 0) // 1024) if too_large else ""
    answer = problem(status, BELOW.get(type(error), _code_of(error.name)), f"{error.description}{hint}")
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _unexpected(error: Exception) -> Response:
    log.error("unexpected failure at %s %s", request.method, request.path, exc_info=error)
    return problem(500, BELOW[InternalServerError], InternalServerError.description)


def _code_of(name: str) -> str:
    return name.lower().replace(" ", "_")
