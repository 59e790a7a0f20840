"""The way of a token as the floor knows it: what it has passed, and whether somebody is still where it returns to."""

from collections.abc import Iterable
from dataclasses import replace

from server.domain.counters import at_work
from server.domain.events.event import Event
from server.domain.events.kinds import TokenEvent
from server.domain.events.payloads import TokenFinished, TokenUndone
from server.domain.token.route import Passed, Stop
from server.domain.token.token import Token
from server.storage.sql import counters, events
from server.storage.transaction import Transaction


def as_counters_stand(tx: Transaction, stop: Stop) -> Stop:
    """Return a stop that leads to a whole stage where the counter it names has closed, or the officer has left."""
    if stop.only is None:
        return stop
    there = counters.counters_of(tx.conn, tx.centre.id)
    return stop if at_work(there, str(stop.stage), stop.only) else replace(stop, only=None)


def passed_by(tx: Transaction, token_id: str) -> list[Passed]:
    """Return the stages that a token has finished, in order, without what was taken back."""
    return passed_in(events.events_of(tx.conn, tx.centre.id, token_id))


def passed_in(history: Iterable[Event]) -> list[Passed]:
    """Return the stages that were finished in the events of one token."""
    passed: dict[int, Passed] = {}
    before: Token | None = None
    for event in history:
        if isinstance(event.payload, TokenUndone):
            passed.pop(event.payload.undoes, None)
        elif isinstance(event.payload, TokenFinished) and before is not None:
            after = event.payload.token
            passed[event.seq] = Passed(before.step.stage, event.payload.outcome, after.service != before.service)
        before = event.payload.token if isinstance(event.payload, TokenEvent) else before
    return list(passed.values())
