"""The shape of a centre's file and of its rules: what is allowed, and what is filled in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from server.domain.token.lifecycle import TokenEnd
from server.domain.token.route import BACK, END, NEXT

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-4]):[0-5]\d$")]
Letter = Annotated[str, Field(pattern=r"^[A-HJ-NP-Z]$")]
Slug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Names = Annotated[dict[str, str], Field(min_length=1, description="a name in each language, by its code")]
Minutes = Annotated[float, Field(gt=0)]


class Shape(BaseModel):
    """Strict about names: a key that is not known is a mistake in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CentreShape(Shape):
    code: Slug
    name: Names
    timezone: str
    day_start: Clock = "00:00"
    languages: list[str] = Field(min_length=1)


class HoursShape(Shape):
    open: Clock
    close: Clock
    tokens: tuple[Clock, Clock]
    lunch: tuple[Clock, Clock] | None = None
    staggered_lunch: bool = True
    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]] = Field(min_length=1)
    holidays: list[date] = []


class SlotsShape(Shape):
    minutes: int
    capacity: int
    admit_early_min: int
    late_min: int = 15


class ClocksShape(Shape):
    high_performance_min: int
    promise_min: int
    breach_min: int


class MissedShape(Shape):
    """After how many calls and minutes somebody is absent; with an access need they have some minutes more."""

    calls: int
    minutes: int
    access_minutes: int = Field(3, ge=0)


class OutcomeShape(Shape):
    to: str = NEXT
    decides: bool = False
    ends: Literal[TokenEnd.DONE, TokenEnd.REFUSED] | None = None
    returns: bool = False


class StageShape(Shape):
    code: Slug
    name: Names
    counters: int = Field(ge=1)
    open: int | None = None
    service_min: Minutes
    ok: str
    outcomes: dict[str, OutcomeShape]

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.ok not in self.outcomes:
            raise ValueError(f"stage {self.code}: ok is {self.ok!r}, which is not one of its outcomes")
        if self.open is not None and self.open > self.counters:
            raise ValueError(f"stage {self.code}: {self.open} open of {self.counters} counters")
        return self


class SeriesShape(Shape):
    letter: Letter
    name: Names
    first: int = Field(1, ge=1)
    last: int = Field(999, le=999)
    overflow: Letter | None = None


class ServiceShape(Shape):
    code: Slug
    name: Names
    icon: Slug
    route: str
    series: Letter


class NeedShape(Shape):
    series: Letter
    name: Names
    icon: Slug


class CallingShape(Shape):
    """See `server.domain.calling.rule.CallingRule`; targets are minutes of wait by series."""

    rule: Literal["fifo", "relative_age"]
    protected: list[Letter] = []
    targets: dict[Letter, Minutes] = {}
    quota: int = Field(3, ge=0)
    language_patience_s: float = Field(0, ge=0)


class ProfileShape(Shape):
    """What a counter may take; see `server.domain.calling.profile.Profile`."""

    services: list[str] = []
    reserved: list[Letter] = []
    prefers: list[Letter] = []
    languages: list[str] = []
    step_free: bool = True


class FloorShape(Shape):
    """The limits of a floor; see `server.domain.plan.plan.FloorRules`."""

    undo_min: float = Field(5, gt=0, le=60)
    pause_min: Minutes = 15
    return_days: int = Field(3, ge=1)
    emergencies_per_hour: int = Field(4, ge=0)
    out_of_order: dict[str, Names] = {}


class SlipShape(Shape):
    """What the foot of a slip says: where to get help."""

    help: Names


class KioskShape(Shape):
    id: Slug
    name: str
    accessible: bool = False


class ShareShape(Shape):
    service: str
    need: str | None = None
    share: Share


class DemandShape(Shape):
    """How citizens come in a simulation: when, for what, and how long serving them takes."""

    never_arrive: Share
    early_min: float
    late_min: float
    service_cv: float = Field(gt=0)
    shares: list[ShareShape]
    outcomes: dict[str, dict[str, Share]] = {}


POLICIES: Mapping[str, Any] = {
    "calling": CallingShape,
    "needs": dict[str, NeedShape],
    "hours": HoursShape,
    "slots": SlotsShape,
    "missed": MissedShape,
    "clocks": ClocksShape,
    "profiles": dict[str, ProfileShape],
    "floor": FloorShape,
    "slip": SlipShape,
}
"""The kinds of effective-dated rules, and the shape of each."""


class Preset(Shape):
    """A whole centre: what it is, how it works, and the demand of a usual day."""

    centre: CentreShape
    hours: HoursShape
    slots: SlotsShape
    clocks: ClocksShape
    missed: MissedShape
    stages: list[StageShape] = Field(min_length=1)
    routes: dict[str, list[str]]
    series: list[SeriesShape]
    services: list[ServiceShape] = Field(min_length=1)
    needs: dict[str, NeedShape]
    calling: CallingShape
    profiles: dict[str, ProfileShape] = {}
    floor: FloorShape = FloorShape()
    slip: SlipShape
    kiosks: list[KioskShape]
    demand: DemandShape

    @model_validator(mode="after")
    def _whole(self) -> Self:
        stages = {stage.code for stage in self.stages}
        letters = {series.letter for series in self.series}
        overflows = [series.overflow for series in self.series if series.overflow]
        _all_known("stage of a route", [code for route in self.routes.values() for code in route], stages)
        targets = [o.to for stage in self.stages for o in stage.outcomes.values()]
        _all_known("target of an outcome", targets, stages | {NEXT, BACK, END})
        _all_known("route of a service", [s.route for s in self.services], set(self.routes))
        _all_known("series of a service", [s.series for s in self.services], letters)
        _all_known("series of a need", [n.series for n in self.needs.values()], letters)
        _all_known("protected series", self.calling.protected, letters)
        _all_known("series of a target", list(self.calling.targets), letters)
        _all_known("counter of a profile", list(self.profiles), {c for s in self.stages for c in self.counters_of(s)})
        if len(letters | set(overflows)) < len(self.series) + len(overflows):
            raise ValueError("a letter is used for two series")
        return self

    def counters_of(self, stage: StageShape) -> list[str]:
        """Return the ids of the counters of a stage: `A1` … `A33`."""
        return [f"{stage.code}{n}" for n in range(1, stage.counters + 1)]


def _all_known(what: str, used: Sequence[str], known: set[str]) -> None:
    unknown = sorted(set(used) - known)
    if unknown:
        raise ValueError(f"unknown {what}: {', '.join(unknown)}")
