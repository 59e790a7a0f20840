"""What pages need to know of a centre: its name, languages, stages, services and devices."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from server.domain.centre import CentreState
from server.domain.devices import Device
from server.domain.plan.plan import Names, Plan
from server.services.setup.plans import plan_of, rule_on
from server.services.setup.rules import NEEDS, ClocksShape, HoursShape
from server.storage.sql import centres
from server.storage.sql.devices import device_by_id, devices_of
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class Need:
    """A need of a citizen: its name and its pictogram."""

    name: Names
    icon: str


@dataclass(frozen=True, slots=True)
class Clocks:
    """The minutes of a stay that are very good, that are promised, and that are a breach."""

    high_performance_min: int
    promise_min: int
    breach_min: int


@dataclass(frozen=True, slots=True)
class TokenHours:
    """Between which wall-clock times tokens are given."""

    tokens: tuple[str, str]


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage as every page is told of it."""

    code: str
    name: Names
    zone: str


@dataclass(frozen=True, slots=True)
class CentreView:
    """A centre as every page is told of it."""

    code: str
    name: Names
    timezone: str
    languages: tuple[str, ...]
    stages: tuple[StageView, ...]


@dataclass(frozen=True, slots=True)
class DeviceCounts:
    """How many kiosks, boards and printers a centre has, and how many of the printers are set up."""

    kiosk: int
    board: int
    printer: int
    printer_ready: int


@dataclass(frozen=True, slots=True)
class CentreFacts:
    """A centre as its pages see it; `needs`, `hours` and `clocks` are those in force today."""

    id: int
    code: str
    name: Names
    timezone: str
    languages: tuple[str, ...]
    plan: Plan
    needs: Mapping[str, Need]
    hours: TokenHours
    clocks: Clocks
    ahead_s: int
    demo: bool

    def view(self) -> CentreView:
        """Return what every page is told."""
        stages = tuple(StageView(stage.code, stage.name, stage.zone) for stage in self.plan.stages.values())
        return CentreView(self.code, self.name, self.timezone, self.languages, stages)


def facts_of(read: Read, centre_id: int, now: datetime) -> CentreFacts:
    """Return the facts of a centre today; raises UnknownCentre."""
    centre = centres.centre_by_id(read, centre_id)
    return _facts(read, centre, now)


def device(read: Read, centre_id: int, device_id: str) -> Device | None:
    """Return a kiosk, a board or a printer, None when there is none of that id."""
    return device_by_id(read, centre_id, device_id)


def device_counts(read: Read, centre_id: int) -> DeviceCounts:
    """Return how many kiosks, boards and printers a centre has, and how many printers are set up."""
    kiosks, boards, printers = (devices_of(read, centre_id, kind) for kind in ("kiosk", "board", "printer"))
    ready = sum(bool(printer.settings) for printer in printers)
    return DeviceCounts(len(kiosks), len(boards), len(printers), ready)


def printers_of(read: Read, centre_id: int) -> dict[str, str]:
    """Return the names of the printers of a centre that can print, by id."""
    printers = devices_of(read, centre_id, "printer")
    return {printer.id: printer.name for printer in printers if printer.settings}


def centre_id_of(read: Read, code: str) -> int:
    """Return the id of a centre by its code; raises UnknownCentre."""
    return centres.centre_by_code(read, code).id


def centre_code(read: Read, centre_id: int) -> str:
    """Return the code of a centre; raises UnknownCentre."""
    return centres.centre_by_id(read, centre_id).code


def _facts(read: Read, centre: CentreState, now: datetime) -> CentreFacts:
    day = centre.today(now)
    rule = partial(rule_on, read, centre.id, day)
    return CentreFacts(
        id=centre.id,
        code=centre.code,
        name=centre.name,
        timezone=centre.timezone,
        languages=tuple(centre.languages),
        plan=plan_of(read, centre, day),
        needs={code: Need(need.name, need.icon) for code, need in rule(NEEDS).items()},
        hours=TokenHours(rule(HoursShape).tokens),
        clocks=Clocks(**dict(rule(ClocksShape))),
        ahead_s=centre.ahead_s,
        demo=centre.demo,
    )
