"""The shape of a centre's file: what is allowed, and what is filled in."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from server.domain.plan.series import Series
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.route import BACK, END, NEXT
from server.services.setup.rules import (
    POLICIES,
    BookedShape,
    CallingShape,
    Clock,
    ClocksShape,
    FloorShape,
    HoursShape,
    Letter,
    Minutes,
    MissedShape,
    Names,
    NeedShape,
    ProfileShape,
    Shape,
    SlipShape,
    SlotsShape,
    Slug,
    unknown_in,
)

SERIES = Series("")

Share = Annotated[float, Field(ge=0, le=1)]


class CentreShape(Shape):
    code: Slug
    name: Names
    timezone: str
    day_start: Clock = "00:00"
    languages: list[str] = Field(min_length=1)


class OutcomeShape(Shape):
    """See `server.domain.token.route.Outcome`."""

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
    first: int = Field(SERIES.first, ge=1)
    last: int = Field(SERIES.last, le=999)
    overflow: Letter | None = None


class ServiceShape(Shape):
    code: Slug
    name: Names
    icon: Slug
    route: str
    series: Letter


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
    outcomes: dict[str, dict[str, Share]] = Field(default_factory=dict)


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
    profiles: dict[str, ProfileShape] = Field(default_factory=dict)
    bookings: dict[str, BookedShape] = Field(default_factory=dict)
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
        self._require_known_in_rules(letters | set(overflows))
        if len(letters | set(overflows)) < len(self.series) + len(overflows):
            raise ValueError("a letter is used for two series")
        return self

    def _require_known_in_rules(self, letters: set[str]) -> None:
        counters = {counter for stage in self.stages for counter in self.counters_of(stage)}
        known = {"series": letters, "service": {s.code for s in self.services}, "counter": counters}
        for kind in POLICIES:
            if unknown := unknown_in(kind, getattr(self, kind), known):
                raise ValueError(f"{kind}: unknown {'; '.join(unknown)}")

    def counters_of(self, stage: StageShape) -> list[str]:
        """Return the ids of the counters of a stage: `A1` … `A33`."""
        return [f"{stage.code}{n}" for n in range(1, stage.counters + 1)]


def _all_known(what: str, used: Sequence[str], known: set[str]) -> None:
    unknown = sorted(set(used) - known)
    if unknown:
        raise ValueError(f"unknown {what}: {', '.join(unknown)}")
