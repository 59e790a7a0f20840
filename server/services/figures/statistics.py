"""The figures of a period: how many came, how long they stayed and where they waited."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from server.domain.token.lifecycle import TokenEnd
from server.storage.sql import centres
from server.storage.tables.floor import StepTable, TokenTable
from server.storage.transaction import Read

COMPLETED = frozenset({TokenEnd.DONE.value, TokenEnd.REFUSED.value})


def figures_of(read: Read, centre: str, first: date | None, last: date | None, now: datetime) -> dict[str, Any]:
    """Return the figures of business days `first` to `last` (today when None); raises UnknownCentre."""
    state = centres.centre_by_code(read, centre)
    today = state.day(now)
    period = (first or last or today, last or today)
    return {"from": period[0].isoformat(), "to": period[1].isoformat(), **figures(read, state.id, *period)}


def figures(read: Read, centre_id: int, first: date, last: date) -> dict[str, Any]:
    """Return `{issued, completed, ended: {state: n}, stay: {all|series: …}, wait: {stage: …}}`, in minutes.

    `stay` is from issue to exit of tokens that went all the way, `wait` from entering a stage to its call.
    """
    mine = (TokenTable.centre_id == centre_id, TokenTable.day >= first, TokenTable.day <= last)
    rows = read.execute(
        select(TokenTable.klass, TokenTable.issued_at, TokenTable.ended_at, TokenTable.ends).where(*mine)
    ).all()
    ended = Counter(row.ends for row in rows if row.ended_at is not None)
    stays: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.ended_at is not None and row.ends in COMPLETED:
            minutes = _minutes(row.issued_at, row.ended_at)
            stays["all"].append(minutes)
            stays[row.klass].append(minutes)
    return {
        "issued": len(rows),
        "completed": len(stays["all"]),
        "ended": dict(ended),
        "stay": {name: _spread(values, (50, 90, 95)) for name, values in sorted(stays.items())},
        "wait": _waits(read, mine),
    }


def _waits(read: Read, mine: Iterable[Any]) -> Mapping[str, Any]:
    query = (
        select(StepTable.stage, StepTable.entered_at, StepTable.last_called)
        .join(TokenTable, TokenTable.id == StepTable.token_id)
        .where(*mine)
        .order_by(StepTable.seq)
    )
    waits: dict[str, list[float]] = defaultdict(list)
    for stage, entered, called in read.execute(query):
        if called is not None:
            waits[stage].append(_minutes(entered, called))
    return {stage: _spread(values, (50, 90)) for stage, values in waits.items()}


def _spread(values: Sequence[float], percents: Iterable[int]) -> dict[str, float]:
    return {"n": len(values), **{f"p{p}": round(percentile(values, p), 1) for p in percents}} if values else {"n": 0}


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile by linear interpolation between the closest ranks (Hyndman and Fan, type 7)."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _minutes(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() / 60
