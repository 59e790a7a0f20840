"""What pages need to know of a centre: its name, languages, stages, services and devices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain import devices
from server.domain.centre import CentreState
from server.domain.plan.plan import Names, Plan
from server.services.setup.plans import plan_of, policy
from server.storage.sql import centres
from server.storage.sql.devices import device_by_id, devices_of
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class CentreFacts:
    """A centre as its pages see it; `hours` and `clocks` are the policies in force today."""

    id: int
    code: str
    name: Names
    timezone: str
    languages: tuple[str, ...]
    plan: Plan
    needs: dict[str, dict[str, Any]]
    hours: dict[str, Any]
    clocks: dict[str, Any]
    demo: bool

    def view(self) -> dict[str, Any]:
        """Return what every page is told."""
        stages = self.plan.stages.values()
        return {
            "code": self.code,
            "name": self.name,
            "timezone": self.timezone,
            "languages": self.languages,
            "stages": [{"code": s.code, "name": s.name, "zone": s.zone} for s in stages],
        }


def facts_of(read: Read, centre_id: int, now: datetime) -> CentreFacts:
    """Return the facts of a centre today; raises UnknownCentre."""
    centre = centres.centre_by_id(read, centre_id)
    return _facts(read, centre, now)


def device(read: Read, centre_id: int, device_id: str) -> devices.Device | None:
    """Return a kiosk, a board or a printer, None when there is none of that id."""
    return device_by_id(read, centre_id, device_id)


def device_counts(read: Read, centre_id: int) -> dict[str, int]:
    """Return how many kiosks, boards and printers a centre has, and how many printers are set up."""
    found = {kind: devices_of(read, centre_id, kind) for kind in ("kiosk", "board", "printer")}
    ready = sum(bool(printer.settings) for printer in found["printer"])
    return {**{kind: len(rows) for kind, rows in found.items()}, "printer_ready": ready}


def printers_of(read: Read, centre_id: int) -> dict[str, str]:
    """Return the names of the printers of a centre that can print, by id."""
    found = devices_of(read, centre_id, "printer")
    return {printer.id: printer.name for printer in found if printer.settings}


def centre_code(read: Read, centre_id: int) -> str:
    """Return the code of a centre; raises UnknownCentre."""
    return centres.centre_by_id(read, centre_id).code


def _facts(read: Read, centre: CentreState, now: datetime) -> CentreFacts:
    day = centre.day(now)
    return CentreFacts(
        id=centre.id,
        code=centre.code,
        name=centre.name,
        timezone=centre.timezone,
        languages=tuple(centre.languages),
        plan=plan_of(read, centre, day),
        needs=dict(policy(read, centre.id, "needs", day)),
        hours=dict(policy(read, centre.id, "hours", day)),
        clocks=dict(policy(read, centre.id, "clocks", day)),
        demo=centre.demo,
    )
