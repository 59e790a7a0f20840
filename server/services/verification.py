"""Proves a centre's record: replays its events and compares every promise with what the tables say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from server.domain.errors import Refused
from server.domain.events import Event, Kind, fingerprint
from server.domain.fairness import Audit
from server.domain.hours import Freeze, active_seconds
from server.domain.lifecycle import AT_COUNTER, StepState
from server.domain.plan import Plan
from server.domain.replay import ACTIONS, replayed, same
from server.domain.tokens import Token, from_record
from server.services.freezes import KEPT
from server.services.plans import plan_of
from server.services.records import counter_view
from server.services.snapshots import events_between
from server.storage import models, queries, records
from server.storage.transaction import CentreState

FAULTS_KEPT = 100
REMEMBERED_S = 3600
STEPS_KEPT = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken promise: a stable code, the event where it shows, and a sentence."""

    code: str
    seq: int
    text: str


@dataclass(slots=True)
class Verdict:
    """What the replay of a centre found; `days` are the certificates of fairness, oldest first."""

    tokens: int = 0
    events: int = 0
    leased: int = 0
    void: int = 0
    faults: list[Fault] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every promise was kept."""
        return not self.faults

    def fault(self, code: str, seq: int, text: str) -> None:
        """Note a broken promise; only the first hundred are kept."""
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(Fault(code, seq, text))


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at an event, as it left the building on a day report."""

    seq: int
    head: str


