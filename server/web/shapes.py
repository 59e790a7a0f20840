"""The JSON shapes that several routes take or give, strict about types and names."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from server.domain.calling import Reason
from server.domain.events import token_view
from server.domain.tokens import Token, to_record


class Strict(BaseModel):
    """What clients send: a name that is not known, or a value of another type, is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", str_strip_whitespace=True)


class StaffTokenOut(BaseModel):
    """A token as staff see it."""

    id: str
    label: str
    state: str
    stage: str | None
    counter: str | None
    call: str | None
    calls: int
    called_at: str | None
    ended: bool
    staff: dict[str, Any]


class TokenAnswer(BaseModel):
    """The token that a command changed."""

    token: StaffTokenOut


def staff_token(token: Token) -> dict[str, Any]:
    """Return a token as staff see it."""
    return token_view(to_record(token), staff=True)


def reason_view(reason: Reason) -> dict[str, Any]:
    """Return why a token was called."""
    return {"rule": reason.rule, "params": dict(reason.params), "text": reason.text}
