"""The figures of a period: how many came, how long they stayed and where they waited."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from server.domain.lifecycle import TokenEnd
from server.storage import queries
from server.storage.models import Step, Token

COMPLETED = frozenset({TokenEnd.DONE.value, TokenEnd.REFUSED.value})


def figures_of(conn: Connection, centre: str, first: date | None, last: date | None, now: datetime) -> dict[str, Any]:
    """Return the figures of business days `first` to `last` (today when None); raises UnknownCentre."""
    state = queries.centre_by_code(conn, centre)
    today = state.day(now)
    period = (first or last or today, last or today)
    return {"from": period[0].isoformat(), "to": period[1].isoformat(), **figures(conn, state.id, *period)}


def figures(conn: Connection, centre_id: int, first: date, last: date) -> dict[str, Any]:
    """Return `{issued, completed, ended: {state: n}, stay: {all|series: …}, wait: {stage: …}}`, in minutes.

    `stay` is from issue to exit of tokens that went all the way, `wait` from entering a stage to its call.
    """
    mine = (Token.centre_id == centre_id, Token.day >= first, Token.day <= last)
    rows = conn.execute(select(Token.klass, Token.issued_at, Token.ended_at, Token.ends).where(*mine)).all()
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
        "wait": _waits(conn, mine),
    }


def _waits(conn: Connection, mine: Iterable[Any]) -> Mapping[str, Any]:
    query = (
        select(Step.stage, Step.entered_at, Step.called_at)
        .join(Token, Token.id == Step.token_id)
        .where(*mine)
        .order_by(Step.seq)
    )
    waits: dict[str, list[float]] = defaultdict(list)
    for stage, entered, called in conn.execute(query):
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
