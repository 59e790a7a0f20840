"""The contract of the API: `/api/openapi.json`, with every operation's key, refusals and parameters."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from apiflask import APIFlask
from werkzeug.exceptions import MethodNotAllowed

from server.api.commands import KEY_HEADER, KEY_MAX
from server.api.event_shapes import Schema
from server.api.operations import CONDITIONAL, REFUSALS
from server.api.refusals import refusals_of
from server.api.schemas import complete_schemas
from server.domain.errors import Refused
from server.web.guard import CSRF_HEADER, DEVICE_COOKIE, STAFF_COOKIE
from server.web.problems import BELOW, MEDIA_TYPE, document, status_of

SPEC_PATH = "/api/openapi.json"
Code = tuple[int, str]
"""The status and the code of a refusal."""

DESCRIPTION = """Tokens and queues of service centres.

Every refusal is a problem document (RFC 9457) with a stable `code`; codes are only ever added. A command needs an
`Idempotency-Key`: a retry under the same key gets the first answer again. A method that an address does not know is
refused with 405 and the header `Allow`. Socket.IO at `/live` brings the same events as `read_events`.
"""
TAGS = {
    "Centres": "what there is in a centre: counters, services and stages by their codes",
    "Tokens": "take a token, and change one wherever it is",
    "Counters": "sit at a counter, open it, call, serve",
    "People and keys": "who can sign in at a centre, and which devices and programs have a key",
    "Screens": "the floor at one instant, and every event since",
    "Citizens": "a citizen's own token, with the secret of its slip",
    "Bookings": "appointments of the portal, and whom the gate lets in",
    "Numbers": "numbers given away in blocks",
    "Days": "the end of a day",
    "Personal data": "what is kept of citizens, what one of them may ask, and legal holds",
    "Management": "stop the floor, look ahead, figures and reports",
}
IN_PATH = {
    "person": "the number of a person, as in `list_people`",
    "approval": "the number of what a second person was asked for, as in `list_approvals`",
    "key": "the number of a key, as in `list_keys`",
    "kind": "what the screen is for: `kiosk`, `board` or `counter`",
    "device": "the id of the kiosk, the board or the counter, as in `list_devices`",
    "code": "what the screen shows, however it is typed",
    "centre": "the code of the centre, as in `list_centres`",
    "counter": "the id of the counter, as in `list_counters`",
    "token": "the id of the token",
    "label": "the number of a token of today: `N001`",
    "lease": "the id of the block of numbers",
    "hold": "the number of a legal hold, as in `read_personal_data`",
    "day": "the date of a business day: `2026-11-24`; where it is read also `today`, the one that is open",
    "secret": "what stands behind `/t/` in the QR code of a slip: the secret, with its claim or without",
}
MEANINGS = {
    400: "The request cannot be read, or the Idempotency-Key is missing",
    401: "No key, or one that is not known",
    403: "This key may not do this, or the CSRF header is wrong",
    404: "There is no such thing",
    408: "The request did not arrive in time",
    409: "The present state does not allow it",
    413: "The body is too long",
    414: "The address is too long",
    422: "The input does not fit",
    429: "Too often: again after the seconds of Retry-After",
    431: "The headers are too long, or too many",
    500: "A fault of the server; the outcome may be unknown: send again with the same key",
    503: "The database did not answer; the outcome may be unknown: send again with the same key",
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}
HEADERS = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "the key of a device or an integration"},
    "device": {"type": "apiKey", "in": "cookie", "name": DEVICE_COOKIE, "description": "of a paired screen"},
    "staff": {"type": "apiKey", "in": "cookie", "name": STAFF_COOKIE, "description": "of a person who is signed in"},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER, "description": "commands need it beside a cookie"},
}
IDEMPOTENCY = {
    "name": KEY_HEADER,
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
    "description": "a retry under the same key gets the first answer again",
}


def install(app: APIFlask) -> None:
    """Let the app tell its contract."""
    app.config.update(
        SECURITY_SCHEMES=SECURITY,
        OPENAPI_VERSION="3.1.0",
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        DESCRIPTION=DESCRIPTION,
    )
    app.servers = [{"url": "/"}]
    app.spec_processor(_complete)


def _complete(spec: Any) -> Any:  # as APIFlask has it
    spec["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    for path in spec["paths"].values():
        for method, operation in path.items():
            _complete_operation(operation, command=method == "post")
            if body := operation.get("requestBody"):
                body["required"] = "required" in _shape_of(spec, body)
    return complete_schemas(spec)


def _shape_of(spec: Schema, body: Schema) -> Schema:
    """Return the shape of a request's body."""
    ref = body["content"]["application/json"]["schema"]["$ref"]
    shape: Schema = spec["components"]["schemas"][ref.rpartition("/")[2]]
    return shape


def _complete_operation(operation: Schema, *, command: bool) -> None:
    keyless, parameters = not operation.get("security"), operation["parameters"]
    for given in parameters:
        if given["in"] == "path":
            given["description"] = IN_PATH[given["name"]]
    takes_input = "requestBody" in operation or any(given["in"] == "query" for given in parameters)
    if command:
        parameters.append(IDEMPOTENCY)
    operation["security"] = [] if keyless else _keys(command=command)
    if operation.pop(CONDITIONAL):
        operation["responses"]["304"] = {"description": "As it was: the answer has the ETag of If-None-Match"}
    kind = {"keyless": keyless, "command": command, "takes_input": takes_input}
    codes = _codes(refusals_of(operation.pop(REFUSALS), **kind))
    operation["responses"] |= {str(status): _refusal(status, codes) for status in sorted({code[0] for code in codes})}


def _keys(*, command: bool) -> list[Mapping[str, list[str]]]:
    """Return what one must send: a key, or a cookie, with which a command needs the header of its page too."""
    beside: Mapping[str, list[str]] = {"csrf": []} if command else {}
    return [{"bearer": []}, {"device": [], **beside}, {"staff": [], **beside}]


def _codes(refusals: Iterable[type[Refused]]) -> list[Code]:
    """Return the codes of refusals, and of what is refused before a route sees it or fails."""
    codes = {(status_of(refusal("")), refusal.code) for refusal in refusals}
    return sorted(codes | {(int(error.code or 500), BELOW[error]) for error in BELOW if error is not MethodNotAllowed})


def _refusal(status: int, codes: Iterable[Code]) -> Schema:
    """Return the answer of a status, with an example of each code that it can bring."""
    examples = {
        code: {"value": asdict(document(status, code, f"{code.replace('_', ' ').capitalize()}."))}
        for its_status, code in codes
        if its_status == status
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    answer = {"description": MEANINGS[status], "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}}}
    return answer | ({"headers": HEADERS[status]} if status in HEADERS else {})
