"""Proves a centre's record: replays its events and compares every promise with what the tables say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from server.domain import tokens
from server.domain.errors import Refused
from server.domain.events import Event, Kind, fingerprint
from server.domain.lifecycle import AT_COUNTER, Action, StepState, follow
from server.domain.tokens import Token, from_record, to_record
from server.services.records import counter_view
from server.services.snapshots import events_between
from server.storage import models, queries
from server.storage.transaction import CentreState

FAULTS_KEPT = 100
COMPARE_EVERY = 500

ACTIONS: Mapping[Kind, Action] = {
    Kind.TOKEN_CALLED: Action.CALL,
    Kind.TOKEN_RECALLED: Action.RECALL,
    Kind.TOKEN_STARTED: Action.START,
    Kind.TOKEN_FINISHED: Action.FINISH,
    Kind.TOKEN_MISSED: Action.MISS,
    Kind.TOKEN_CANCELLED: Action.CANCEL,
    Kind.TOKEN_EXPIRED: Action.EXPIRE,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken promise: a stable code, the event where it shows, and a sentence."""

    code: str
    seq: int
    text: str


@dataclass(slots=True)
class Verdict:
    """What the replay of a centre found."""

    tokens: int = 0
    events: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every promise was kept."""
        return not self.faults

    def fault(self, code: str, seq: int, text: str) -> None:
        """Note a broken promise; only the first hundred are kept."""
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(Fault(code, seq, text))


def verify(conn: Connection, centre: CentreState) -> Verdict:
    """Replay all events of a centre. Memory grows with the tokens under way, not with the history."""
    replay = _Replay(conn, centre)
    for event in events_between(conn, centre.id, 0, centre.event_seq):
        replay.apply(event)
    return replay.conclude()


class _Replay:
    def __init__(self, conn: Connection, centre: CentreState) -> None:
        self._conn, self._centre = conn, centre
        self.verdict = Verdict()
        self._head = ""
        self._open: dict[str, Token] = {}
        self._counters: dict[str, Mapping[str, Any]] = {}
        self._at_counter: dict[str, str] = {}
        self._numbers: dict[tuple[date, str], int] = {}
        self._ended: dict[str, Token] = {}

    def apply(self, event: Event) -> None:
        """Check one event against what came before it, then take it as the new state."""
        self._check_chain(event)
        self.verdict.events += 1
        if event.kind is Kind.TOKEN_ISSUED:
            self._issue(event)
        elif event.kind in ACTIONS:
            self._act(event, ACTIONS[event.kind])
        elif "counter" in event.data:
            self._counters[event.data["counter"]["id"]] = event.data["counter"]

    def conclude(self) -> Verdict:
        """Compare what the replay ended with and the tables."""
        last = self._centre.event_seq
        if self.verdict.events != last:
            self.verdict.fault("event_missing", last, f"{last} events promised, {self.verdict.events} found.")
        if self._head != self._centre.head:
            self.verdict.fault("chain_broken", last, "The last hash is not the head of the centre.")
        self._compare(self._open.values())
        self._compare_ended()
        self._compare_counters()
        self._count_tokens()
        return self.verdict

    def _check_chain(self, event: Event) -> None:
        expected = self.verdict.events + 1
        if event.seq != expected:
            self.verdict.fault("event_missing", event.seq, f"Event {expected} is missing.")
            self.verdict.events = event.seq - 1
        true = fingerprint(event.seq, event.at, event.kind.value, event.actor, event.data, self._head)
        if event.hash != true:
            self.verdict.fault("chain_broken", event.seq, f"Event {event.seq} is not what was written.")
        self._head = event.hash

    def _issue(self, event: Event) -> None:
        token = from_record(event.data["token"])
        self.verdict.tokens += 1
        place = (token.day, token.series)
        expected = self._numbers.get(place, self._first(token.series) - 1) + 1
        if token.number != expected:
            code = "number_doubled" if token.number < expected else "number_gap"
            self.verdict.fault(code, event.seq, f"{token.label} was issued, number {expected} was due.")
        self._numbers[place] = max(token.number, expected)
        self._open[token.id] = token

    def _first(self, letter: str) -> int:
        query = select(models.Series.first).where(
            models.Series.centre_id == self._centre.id, models.Series.letter == letter
        )
        return self._conn.execute(query).scalar_one_or_none() or 1

    def _act(self, event: Event, action: Action) -> None:
        after = from_record(event.data["token"])
        before = self._open.get(after.id)
        if before is None:
            self.verdict.fault("not_under_way", event.seq, f"{after.label} is changed but not under way.")
            return
        self._check_action(event, action, before, after)
        self._leave_counter(before)
        self._enter_counter(event, after)
        if after.ended:
            del self._open[after.id]
            self._ended[after.id] = after
            if len(self._ended) >= COMPARE_EVERY:
                self._compare_ended()
        else:
            self._open[after.id] = after

    def _check_action(self, event: Event, action: Action, before: Token, after: Token) -> None:
        expected = _replayed(event, action, before, after)
        if expected is None:
            code = "double_call" if action is Action.CALL else "illegal_transition"
            text = f"{before.label} was {before.state} and cannot be changed by {action.value}."
            self.verdict.fault(code, event.seq, text)
        elif expected != after:
            self.verdict.fault("wrong_change", event.seq, f"{event.kind.value} changed {before.label} otherwise.")

    def _leave_counter(self, token: Token) -> None:
        if token.step.counter is not None and self._at_counter.get(token.step.counter) == token.id:
            del self._at_counter[token.step.counter]

    def _enter_counter(self, event: Event, token: Token) -> None:
        counter = token.step.counter
        if token.ended or counter is None or token.step.state not in AT_COUNTER:
            return
        other = self._at_counter.get(counter)
        if other is not None and other != token.id:
            self.verdict.fault("double_call", event.seq, f"Counter {counter} had two people at once.")
        self._at_counter[counter] = token.id

    def _compare_ended(self) -> None:
        self._compare(self._ended.values())
        self._ended.clear()

    def _compare(self, replayed: Iterable[Token]) -> None:
        """Compare tokens, with their last step, with their rows."""
        for token in replayed:
            try:
                stored = queries.token_by_id(self._conn, self._centre.id, token.id)
            except Refused:
                self.verdict.fault("token_lost", token.step.seq, f"{token.label} is in the log only.")
                continue
            if to_record(stored) != to_record(token):
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


def _not_in(stored: Iterable[Token], known: Mapping[str, Token]) -> Iterator[Token]:
    return (token for token in stored if token.id not in known)


def _replayed(event: Event, action: Action, before: Token, after: Token) -> Token | None:
    """Return what the rules make of `before`, None when they forbid it."""
    try:
        follow(before.step.state, action)
        return _applied(event, action, before, after)
    except Refused:
        return None


def _applied(event: Event, action: Action, before: Token, after: Token) -> Token:
    now = event.at
    if action is Action.CALL:
        return tokens.call(before, str(after.step.counter), str(after.step.call), now)
    if action is Action.RECALL:
        return tokens.recall(before, now)
    if action is Action.START:
        return tokens.start(before, now)
    if action is Action.MISS:
        return tokens.miss(before)
    if action is Action.CANCEL:
        return tokens.cancel(before, now)
    if action is Action.EXPIRE:
        return tokens.expire(before, now)
    return _finished(event, before, after)


def _finished(event: Event, before: Token, after: Token) -> Token:
    """Return what a finish must leave: the step closed with its outcome, or the next one waiting from now."""
    told = replace(before, decision=after.decision, ends=after.ends)
    if after.ended:
        closed = replace(before.step, state=StepState.DONE, ended_at=event.at, outcome=event.data["outcome"])
        return replace(told, step=closed, ended_at=event.at)
    entered = tokens.Step(event.seq, after.step.stage, StepState.WAITING, event.at, back_to=after.step.back_to)
    return replace(told, step=entered)
