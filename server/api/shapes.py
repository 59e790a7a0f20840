"""The JSON shapes that several routes take or give, strict about types and names."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from server.domain.events.views import StaffToken, staff_view
from server.domain.instants import DAY, read_day, whole_ms
from server.services.floor.call import Call
from server.services.floor.undo import Undone


def _as_stored(moment: datetime) -> datetime:
    """Return an instant as the centre keeps it: in UTC and whole milliseconds."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"The year should be between {FIRST_YEAR} and {LAST_YEAR}")
    return whole_ms(moment.astimezone(UTC))


def _written_out(moment: object) -> object:
    """Refuse a count of seconds, which would be taken for a time after 1970."""
    if not isinstance(moment, str) or DAY.match(moment.strip()) is None:
        raise ValueError("A time should be written like 2026-11-24T10:15:00+05:30")
    return moment


def _day_written_out(day: object) -> date:
    """Refuse a count of seconds, which would be taken for a day after 1970."""
    return read_day(str(day).strip())


FIRST_YEAR, LAST_YEAR = 1970, 2200
SLIP_MAX = 160
"""As long as a slip's QR code may be at most."""
Instant = Annotated[AwareDatetime, Field(strict=False), AfterValidator(_as_stored), BeforeValidator(_written_out)]
"""A time with its zone, which is the same instant in every zone."""
Day = Annotated[date, Field(strict=False), BeforeValidator(_day_written_out)]
"""A business day."""
Code = Annotated[str, Field(min_length=1, max_length=64)]
Note = Annotated[str, Field(max_length=200)]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9]{7,15}$")]


class Strict(BaseModel):
    """What clients send: a name that is not known, or a value of another type, is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", str_strip_whitespace=True)


Figure = str | int | float | list[dict[str, str | int]]
"""A figure of a reason; a list tells it of each token that was passed over."""


class ReasonOut(BaseModel):
    """Why this token: the rule, its figures, and one sentence."""

    rule: str
    params: dict[str, Figure]
    text: str


class TokenAnswer(BaseModel):
    """The token that a command changed."""

    token: StaffToken


class CallOut(BaseModel):
    """A token called to a counter."""

    id: str
    token: StaffToken
    counter: str
    reason: ReasonOut


class UndoneAnswer(TokenAnswer):
    """The token as it is again; `take_back` is the label on a slip that is out and good for nothing now."""

    take_back: str | None


def call_view(new: Call) -> dict[str, object]:
    """Return what is told of a call."""
    reason = {**new.reason.view(), "text": new.text}
    return {"call": {"id": new.id, "token": staff_view(new.token), "counter": new.counter, "reason": reason}}


def undone_view(undone: Undone) -> dict[str, object]:
    """Return what is told of an undo."""
    return {"token": staff_view(undone.token), "take_back": undone.take_back}
