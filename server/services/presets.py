"""A centre as a YAML file: validated, then written as rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import insert, select
from sqlalchemy.orm import InstrumentedAttribute

from server.domain.errors import AlreadyThere
from server.domain.hours import WEEKDAYS
from server.domain.journey import BACK, END, NEXT
from server.domain.lifecycle import CounterState, TokenEnd
from server.storage import models, people
from server.storage.base import Base
from server.storage.transaction import Transaction

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
    """See `server.domain.calling.CallingRule`; targets are minutes of wait by series."""

    rule: Literal["fifo", "relative_age"]
    protected: list[Letter] = []
    targets: dict[Letter, Minutes] = {}
    quota: int = Field(3, ge=0)
    language_patience_s: float = Field(0, ge=0)


class DeskShape(Shape):
    """What a counter may take; see `server.domain.calling.Desk`."""

    services: list[str] = []
    reserved: list[Letter] = []
    prefers: list[Letter] = []
    languages: list[str] = []
    step_free: bool = True


class FloorShape(Shape):
    """The limits of a floor; see `server.domain.plan.FloorRules`."""

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
    "desks": dict[str, DeskShape],
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
    desks: dict[str, DeskShape] = {}
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
        _all_known("counter of a desk", list(self.desks), {c for s in self.stages for c in self.counters_of(s)})
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


def preset_names() -> list[str]:
    """Return the presets that come with Baari."""
    return sorted(f.name.removesuffix(".yaml") for f in files("server.presets").iterdir() if f.name.endswith(".yaml"))


def load_preset(name: str) -> Preset:
    """Return a preset by name; raises LookupError, and ValueError for a file that does not fit."""
    if name not in preset_names():
        raise LookupError(f"there is no preset {name!r}; there are {', '.join(preset_names())}")
    text = (files("server.presets") / f"{name}.yaml").read_text("utf-8")
    return Preset.model_validate(yaml.safe_load(text))


def always_open(preset: Preset) -> Preset:
    """Return a preset whose hours are 00:00 to 24:00 on every day: for demos in real time, and for tests."""
    always = {"open": "00:00", "close": "24:00", "tokens": ("00:00", "24:00"), "lunch": None, "days": list(WEEKDAYS)}
    return preset.model_copy(update={"hours": preset.hours.model_copy(update=always)})


def install_centre(tx: Transaction, preset: Preset, valid_from: date, epoch: str, *, demo: bool) -> int:
    """Write a preset as the rows of a new centre and return its id; raises AlreadyThere.

    Codes of centres, counters and devices are unique in the installation.
    """
    centre = preset.centre
    _require_new(tx, "centre", models.Centre.code, [centre.code])
    _require_new(tx, "counter", models.Counter.id, [row["id"] for row in _counter_rows(preset)])
    _require_new(tx, "device", people.Device.id, [row["id"] for row in _device_rows(preset)])
    values = {
        **centre.model_dump(),
        "demo": demo,
        "epoch": epoch,
        "event_seq": 0,
        "head": "",
        "plan_version": 1,
        "freezes": [],
    }
    centre_id = tx.conn.execute(insert(models.Centre).values(**values).returning(models.Centre.id)).scalar_one()
    for model, rows in _rows(preset, valid_from):
        tx.conn.execute(insert(model), [{**row, "centre_id": centre_id} for row in rows])
    return int(centre_id)


def _require_new(tx: Transaction, what: str, column: InstrumentedAttribute[str], names: Sequence[str]) -> None:
    taken = tx.conn.execute(select(column).where(column.in_(names)).order_by(column)).scalars().first()
    if taken is not None:
        raise AlreadyThere(f"There is a {what} “{taken}” already.")


def _rows(preset: Preset, valid_from: date) -> list[tuple[type[Base], list[dict[str, Any]]]]:
    return [
        (models.Zone, [{"code": stage.code, "name": stage.name} for stage in preset.stages]),
        (models.Stage, [_stage_row(stage, place) for place, stage in enumerate(preset.stages)]),
        (models.Route, [{"code": code, "stages": stages} for code, stages in preset.routes.items()]),
        (models.Series, _series_rows(preset)),
        (models.Service, [s.model_dump() | {"position": place} for place, s in enumerate(preset.services)]),
        (models.Policy, _policy_rows(preset, valid_from)),
        (models.Counter, _counter_rows(preset)),
        (people.Device, _device_rows(preset)),
    ]


def _stage_row(stage: StageShape, place: int) -> dict[str, Any]:
    row = stage.model_dump(mode="json", include={"code", "name", "ok", "outcomes", "service_min"})
    return row | {"zone": stage.code, "position": place}


def _series_rows(preset: Preset) -> list[dict[str, Any]]:
    """Return the series and, as series of their own, the overflow letters."""
    main = [series.model_dump() for series in preset.series]
    spare = [{**row, "letter": row["overflow"], "overflow": None} for row in main if row["overflow"]]
    return main + spare


def _policy_rows(preset: Preset, valid_from: date) -> list[dict[str, Any]]:
    kinds: Mapping[str, Any] = {kind: preset.model_dump(mode="json")[kind] for kind in POLICIES}
    return [{"kind": kind, "valid_from": valid_from, "body": body} for kind, body in kinds.items()]


def _counter_rows(preset: Preset) -> list[dict[str, Any]]:
    ids = [(stage.code, counter) for stage in preset.stages for counter in preset.counters_of(stage)]
    closed = {"state": CounterState.CLOSED.value, "reason": None, "since": None}
    return [{"id": counter, "stage": stage, "position": place, **closed} for place, (stage, counter) in enumerate(ids)]


def _device_rows(preset: Preset) -> list[dict[str, Any]]:
    """Return a printer for each kiosk, the kiosks, and a board for each zone."""
    printers = [
        _device(f"printer-{kiosk.id.lower()}", "printer", f"Printer of {kiosk.name}") for kiosk in preset.kiosks
    ]
    kiosks = [
        _device(kiosk.id, "kiosk", kiosk.name, printer=printer["id"], settings={"accessible": kiosk.accessible})
        for kiosk, printer in zip(preset.kiosks, printers, strict=True)
    ]
    boards = [
        _device(f"board-{stage.code.lower()}", "board", f"Board {stage.code}", zone=stage.code)
        for stage in preset.stages
    ]
    return printers + kiosks + boards


def _device(id_: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": kind, "name": name, "zone": None, "printer": None, "settings": {}, **more}