def verify(conn: Connection, centre: CentreState, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Replay all events of a centre. Memory grows with the tokens under way, not with the history.

    `anchors` are heads from reports outside: a record that was cut off or written anew does not pass through them.
    """
    replay = _Replay(conn, centre, {anchor.seq: anchor.head for anchor in anchors})
    for event in events_between(conn, centre.id, 0, centre.event_seq):
        replay.apply(event)
    return replay.conclude()


def certify(conn: Connection, centre: CentreState, after: int, until: int) -> Verdict:
    """Replay the events after + 1 … until and judge their calls; what stands in the tables is not compared.

    The replay begins with the hash of event `after`, and takes tokens of before as that event left them.
    """
    replay = _Replay(conn, centre, {}, after)
    for event in events_between(conn, centre.id, after, until):
        replay.apply(event)
    replay.verdict.events -= after
    return replay.judge()


@dataclass(slots=True)
class _Past:
    """A token with the records before its latest events, so that an undo can be checked."""

    token: Token
    steps: list[tuple[Event, Token]] = field(default_factory=list)

    def move(self, event: Event, after: Token) -> None:
        """Go on to the record after an event."""
        self.steps = [*self.steps[-STEPS_KEPT:], (event, self.token)]
        self.token = after

    def undone(self, seq: int) -> tuple[Event, Token] | None:
        """Take back the latest event if it has this number, and return it with the record before it."""
        if not self.steps or self.steps[-1][0].seq != seq:
            return None
        return self.steps.pop()


@dataclass(slots=True)
class _Numbers:
    """The numbers of a series on a day: the last of the row, and those leased and not yet used."""

    last: int
    leased: set[int] = field(default_factory=set)


class _Replay:
    def __init__(self, conn: Connection, centre: CentreState, anchors: Mapping[int, str], after: int = 0) -> None:
        self._conn, self._centre, self._anchors, self._begin = conn, centre, anchors, after
        self.verdict = Verdict(events=after)
        self._head = records.hash_of(conn, centre.id, after)
        self._open: dict[str, _Past] = {}
        self._ended: dict[str, _Past] = {}
        self._counters: dict[str, Mapping[str, Any]] = {}
        self._at_counter: dict[str, str] = {}
        self._numbers: dict[tuple[date, str], _Numbers] = {}
        self._freezes: list[Freeze] = []
        self._audit = Audit(self._plan)

    def apply(self, event: Event) -> None:
        """Check one event against what came before it, then take it as the new state."""
        self._check_chain(event)
        self.verdict.events += 1
        if event.kind is Kind.TOKEN_ISSUED:
            self._issue(event)
        elif event.kind in ACTIONS:
            self._act(event)
        elif event.kind is Kind.TOKEN_UNDONE:
            self._undo(event)
        else:
            self._note(event)

    def conclude(self) -> Verdict:
        """Compare what the replay ended with and the tables."""
        last = self._centre.event_seq
        if self.verdict.events != last:
            self.verdict.fault("event_missing", last, f"{last} events promised, {self.verdict.events} found.")
        if self._head != self._centre.head:
            self.verdict.fault("chain_broken", last, "The last hash is not the head of the centre.")
        for seq in (seq for seq in self._anchors if seq > last):
            self.verdict.fault("anchor_missed", seq, f"A report speaks of event {seq}, the record ends at {last}.")
        self._compare(past.token for past in self._open.values())
        self._compare(past.token for past in self._ended.values())
        self._compare_counters()
        self._count_tokens()
        return self.judge()

    def judge(self) -> Verdict:
        """Add the certificates of the days."""
        self.verdict.days = [day.view() for day in self._audit.days.values()]
        return self.verdict

    def _plan(self, at: datetime) -> Plan:
        return plan_of(self._conn, self._centre, self._centre.day(at))

    def _check_chain(self, event: Event) -> None:
        expected = self.verdict.events + 1
        if event.seq != expected:
            self.verdict.fault("event_missing", event.seq, f"Event {expected} is missing.")
            self.verdict.events = event.seq - 1
        true = fingerprint(event.seq, event.at, event.kind.value, event.actor, event.data, self._head)
        if event.hash != true:
            self.verdict.fault("chain_broken", event.seq, f"Event {event.seq} is not what was written.")
        if self._anchors.get(event.seq, event.hash) != event.hash:
            self.verdict.fault("anchor_missed", event.seq, f"A report has another head at event {event.seq}.")
        self._head = event.hash

    def _issue(self, event: Event) -> None:
        token = from_record(event.data["token"])
        self.verdict.tokens += 1
        self._number(event, token)
        self._open[token.id] = _Past(token)
        self._audit.change(None, token)
        self._forget(event.at)

    def _number(self, event: Event, token: Token) -> None:
        """Numbers follow each other without a gap; a leased one is used once, in any order."""
        given = self._numbers_of(token.day, token.series)
        if token.entered_by_hand:
            if token.number not in given.leased:
                self.verdict.fault("number_doubled", event.seq, f"{token.label} was not leased, or used before.")
            given.leased.discard(token.number)
            return
        expected = given.last + 1
        if token.number != expected:
            code = "number_doubled" if token.number < expected else "number_gap"
            self.verdict.fault(code, event.seq, f"{token.label} was issued, number {expected} was due.")
        given.last = max(token.number, expected)

    def _numbers_of(self, day: date, letter: str) -> _Numbers:
        given = self._numbers.get((day, letter))
        if given is None:
            given = self._numbers[day, letter] = _Numbers(self._first(letter) - 1)
        return given

    def _first(self, letter: str) -> int:
        query = select(models.Series.first).where(
            models.Series.centre_id == self._centre.id, models.Series.letter == letter
        )
        return self._conn.execute(query).scalar_one_or_none() or 1

    def _act(self, event: Event) -> None:
        after = from_record(event.data["token"])
        past = self._open.get(after.id) or self._from_before(after.id)
        if past is None:
            self.verdict.fault("not_under_way", event.seq, f"{after.label} is changed but not under way.")
            return
        before = past.token
        self._check_action(event, before, after)
        if event.kind is Kind.TOKEN_CALLED:
            self._judge_call(event, before, after)
        past.move(event, after)
        self._follow(event, before, after)

    def _from_before(self, token_id: str) -> _Past | None:
        """Return a token as it stood before the first event of this replay, with its latest steps; None without any."""
        if not self._begin or token_id in self._ended:
            return None
        latest = records.latest_of(self._conn, self._centre.id, token_id, self._begin, STEPS_KEPT)
        if not latest:
            return None
        stood = [from_record(event.data["token"]) for event in latest]
        past = self._open[token_id] = _Past(stood[-1], list(zip(latest[1:], stood[:-1], strict=True)))
        self._audit.change(None, past.token)
        return past

    def _judge_call(self, event: Event, before: Token, after: Token) -> None:
        if before.step.state is not StepState.WAITING:
            return
        age = partial(active_seconds, end=event.at, freezes=self._freezes)
        fault = self._audit.call(event, before, after, age)
        if fault is not None:
            self.verdict.fault(fault[0], event.seq, fault[1])

    def _undo(self, event: Event) -> None:
        after = from_record(event.data["token"])
        past = self._open.get(after.id) or self._ended.pop(after.id, None) or self._from_before(after.id)
        undone = None if past is None else past.undone(event.data["undoes"])
        if past is None or undone is None:
            self.verdict.fault("wrong_undo", event.seq, f"{after.label} had no such action to undo.")
            return
        action, before = undone
        if before != after:
            self.verdict.fault("wrong_undo", event.seq, f"{after.label} is not as it was before the action.")
        present, past.token = past.token, after
        self._open[after.id] = past
        self._follow(event, present, after)
        self._audit.day(after.day).undone += 1
        if action.kind is Kind.TOKEN_CALLED:
            self._audit.undo_call(action, after)

    def _follow(self, event: Event, before: Token, after: Token) -> None:
        """Take over a changed token: its place in the line, its counters, and whether it is under way."""
        self._audit.change(before, after)
        self._leave_counters(before)
        self._enter_counters(event, after)
        if after.ended:
            self._ended[after.id] = self._open.pop(after.id)

    def _check_action(self, event: Event, before: Token, after: Token) -> None:
        expected = replayed(event, before, after)
        if expected is None:
            action = ACTIONS[event.kind].value
            code = "double_call" if event.kind is Kind.TOKEN_CALLED else "illegal_transition"
            self.verdict.fault(code, event.seq, f"{before.label} was {before.state} and cannot be changed by {action}.")
        elif not same(expected, after, event):
            self.verdict.fault("wrong_change", event.seq, f"{event.kind.value} changed {before.label} otherwise.")

    def _note(self, event: Event) -> None:
        """Take over what is no token: a counter, a freeze, a lease."""
        if "counter" in event.data:
            self._counters[event.data["counter"]["id"]] = event.data["counter"]
        elif event.kind is Kind.CENTRE_FROZEN:
            self._freezes = [*(f for f in self._freezes if f[1] and f[1] > event.at - KEPT), (event.at, None)]
        elif event.kind is Kind.CENTRE_RESUMED:
            self._freezes[-1] = (self._freezes[-1][0], event.at)
        elif "lease" in event.data:
            self._lease(event, event.data["lease"])

    def _lease(self, event: Event, lease: Mapping[str, Any]) -> None:
        given = self._numbers_of(date.fromisoformat(lease["day"]), lease["series"])
        block = set(range(lease["first"], lease["last"] + 1))
        if event.kind is Kind.NUMBERS_VOIDED:
            self.verdict.void += len(given.leased & block)
            given.leased -= block
            return
        if lease["first"] != given.last + 1:
            self.verdict.fault("number_gap", event.seq, f"{lease['series']}{lease['first']} is not the next number.")
        self.verdict.leased += len(block)
        given.leased |= block
        given.last = lease["last"]

    def _leave_counters(self, token: Token) -> None:
        for counter in (token.step.counter, *token.step.beside):
            if counter is not None and self._at_counter.get(counter) == token.id:
                del self._at_counter[counter]

    def _enter_counters(self, event: Event, token: Token) -> None:
        if token.ended or token.step.state not in AT_COUNTER:
            return
        for counter in (str(token.step.counter), *token.step.beside):
            other = self._at_counter.get(counter)
            if other is not None and other != token.id:
                self.verdict.fault("double_call", event.seq, f"Counter {counter} had two people at once.")
            self._at_counter[counter] = token.id

    def _forget(self, now: datetime) -> None:
        """Compare tokens that ended long ago, which nobody can undo any more, with their rows, and let them go."""
        ended = {id_: past.token.ended_at or now for id_, past in self._ended.items()}
        old = [id_ for id_, at in ended.items() if active_seconds(at, now, self._freezes) > REMEMBERED_S]
        self._compare(self._ended.pop(id_).token for id_ in old)

    def _compare(self, replayed: Iterable[Token]) -> None:
        """Compare tokens, with their last step, with their rows."""
        for token in replayed:
            try:
                stored = queries.token_by_id(self._conn, self._centre.id, token.id)
            except Refused:
                self.verdict.fault("token_lost", token.step.seq, f"{token.label} is in the log only.")
                continue
            if stored != token and not _upgraded(stored, token):
                text = f"{token.label} is {stored.state} in the table and {token.state} by the log."
                self.verdict.fault("state_differs", token.step.seq, text)

    def _compare_counters(self) -> None:
        for row in queries.counters(self._conn, self._centre.id):
            replayed = self._counters.get(row.id)
            if replayed is not None and replayed != counter_view(row):
                self.verdict.fault("state_differs", 0, f"Counter {row.id} is {row.state} in the table only.")

    def _count_tokens(self) -> None:
        """Tokens are conserved: as many rows as were issued, and every open row is under way in the log."""
        stored = queries.count_tokens(self._conn, self._centre.id)
        if stored != self.verdict.tokens:
            self.verdict.fault("tokens_differ", 0, f"{self.verdict.tokens} issued, {stored} in the table.")
        under_way = sum(1 for _ in _not_in(queries.open_tokens(self._conn, self._centre.id), self._open))
        if under_way:
            self.verdict.fault("tokens_differ", 0, f"{under_way} tokens are under way in the table only.")


def _upgraded(stored: Token, replayed: Token) -> bool:
    """Whether two records differ only in what an older version of Baari did not keep."""
    return replayed.step.called_by is None and stored == _with_call(replayed, stored)


def _with_call(token: Token, of: Token) -> Token:
    step = replace(token.step, first_call=of.step.first_call, called_by=of.step.called_by)
    return replace(token, step=step)


def _not_in(stored: Iterable[Token], known: Mapping[str, Any]) -> Iterator[Token]:
    return (token for token in stored if token.id not in known)
