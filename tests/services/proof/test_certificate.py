"""The certificate of a day says what an independent count of its log says."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from server.domain.actors import By
from server.domain.events.event import Event
from server.domain.events.kinds import Kind, TokenEvent, TokenStarted
from server.domain.events.payloads import TokenCalled, TokenUndone
from server.domain.proof.certificates import Certificate
from server.domain.token.lifecycle import CounterState
from server.services.floor import counters, serve, undo
from server.services.floor.call import call_next, call_token
from server.services.proof.verify import Verdict, verify
from server.simulation.floor import Floor
from server.storage import schema
from server.storage.database import Database
from server.storage.sql import centres, tokens
from server.storage.sql.events import events_between
from server.storage.transaction import Transaction
from tests.factories import CENTRE, at_time, install_floor

DAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)  # in Asia/Kolkata
AFTER = NOON + timedelta(minutes=30)


@dataclass
class Visit:
    """One stay of a token in the line of a stage; `left` is the event that ended it, perhaps its call."""

    klass: str
    stage: str
    place: tuple[datetime, int]
    joined: int
    left: int = 10**9
    call: Event | None = None


@dataclass(frozen=True)
class Day:
    """The log of a day and what the replay says of it."""

    events: list[Event]
    verdict: Verdict

    @property
    def certificate(self) -> Certificate:
        """The certificate of the day."""
        return self.verdict.days[0]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Return the half of a day on which two granting officers are absent and a third one does as they please."""
    url = f"sqlite:///{Path(tmp_path_factory.mktemp('day')) / 'day.sqlite'}"
    schema.migrate(url, synchronous="OFF")
    db = Database(url, synchronous="OFF")
    hall = install_floor(db)
    floor = Floor(db, hall.centre_id, hall.preset, random.Random(1), {"C": 4})
    floor.begin_day(DAY)
    run(floor, NOON)
    act_by_hand(db, hall.centre_id)
    run(floor, AFTER)
    floor.end_day(AFTER)
    events = db.read(lambda conn: list(events_between(conn, hall.centre_id, 0, 10**6)))
    yield Day(events, db.read(lambda conn: verify(conn, centres.centre_by_code(conn, CENTRE))))
    db.close()


def run(floor: Floor, until: datetime) -> None:
    while floor.next_at is not None and floor.next_at < until:
        floor.run_next()


def act_by_hand(db: Database, centre_id: int) -> None:
    """Call three out of order, and one by the rule whose call is taken back."""

    def last_of_line(tx: Transaction) -> str:
        waiting = [t for t in tokens.open_tokens(tx.conn, centre_id) if (t.step.stage, t.state) == ("C", "waiting")]
        return waiting[-1].id

    def out_of_order(tx: Transaction, why: str) -> None:
        call_token(at_time(tx, NOON), By("test", "C6"), last_of_line(tx), why)
        serve.act(at_time(tx, NOON), By("test", "C6"), TokenStarted)
        serve.finish(at_time(tx, NOON), By("test", "C6"))

    db.write(centre_id, lambda tx: counters.set_state(at_time(tx, NOON), "C6", CounterState.OPEN, By("test")))
    for why in ("unwell", "unwell", "instruction"):
        db.write(centre_id, partial(out_of_order, why=why))
    db.write(centre_id, lambda tx: call_next(at_time(tx, NOON), By("test", "C6")))
    db.write(centre_id, lambda tx: undo.undo_at(at_time(tx, NOON), By("test", "C6")))


def visits(events: list[Event]) -> dict[str, list[Visit]]:
    """Return every stay in a line, by stage, from the log alone."""
    found: dict[str, list[Visit]] = defaultdict(list)
    waiting: dict[str, Visit] = {}
    for event in events:
        if not isinstance(event.payload, TokenEvent):
            continue
        token = event.payload.token
        step = token.step
        stays = step.state.value == "waiting" and not token.ended
        if token.id in waiting and not (stays and waiting[token.id].place == (step.since, step.seq)):
            visit = waiting.pop(token.id)
            visit.left = event.seq
            visit.call = event if event.kind is Kind.TOKEN_CALLED else None
        if stays and token.id not in waiting:
            visit = Visit(token.klass, step.stage, (step.since, step.seq), event.seq)
            waiting[token.id] = visit
            found[visit.stage].append(visit)
    return found


def overtakings(visit: Visit, line: list[Visit]) -> list[Event]:
    """Return the calls of younger ones at its stage during a stay in the line."""
    younger = (v.call for v in line if v.call is not None and v.place > visit.place)
    return sorted((call for call in younger if visit.joined < call.seq < visit.left), key=lambda call: call.seq)


def elders(visit: Visit, line: list[Visit], given_back: list[int], until: int) -> int:
    """Return how many older ones were in the line at some moment of a stay, and the turns given back in it."""
    older = [v for v in line if v.place < visit.place and v.joined < until and v.left > visit.joined]
    return len(older) + sum(visit.joined <= seq < until for seq in given_back)


def rule_of(call: Event) -> str:
    """Return by which rule somebody was called."""
    assert isinstance(call.payload, TokenCalled)
    return call.payload.reason.rule


def undone_calls(events: list[Event], stage: str) -> list[int]:
    """Return the numbers of the events by which calls at a stage were taken back."""
    undone = [(e.seq, e.payload) for e in events if isinstance(e.payload, TokenUndone)]
    return [seq for seq, p in undone if p.of is Kind.TOKEN_CALLED and p.token.step.stage == stage]


def test_the_calls_are_counted_by_rule_and_those_out_of_order_by_reason(day: Day) -> None:
    calls = [event.payload.reason for event in day.events if isinstance(event.payload, TokenCalled)]
    rules = Counter(reason.rule for reason in calls)
    reasons = Counter(reason.params["why"] for reason in calls if "why" in reason.params)
    assert day.certificate.calls == len(calls) > 500
    assert day.certificate.rules == rules
    assert day.certificate.out_of_order == reasons == {"unwell": 2, "instruction": 1}
    assert day.certificate.undone == 1


def test_how_often_people_were_overtaken_is_counted_by_class(day: Day) -> None:
    counts: dict[str, list[int]] = defaultdict(list)
    for line in visits(day.events).values():
        for visit in line:
            if visit.call is not None:
                counts[visit.klass].append(len(overtakings(visit, line)))
    told = {
        klass: {
            "tokens": len(values),
            "mean": round(sum(values) / len(values), 2),
            "p95": sorted(values)[-(-len(values) * 95 // 100) - 1],
            "max": max(values),
        }
        for klass, values in counts.items()
    }
    assert {klass: asdict(spread) for klass, spread in day.certificate.overtaken.items()} == told
    assert told["N"]["max"] > 1


def test_the_worst_share_of_the_bound_is_that_of_the_intervals_in_line(day: Day) -> None:
    shares = [0.0]
    for stage, line in visits(day.events).items():
        given_back = undone_calls(day.events, stage)
        for visit in line:
            passed = [call for call in overtakings(visit, line) if rule_of(call) != "out_of_order"]
            for number, call in enumerate(passed, 1):
                shares.append(number / (elders(visit, line, given_back, call.seq) + 1))
    assert day.certificate.worst == round(max(shares), 2) > 0.5
    assert day.certificate.bound == 2 >= day.certificate.worst


def test_a_day_that_was_kept_by_the_rule_has_no_fault(day: Day) -> None:
    assert day.verdict.faults == []
    assert (day.certificate.unexplained, day.certificate.beyond_bound) == (0, 0)
    assert len(day.verdict.days) == 1
