"""The JSON shapes that several routes take or give, strict about types and names."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from server.domain.events import token_view
from server.domain.tokens import Token, to_record

Code = Annotated[str, Field(min_length=1, max_length=64)]
Note = Annotated[str, Field(max_length=200)]


class Strict(BaseModel):
    """What clients send: a name that is not known, or a value of another type, is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", str_strip_whitespace=True)


class StaffTokenOut(BaseModel):
    """A token as staff see it."""

    id: str
    label: str
    party: int
    state: str
    stage: str | None
    counter: str | None
    beside: list[str]
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
