"""How a route runs a command: exactly once under its Idempotency-Key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Protocol

from flask import Response, jsonify, request

from server.domain.errors import MissingIdempotencyKey
from server.services.command import Answer, Attempt, body_hashes, once
from server.services.people.principal import Principal
from server.storage.database import Command
from server.storage.transaction import Transaction
from server.web.later import Later, later_is_offered
from server.web.site import site

KEY_HEADER = "Idempotency-Key"
KEY_MAX = 200
WAITS = 202


@dataclass(frozen=True, slots=True)
class Waits:
    """The answer to a command that did nothing: a second person has to approve it first (202)."""

    body: Mapping[str, object]


class Value(Protocol):
    """A frozen value of ours: orjson writes its fields under their names."""

    __dataclass_fields__: ClassVar[dict[str, Any]]  # as typeshed has it


Body = Mapping[str, object] | Value
"""A JSON object: a mapping, or one of our frozen values, whose fields are its names."""


def command(
    principal: Principal,
    fn: Callable[[Transaction], Body | Waits],
    *,
    status: int = 200,
    beside: int | None = None,
    unkept: Mapping[str, object] | None = None,
) -> Response:
    """Run `fn` in the principal's centre, perhaps in another one too, and answer with the JSON object it returns.

    A retry under the same key gets the first answer, with what is not kept for it: `unkept` is known of a citizen, and
    told where nobody else has to approve it first.
    Raises MissingIdempotencyKey and whatever `fn` raises.
    """
    return run(principal.id, principal.centre_id, fn, status, beside, unkept)


def run(
    actor: str,
    centre_id: int,
    fn: Callable[[Transaction], Body | Waits],
    status: int = 200,
    beside: int | None = None,
    unkept: Mapping[str, object] | None = None,
) -> Response:
    """Run `fn` in a centre for somebody who needs no key: a citizen with the secret of their slip."""
    hashes = body_hashes(request.path, _body(), site().derived_keys())
    attempt = Attempt(actor, _key(), hashes, site().real.now())

    def act(tx: Transaction) -> Answer:
        return once(tx, attempt, lambda: _answer(status, fn(tx)))

    db, respond = site().db, partial(_response_of, unkept)
    if later_is_offered():
        return Later(db.write_all, Command(centre_id, act, attempt.ask, beside), respond)
    return respond(db.write(centre_id, act, asks=attempt.ask, beside=beside))


def _answer(status: int, done: Body | Waits) -> Answer:
    return Answer(WAITS, done.body) if isinstance(done, Waits) else Answer(status, done)


def _response_of(unkept: Mapping[str, object] | None, answer: Answer) -> Response:
    told = {} if unkept is None or answer.status == WAITS else unkept
    response = jsonify({**answer.body, **told} if told else answer.body)
    response.status_code = answer.status
    return response


def _body() -> object:
    """Return what was sent, `{}` for nothing, None when it is not JSON (routes that take any have refused that)."""
    body: object = request.get_json(force=True, silent=True)
    return body


def _key() -> str:
    key = request.headers.get(KEY_HEADER, "").strip()
    if not 0 < len(key) <= KEY_MAX:
        raise MissingIdempotencyKey(f"Please send a header {KEY_HEADER} of 1 to {KEY_MAX} characters.")
    return key
