"""The JSON shapes that several routes take or give, strict about types and names."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from server.clock import whole_ms


def _as_stored(moment: datetime) -> datetime:
    """Return an instant as the centre keeps it: in UTC and whole milliseconds."""
    return whole_ms(moment.astimezone(UTC))


Instant = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_as_stored)]
"""A time with its zone, which is the same instant in every zone."""
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
    last_called: str | None
    ended: bool
    staff: dict[str, Any]


class ReasonOut(BaseModel):
    """Why this token: the rule, its figures, and one sentence."""

    rule: str
    params: dict[str, Any]
    text: str


class TokenAnswer(BaseModel):
    """The token that a command changed."""

    token: StaffTokenOut
