"""The shapes of the rules that hold from a day on: what is allowed, what is filled in, and what they speak of."""

from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.json import JsonObject
from server.domain.notice import NoticeKind
from server.domain.plan.booked import Booked
from server.domain.plan.plan import FloorRules
from server.domain.plan.slots import SlotRules
from server.domain.token.undo import UNDO_MAX_MIN

T = TypeVar("T")
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")]
Letter = Annotated[str, Field(pattern=r"^[A-HJ-NP-Z]$")]
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
CauseCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,31}$")]
Names = Annotated[dict[str, str], Field(min_length=1, description="a name in each language, by its code")]
Minutes = Annotated[float, Field(gt=0)]
_PART = r"(?:[^\W_]|\\d|\[(?:[^\W_]-[^\W_]|[^\W_])+\])"
PATTERN = rf"^(?:{_PART}(?:\{{\d{{1,2}}(?:,\d{{1,2}})?\}})?)+$"
LOOSE_PARTS = 3
# What a rule leaves out is as the domain has it.
CALLING, FLOOR, PROFILE, SLOTS = CallingRule(), FloorRules(), Profile(""), SlotRules()


class Shape(BaseModel):
    """Strict about names: a key that is not known is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HoursShape(Shape):
    open: Clock
    close: Clock
    tokens: tuple[Clock, Clock]
    lunch: tuple[Clock, Clock] | None = None
    staggered_lunch: bool = True
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(min_length=1)
    holidays: list[date] = []


class SlotsShape(Shape):
    """See `server.domain.plan.slots.SlotRules`."""

    minutes: int
    capacity: int
    admit_early_min: int
    late_min: int = SLOTS.late_min


class ClocksShape(Shape):
    high_performance_min: int
    promise_min: int
    breach_min: int


class MissedShape(Shape):
    """After how many calls and minutes somebody is absent; with an access need they have some minutes more."""

    calls: int
    minutes: int
    access_minutes: int = Field(FLOOR.missed_access_min, ge=0)


class NeedShape(Shape):
    series: Letter
    name: Names
    icon: Slug


class CallingShape(Shape):
    """See `server.domain.calling.rule.CallingRule`; targets are minutes of wait by series."""

    rule: Literal["fifo", "relative_age"]
    protected: list[Letter] = []
    targets: dict[Letter, Minutes] = {}
    quota: int = Field(CALLING.quota, ge=0)
    language_patience_s: float = Field(CALLING.language_patience_s, ge=0)


class ProfileShape(Shape):
    """What a counter may take; see `server.domain.calling.profile.Profile`."""

    services: list[str] = []
    reserved: list[Letter] = []
    prefers: list[Letter] = []
    languages: list[str] = []
    step_free: bool = PROFILE.step_free


class CauseShape(Shape):
    """Why a notice may be given; what everybody must do (`verb`) belongs to an emergency."""

    kinds: list[NoticeKind] = Field(min_length=1)
    name: Names
    icon: Slug = "info"
    verb: Names | None = None

    @model_validator(mode="after")
    def _says_what_to_do(self) -> Self:
        if NoticeKind.EMERGENCY in self.kinds and self.verb is None:
            raise ValueError("an emergency needs a verb: what everybody must do")
        return self


class FloorShape(Shape):
    """The limits of a floor; see `server.domain.plan.plan.FloorRules`.

    `causes` of notices are those of this centre beside the usual ones (`server.wording.causes`), or in their place.
    """

    undo_min: float = Field(FLOOR.undo_min, gt=0, le=UNDO_MAX_MIN)
    pause_min: Minutes = FLOOR.pause_min
    return_days: int = Field(FLOOR.return_days, ge=1)
    emergencies_per_hour: int = Field(FLOOR.emergencies_per_hour, ge=0)
    absent_min: float | None = Field(FLOOR.absent_min, gt=0)
    out_of_order: dict[str, Names] = {}
    causes: dict[CauseCode, CauseShape] = {}


class SlipShape(Shape):
    """What the foot of a slip says: where to get help."""

    help: Names


class BookedShape(Shape):
    """See `server.domain.plan.booked.BookedRule`. A pattern has letters, digits, `\\d`, `[a-z]`, `{2}` and `{2,4}`."""

    booked: Annotated[Booked, Field(strict=False)] = Booked.LISTED
    pattern: Annotated[str, Field(max_length=120, pattern=PATTERN)] | None = None

    @model_validator(mode="after")
    def _open_has_a_form(self) -> Self:
        if self.booked is Booked.OPEN and self.pattern is None:
            raise ValueError("a service that takes any reference needs the pattern of its references")
        if self.pattern is not None and self.pattern.count(",") > LOOSE_PARTS:
            raise ValueError(f"a pattern has at most {LOOSE_PARTS} parts of no fixed length")
        return self


NEEDS, PROFILES, BOOKINGS = dict[str, NeedShape], dict[str, ProfileShape], dict[str, BookedShape]

POLICIES: Mapping[str, Any] = {  # a shape, or a mapping to shapes: pydantic adapts any type
    "calling": CallingShape,
    "needs": NEEDS,
    "hours": HoursShape,
    "slots": SlotsShape,
    "missed": MissedShape,
    "clocks": ClocksShape,
    "profiles": PROFILES,
    "floor": FloorShape,
    "slip": SlipShape,
    "bookings": BOOKINGS,
}
"""The kinds of effective-dated rules, and the shape of each."""
WHEN_ABSENT: Mapping[str, JsonObject] = {"bookings": {}}
"""What holds where a centre has no rule of a kind: it was set up before there was one."""


def kind_of(shape: object) -> str:
    """Return the kind of rule that has this shape; raises StopIteration for a shape of none."""
    return next(kind for kind, other in POLICIES.items() if other == shape)


def adapter_of(shape: type[T]) -> TypeAdapter[T]:
    """Return what reads a rule of this shape from JSON values."""
    kind = kind_of(shape)
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(shape)
    return _ADAPTERS[kind]


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}  # of each its own shape


def named_in(kind: str, rule: Any) -> Mapping[str, Sequence[str]]:  # a value in the shape of its kind
    """Return the series, services and counters that a rule speaks of, by what they are."""
    if kind == "needs":
        return {"series": [need.series for need in rule.values()]}
    if kind == "bookings":
        return {"service": list(rule)}
    if kind == "calling":
        return {"series": [*rule.protected, *rule.targets]}
    if kind == "profiles":
        return {
            "counter": list(rule),
            "series": [letter for profile in rule.values() for letter in (*profile.reserved, *profile.prefers)],
            "service": [service for profile in rule.values() for service in profile.services],
        }
    return {}


def unknown_in(kind: str, rule: Any, known: Mapping[str, Container[str]]) -> list[str]:  # as `named_in`
    """Return what a rule speaks of and the centre does not have, in words; `known` holds what it has."""
    unknown = {part: sorted({n for n in names if n not in known[part]}) for part, names in named_in(kind, rule).items()}
    return [f"{part} {', '.join(names)}" for part, names in unknown.items() if names]
