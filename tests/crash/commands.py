"""Commands as their senders know them, and what came back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from server.domain.events.kinds import Kind

KINDS = {
    "issue": Kind.TOKEN_ISSUED,
    "open": Kind.COUNTER_OPENED,
    "call-next": Kind.TOKEN_CALLED,
    "start": Kind.TOKEN_STARTED,
    "finish": Kind.TOKEN_FINISHED,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the HTTP status and the bytes of the body."""

    status: int
    raw: bytes

    @property
    def ok(self) -> bool:
        """Whether the command was carried out."""
        return self.status < httpx.codes.BAD_REQUEST

    @property
    def body(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.raw)

    @property
    def token(self) -> Mapping[str, Any] | None:
        """The token that the answer is about."""
        found: Mapping[str, Any] | None = self.body.get("call", self.body).get("token")
        return found


@dataclass(slots=True)
class Command:
    """A command that was sent; `answer` is None as long as none came."""

    verb: str
    path: str
    body: Mapping[str, Any] | None
    key: str
    answer: Answer | None = None

    @property
    def carried_out(self) -> bool:
        """Whether the answer says that it was done."""
        return self.answer is not None and self.answer.ok

    @property
    def refusal(self) -> str:
        """The code with which it was refused, empty when it was not."""
        return "" if self.answer is None or self.answer.ok else str(self.answer.body["code"])
