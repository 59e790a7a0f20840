"""The rows of a centre, read as they stand, and what they promise by themselves."""

from datetime import timedelta
from itertools import product
from typing import Any

from sqlalchemy import Connection, bindparam, select

from server.domain.forecast import LineFacts
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step
from server.storage.base import Base
from server.storage.known_floor import KnownLine
from server.storage.sql import centres, line, numbers
from server.storage.statements import Statement
from server.storage.tables import answers, events, floor
from server.storage.tables.numbers import LeaseTable, SeriesDayTable
from server.storage.transaction import Transaction
from tests.services.machine.plan import LAST, STAGES
from tests.services.machine.state import AT

Rows = dict[str, Any]
OWN = (
    *("id", "label", "day", "klass", "service", "route", "language", "need", "party", "access", "then"),
    *("aged_from", "emergency_at", "ends", "decision"),
)
SPANS = ("waiting", "coming", "serving", "parked", "away", "stopped")
STEP = (
    *("seq", "stage", "state", "since", "only", "ways_back", "counter", "beside"),
    *("calls", "first_called", "until"),
)


def _all_of(kind: type[Base]) -> tuple[list[str], Statement]:
    """Return the columns of a table and what reads its rows of a centre."""
    table = kind.__table__
    query = select(table).where(table.c.centre_id == bindparam("centre")).order_by(*table.primary_key)
    return [column.name for column in table.c], Statement(query)


_KINDS = (
    *(floor.TokenTable, floor.StepTable, floor.CounterTable, floor.HelperTable, floor.CallGroupTable),
    *(SeriesDayTable, LeaseTable, answers.AnswerTable),
)
_TABLES = {kind.__tablename__: _all_of(kind) for kind in _KINDS}
_EVENT = events.EventTable
_EVENTS = Statement(select(_EVENT.seq, _EVENT.hash).where(_EVENT.centre_id == bindparam("centre")).order_by(_EVENT.seq))


def read_rows(conn: Connection, centre: int) -> Rows:
    """Return all rows of a centre that a command may change, by table."""
    rows: Rows = {"centre": centres.centre_by_id(conn, centre), "event": _EVENTS.rows(conn, centre=centre)}
    for name, (columns, statement) in _TABLES.items():
        rows[name] = [dict(zip(columns, row, strict=True)) for row in statement.rows(conn, centre=centre)]
    return rows


def tokens_of(rows: Rows) -> dict[str, Rows]:
    """Return what the tables say of each token, in the words of the model."""
    steps = {row["seq"]: row for row in rows["step"]}
    return {row["id"]: told(row, steps[row["step_seq"]], row["ended_at"] is not None) for row in rows["token"]}


def told(token: Rows, step: Rows, ended: bool) -> Rows:
    """Return what the model and the tables both say of a token; of one that has ended, only how."""
    own = {name: token[name] for name in OWN} | {"ended": ended}
    return own if ended else own | {name: step[name] for name in STEP} | {"ways_back": _ways(step["ways_back"])}


def _ways(ways: tuple[Any, ...]) -> tuple[tuple[str, str | None], ...]:
    """Return ways back as the model has them, of a row or of the model."""
    return tuple(way if isinstance(way, tuple) else (way.stage, way.only) for way in ways)


def assert_same(found: dict[str, Rows], promised: dict[str, Rows]) -> None:
    """Assert that both speak of the same things and say the same, naming what differs."""
    assert found.keys() == promised.keys(), f"not in both: {sorted(found.keys() ^ promised.keys())}"
    for id_, row in found.items():
        other = {name: (row.get(name), value) for name, value in promised[id_].items() if row.get(name) != value}
        assert not other, f"{row.get('label', id_)} differs, (found, promised): {other}"


