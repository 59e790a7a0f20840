"""The contract of the API: `/api/openapi.json`, with every refusal as a problem document."""

from typing import Any

from apiflask import APIFlask

from server.api.commands import KEY_HEADER
from server.web.problems import MEDIA_TYPE

SPEC_PATH = "/api/openapi.json"
REFUSALS = {
    "400": "The request cannot be read, or the Idempotency-Key is missing",
    "401": "No key, or one that is not known",
    "403": "This key may not do this",
    "404": "There is no such thing",
    "409": "The present state does not allow it",
    "422": "The input does not fit",
    "500": "A fault of the server; try again with the same key",
    "503": "The database did not answer; try again with the same key",
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable, for programs"},
        "detail": {"type": "string", "description": "for people"},
    },
}
IDEMPOTENCY = {
    "name": KEY_HEADER,
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "a retry under the same key gets the first answer again",
}


def install(app: APIFlask) -> None:
    """Describe security, idempotency and refusals in the app's contract."""
    app.config.update(
        SECURITY_SCHEMES={
            "bearer": {"type": "http", "scheme": "bearer"},
            "device": {"type": "apiKey", "in": "cookie", "name": "baari_device"},
            "staff": {"type": "apiKey", "in": "cookie", "name": "baari_staff"},
        },
        OPENAPI_VERSION="3.1.0",
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        DESCRIPTION="Tokens and queues. JSON; errors are application/problem+json with a stable code.",
    )
    app.spec_processor(_complete)


def _complete(spec: Any) -> Any:
    spec["components"].setdefault("schemas", {})["Problem"] = PROBLEM
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in spec["paths"].values():
        for method, operation in path.items():
            if method not in ("get", "post"):
                continue
            for status, told in REFUSALS.items():
                operation["responses"][status] = {"description": told, "content": content}
            keyless = not operation.get("security")
            operation["security"] = [] if keyless else [{"bearer": []}, {"device": []}, {"staff": []}]
            if method == "post":
                operation["responses"]["413"] = {"description": "The body is too long", "content": content}
                operation.setdefault("parameters", []).append(IDEMPOTENCY)
    return spec
