"""A centre after one event: what every view of it is made of. It follows the events, as every screen does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from server.domain.calling.lane import Waiting
from server.domain.centre import CentreState
from server.domain.events.event import Event
from server.domain.events.kinds import TokenEvent
from server.domain.events.payloads import CounterEvent, CounterFacts
from server.domain.plan.plan import Plan
from server.domain.token.lifecycle import CounterState, StepState
from server.domain.token.token import Token
from server.services.floor.token_rows import facts_of
from server.services.setup.plans import plan_of
from server.storage.sql import counters
from server.storage.sql.events import events_between
from server.storage.sql.tokens import open_tokens
from server.storage.transaction import Read

FOLLOWED_MAX = 100


@dataclass(frozen=True, slots=True)
class Floor:
    """A centre as it stands after its event `centre.event_seq`, under the plan of `day`: open tokens, all counters."""

    centre: CentreState
    plan: Plan
    day: date
    tokens: Mapping[str, Token]
    counters: Mapping[str, CounterFacts]

    def ordered(self) -> list[Token]:
        """Return the open tokens in the order in which they entered their stages."""
        return sorted(self.tokens.values(), key=lambda token: token.step.seq)

    def counters_at(self, stage: str) -> tuple[str, ...]:
        """Return the counters of a stage."""
        return tuple(counter.id for counter in self.counters.values() if counter.stage == stage)

    def stage(self, code: str) -> "StageNow":
        """Return a stage as it stands."""
        here = tuple(token for token in self.ordered() if token.step.stage == code)
        waiting = tuple(token.waiting for token in here if token.step.state is StepState.WAITING)
        calling = sum(c.stage == code and c.state is CounterState.OPEN for c in self.counters.values())
        return StageNow(code, here, waiting, frozenset(w.lane.only for w in waiting if w.lane.only), calling)


@dataclass(frozen=True, slots=True)
class StageNow:
    """A stage as it stands: who is there in the order in which they came, who waits, and how many counters are open.

    `sent_to` are the counters and officers for whom alone somebody waits.
    """

    code: str
    tokens: Sequence[Token]
    waiting: Sequence[Waiting]
    sent_to: frozenset[str]
    open: int

    def those(self, *states: StepState) -> list[Token]:
        """Return the tokens that are in one of some states."""
        return [token for token in self.tokens if token.step.state in states]


def load_floor(read: Read, centre: CentreState, day: date) -> Floor:
    """Return a centre as its rows stand, under the plan of a day."""
    return Floor(
        centre,
        plan_of(read, centre, day),
        day,
        {token.id: token for token in open_tokens(read, centre.id)},
        {counter.id: facts_of(counter) for counter in counters.counters_of(read, centre.id)},
    )


def next_floor(floor: Floor | None, read: Read, centre: CentreState, day: date) -> Floor:
    """Return a centre as it stands now, by what happened since `floor`; by its rows where that tells too little."""
    if floor is None or not _is_near(floor.centre, centre):
        return load_floor(read, centre, day)
    happened = events_between(read, centre.id, floor.centre.event_seq, centre.event_seq)
    followed = _follow(floor, happened)
    if followed is None:
        return load_floor(read, centre, day)
    return replace(followed, centre=centre, plan=plan_of(read, centre, day), day=day)


def _is_near(before: CentreState, centre: CentreState) -> bool:
    return before.epoch == centre.epoch and 0 <= centre.event_seq - before.event_seq <= FOLLOWED_MAX


def _follow(floor: Floor, events: Iterable[Event]) -> Floor | None:
    """Return tokens and counters after some events, None when an event does not say what it changed."""
    tokens, counters = dict(floor.tokens), dict(floor.counters)
    for event in events:
        payload = event.payload
        if isinstance(payload, TokenEvent):
            _take(tokens, payload.token)
        elif isinstance(payload, CounterEvent):
            if payload.counter.id not in counters:
                return None
            counters[payload.counter.id] = payload.counter
        # What the other events change of the centre stands in its row.
    return replace(floor, tokens=tokens, counters=counters)


def _take(tokens: dict[str, Token], token: Token) -> None:
    """Put a token in the place of what it was before; one that has ended is gone."""
    if token.ended:
        tokens.pop(token.id, None)
    else:
        tokens[token.id] = token
