"""The report of a day: its figures, its certificate of fairness, and the seal under which it leaves the building."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.centre import CentreState
from server.domain.errors import InvalidInput
from server.domain.events.kinds import Kind
from server.domain.plan.plan import Plan
from server.domain.proof.seals import Seal
from server.services.figures.statistics import figures
from server.services.proof.verify import Verdict, certify
from server.services.setup.plans import plan_of
from server.storage.sql import centres, events
from server.storage.sql.events import DayEnd
from server.storage.transaction import Read


def report_of(read: Read, code: str, day: date | None, now: datetime, secret: bytes) -> dict[str, Any]:
    """Return the report of a centre's day; raises UnknownCentre, InvalidInput for a day that has not come."""
    return day_report(read, centres.centre_by_code(read, code), day, now, secret)


def day_report(read: Read, centre: CentreState, day: date | None, now: datetime, secret: bytes) -> dict[str, Any]:
    """Return the report of a business day; the last that was closed, else today, when `day` is None.

    `{centre, name, day, closed, printed, figures, certificate, freezes, seal}`. `certificate` is that of
    `server.domain.fairness` with `ok` and the first fault, `seal` holds `{seq, head, text}`; before the close of the
    day it stands for the events until now. Raises InvalidInput for a day that has not come.
    """
    ends = events.day_ends(read, centre.id)
    day = day or (ends[-1].day if ends else centre.day(now))
    if day > centre.day(now):
        raise InvalidInput(f"{day:%d-%m-%Y} has not come yet.")
    begin, end = _bounds(ends, day, centre)
    verdict = certify(read, centre, begin, end.seq)
    seal = Seal(centre.code, day, end.seq, end.head)
    return {
        "centre": centre.code,
        "name": centre.name,
        "day": day.isoformat(),
        "closed": any(one.day == day for one in ends),
        "printed": now.astimezone(ZoneInfo(centre.timezone)).isoformat(timespec="minutes"),
        "figures": figures(read, centre.id, day, day),
        "certificate": _certificate(read, centre, verdict, day),
        "freezes": _freezes(read, centre, begin, end.seq),
        "seal": {"seq": seal.seq, "head": seal.head, "text": seal.text(secret)},
    }


def _bounds(ends: list[DayEnd], day: date, centre: CentreState) -> tuple[int, DayEnd]:
    """Return (number of the last event before a day, end of the day); the end of a day that runs is now."""
    before = [one.seq for one in ends if one.day < day]
    present = DayEnd(day, centre.event_seq, centre.head)
    return max(before, default=0), next((one for one in reversed(ends) if one.day == day), present)


def _plan(read: Read, centre: CentreState, day: date) -> Plan:
    try:
        return plan_of(read, centre, day)
    except LookupError as error:
        raise InvalidInput(f"The centre had no rules yet on {day:%d-%m-%Y}.") from error


def _certificate(read: Read, centre: CentreState, verdict: Verdict, day: date) -> dict[str, Any]:
    """Return the certificate of one day with whether every promise was kept; a day without a call has none passed."""
    mine = next((one for one in verdict.days if one["day"] == day.isoformat()), None)
    quota = _plan(read, centre, day).calling.quota
    nothing = {
        "day": day.isoformat(),
        "calls": 0,
        "rules": {},
        "overtaken": {},
        "worst": 0.0,
        "bound": quota - 1 if quota else None,
        "out_of_order": {},
        "undone": 0,
        "unexplained": 0,
        "beyond_bound": 0,
    }
    faults = [asdict(fault) for fault in verdict.faults]
    return {**(mine or nothing), "ok": verdict.ok, "faults": faults, "events": verdict.events}


def _freezes(read: Read, centre: CentreState, after: int, until: int) -> list[dict[str, Any]]:
    """Return when the centre was stopped and let go on, in its own time: `{at, what, reason}`."""
    zone = ZoneInfo(centre.timezone)
    kinds = (Kind.CENTRE_FROZEN, Kind.CENTRE_RESUMED)
    return [
        {
            "at": e.at.astimezone(zone).strftime("%H:%M"),
            "what": e.kind.value,
            "reason": getattr(e.payload, "note", None),
        }
        for e in events.events_of_kinds(read, centre.id, kinds, after, until)
    ]
