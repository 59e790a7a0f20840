"""The report of a day: its figures, its certificate of fairness, and the seal under which it leaves the building."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from server.domain.errors import InvalidInput
from server.domain.events import Kind
from server.domain.plan import Plan
from server.domain.seals import Seal
from server.services.plans import plan_of
from server.services.statistics import figures
from server.services.verification import Verdict, certify
from server.storage import queries, records
from server.storage.records import DayEnd
from server.storage.transaction import CentreState


def report_of(conn: Connection, code: str, day: date | None, now: datetime, secret: bytes) -> dict[str, Any]:
    """Return the report of a centre's day; raises UnknownCentre, and InvalidInput as `day_report` does."""
    return day_report(conn, queries.centre_by_code(conn, code), day, now, secret)


def day_report(conn: Connection, centre: CentreState, day: date | None, now: datetime, secret: bytes) -> dict[str, Any]:
    """Return the report of a business day; the last that was closed, else today, when `day` is None.

    `{centre, name, day, closed, printed, figures, certificate, freezes, seal}`. `certificate` is that of
    `server.domain.fairness` with `ok` and the first fault, `seal` holds `{seq, head, text}`; before the close of the
    day it stands for the events until now. Raises InvalidInput for a day that has not come or had no rules yet.
    """
    ends = records.day_ends(conn, centre.id)
    day = day or (ends[-1].day if ends else centre.day(now))
    if day > centre.day(now):
        raise InvalidInput(f"{day:%d-%m-%Y} has not come yet.")
    begin, end = _bounds(ends, day, centre)
    verdict = certify(conn, centre, begin, end.seq)
    seal = Seal(centre.code, day, end.seq, end.head)
    return {
        "centre": centre.code,
        "name": centre.name,
        "day": day.isoformat(),
        "closed": any(one.day == day for one in ends),
        "printed": now.astimezone(ZoneInfo(centre.timezone)).isoformat(timespec="minutes"),
        "figures": figures(conn, centre.id, day, day),
        "certificate": _certificate(conn, centre, verdict, day),
        "freezes": _freezes(conn, centre, begin, end.seq),
        "seal": {"seq": seal.seq, "head": seal.head, "text": seal.text(secret)},
    }


def _plan(conn: Connection, centre: CentreState, day: date) -> Plan:
    try:
        return plan_of(conn, centre, day)
    except LookupError as error:
        raise InvalidInput(f"The centre had no rules yet on {day:%d-%m-%Y}.") from error


def _bounds(ends: list[DayEnd], day: date, centre: CentreState) -> tuple[int, DayEnd]:
    """Return (number of the last event before a day, end of the day); the end of a day that runs is now."""
    before = [one.seq for one in ends if one.day < day]
    present = DayEnd(day, centre.event_seq, centre.head)
    return max(before, default=0), next((one for one in reversed(ends) if one.day == day), present)


def _certificate(conn: Connection, centre: CentreState, verdict: Verdict, day: date) -> dict[str, Any]:
    """Return the certificate of one day with whether every promise was kept; a day without a call has none passed."""
    mine = next((one for one in verdict.days if one["day"] == day.isoformat()), None)
    quota = _plan(conn, centre, day).calling.quota
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


def _freezes(conn: Connection, centre: CentreState, after: int, until: int) -> list[dict[str, Any]]:
    """Return when the centre was stopped and let go on, in its own time: `{at, what, reason}`."""
    zone = ZoneInfo(centre.timezone)
    kinds = (Kind.CENTRE_FROZEN, Kind.CENTRE_RESUMED)
    return [
        {"at": at.astimezone(zone).strftime("%H:%M"), "what": kind.value, "reason": data.get("reason")}
        for at, kind, data in records.events_of_kinds(conn, centre.id, kinds, after, until)
    ]


def certificate_lines(day: Mapping[str, Any]) -> list[str]:
    """Return the certificate of a day as lines of text."""
    bound = "no bound promised" if day["bound"] is None else f"at most {day['bound']} promised"
    rules = ", ".join(f"{count} {rule.replace('_', ' ')}" for rule, count in day["rules"].items()) or "none"
    lines = [
        f"Certificate of fairness, {day['day']}",
        f"  calls              {day['calls']} ({rules})",
        f"  overtaken ÷ (k+1)  {day['worst']:.2f} at worst, {bound}",
    ]
    for klass, spread in day["overtaken"].items():
        told = f"mean {spread['mean']:.2f}, p95 {spread['p95']}, most {spread['max']}"
        lines.append(f"  overtaken, {klass}       {told} ({spread['tokens']} calls)")
    for why, count in day["out_of_order"].items():
        lines.append(f"  out of order       {count} × {why.replace('_', ' ')}")
    lines.append(f"  taken back         {day['undone']}")
    broken = day["unexplained"] + day["beyond_bound"]
    return [*lines, f"  promises broken    {broken}"]


def report_lines(told: Mapping[str, Any]) -> list[str]:
    """Return the report of a day as lines of text."""
    count, name = told["figures"], told["name"].get("en") or next(iter(told["name"].values()))
    stay = count["stay"].get("all", {"n": 0})
    ended = ", ".join(f"{n} {state.replace('_', ' ')}" for state, n in sorted(count["ended"].items())) or "nobody yet"
    lines = [
        f"{name} ({told['centre']}), {told['day']}{'' if told['closed'] else ', not closed yet'}",
        f"{count['issued']} tokens: {ended}.",
    ]
    if stay["n"]:
        lines.append(f"Stay of {stay['n']}: p50 {stay['p50']}, p90 {stay['p90']}, p95 {stay['p95']} minutes.")
    lines += [f"{one['at']} {one['what']} {one['reason'] or ''}".rstrip() for one in told["freezes"]]
    lines += ["", *certificate_lines(told["certificate"])]
    lines += [f"  event {fault['seq']}: {fault['text']}" for fault in told["certificate"]["faults"][:5]]
    return [*lines, "", f"Seal: {told['seal']['text']}"]