def assert_known(tx: Transaction) -> None:
    """Assert that what was kept of the floor is as its rows stand, and let all of it be kept."""
    known, centre, now = tx.known, tx.centre.id, tx.now
    for stage, planned in product(STAGES, (False, True)):
        hall = line.hall(tx.conn, centre, stage, planned=planned)()
        assert known.halls.setdefault((stage, planned), hall) == hall, (
            f"what was kept of the counters at {stage} is old"
        )
    for stage in STAGES:
        step = Step(tx.next_seq, stage, StepState.WAITING, now, now, now)
        facts = line.in_line(tx.conn, centre, step)()
        kept = known.lines.setdefault(stage, KnownLine(facts, (now, step.seq)))
        assert _line(kept.facts) == _line(facts), f"what was kept of the line at {stage} is old"
    for (day, letter), last in known.numbers.items():
        assert last == numbers.last_number(tx.conn, centre, day, letter), f"what was kept of series {letter} is old"


def _line(facts: LineFacts) -> object:
    """Return what a line tells, whichever is told first: who waits by step, lane and age, how many, and elsewhere."""
    waiting = sorted((each.step, each.lane, each.since) for each in facts.waiting)
    return waiting, {(count.lane, count.waiting) for count in facts.counts}, dict(facts.elsewhere)


def assert_whole(rows: Rows) -> None:
    """Assert conservation, one person at a counter, events without a gap, numbers without a gap or a double."""
    open_steps = [step["token_id"] for step in rows["step"] if step["state"] not in ("done", "skipped")]
    under_way = [token["id"] for token in rows["token"] if token["ended_at"] is None]
    assert sorted(open_steps) == sorted(under_way), "tokens are not conserved"
    assert_lives(rows)
    busy = [step["counter"] for step in rows["step"] if step["state"] in AT]
    busy += [helper["counter"] for helper in rows["helper"]]
    assert len(busy) == len(set(busy)), "a counter has two people at once"
    assert [seq for seq, _ in rows["event"]] == list(range(1, rows["centre"].event_seq + 1)), "an event is missing"
    assert rows["centre"].head == (rows["event"][-1][1] if rows["event"] else ""), "the head is not the last hash"
    for series in rows["series_day"]:
        _assert_numbers(series, rows)


def assert_lives(rows: Rows) -> None:
    """Assert that no label is twice live, and that the spans of a life add up to it, to the millisecond."""
    live = [token["label"] for token in rows["token"] if token["ended_at"] is None]
    assert len(live) == len(set(live)), "a label is twice live"
    sums: dict[str, int] = {}
    since = {step["token_id"]: step["state_since"] for step in rows["step"]}
    for step in rows["step"]:
        sums[step["token_id"]] = sums.get(step["token_id"], 0) + sum(step[span] for span in SPANS)
    for token in rows["token"]:
        until = token["ended_at"] or since[token["id"]]
        lived = (until - token["issued_at"]) // timedelta(milliseconds=1)
        assert sums[token["id"]] == lived, f"the spans of {token['label']} are {sums[token['id']]} ms of {lived} ms"


def _assert_numbers(series: Rows, rows: Rows) -> None:
    """Numbers given to tokens and leased blocks fill a series of a day from 1 to its last."""
    day, letter, last = series["day"], series["letter"], series["last"]
    mine = [token for token in rows["token"] if (token["day"], token["series"]) == (day, letter)]
    blocks = [lease for lease in rows["lease"] if (lease["day"], lease["letter"]) == (day, letter)]
    leased = [number for block in blocks for number in range(block["first"], block["last"] + 1)]
    given = [token["number"] for token in mine if not token["entered_by_hand"]]
    assert len(given + leased) == len({*given, *leased}), f"series {letter} has a double"
    skipped = set(range(1, last + 1)) - {*given, *leased}
    earlier = {t["number"] for t in rows["token"] if t["series"] == letter and t["day"] < day}
    pads = [b for b in rows["lease"] if b["letter"] == letter and b["day"] < day]
    earlier |= {number for b in pads for number in range(b["first"], b["last"] + 1)}
    assert skipped <= earlier, f"series {letter} has a gap"
    assert max([0, *given, *leased]) <= last, f"series {letter} has more numbers than it knows of"
    by_hand = [token["number"] for token in mine if token["entered_by_hand"]]
    assert len(by_hand) == len(set(by_hand)), f"a paper number of {letter} was entered twice"
    assert set(by_hand) <= set(leased), f"a number of {letter} was entered that nobody leased"
    assert last <= LAST.get(letter, 999), f"series {letter} goes beyond its end"
