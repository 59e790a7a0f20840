"""What pages need to know of a centre: its name, languages, stages, services and devices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from server.domain.plan import Names, Plan
from server.services.plans import plan_of, policy
from server.storage import devices, queries
from server.storage.transaction import CentreState


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


def facts_of(conn: Connection, centre_id: int, now: datetime) -> CentreFacts:
    """Return the facts of a centre today; raises UnknownCentre."""
    centre = queries.centre_by_id(conn, centre_id)
    return _facts(conn, centre, now)


def device(conn: Connection, device_id: str) -> devices.DeviceRow | None:
    """Return a kiosk, a board or a printer, None when there is none of that id."""
    return devices.device_by_id(conn, device_id)


def device_counts(conn: Connection, centre_id: int) -> dict[str, int]:
    """Return how many kiosks, boards and printers a centre has, and how many printers are set up."""
    found = {kind: devices.devices_of(conn, centre_id, kind) for kind in ("kiosk", "board", "printer")}
    ready = sum(bool(printer.settings) for printer in found["printer"])
    return {**{kind: len(rows) for kind, rows in found.items()}, "printer_ready": ready}


def printers_of(conn: Connection, centre_id: int) -> dict[str, str]:
    """Return the names of the printers of a centre that can print, by id."""
    found = devices.devices_of(conn, centre_id, "printer")
    return {printer.id: printer.name for printer in found if printer.settings}


def centre_code(conn: Connection, centre_id: int) -> str:
    """Return the code of a centre; raises UnknownCentre."""
    return queries.centre_by_id(conn, centre_id).code


def _facts(conn: Connection, centre: CentreState, now: datetime) -> CentreFacts:
    day = centre.day(now)
    return CentreFacts(
        id=centre.id,
        code=centre.code,
        name=centre.name,
        timezone=centre.timezone,
        languages=tuple(centre.languages),
        plan=plan_of(conn, centre, day),
        needs=dict(policy(conn, centre.id, "needs", day)),
        hours=dict(policy(conn, centre.id, "hours", day)),
        clocks=dict(policy(conn, centre.id, "clocks", day)),
        demo=centre.demo,
    )
