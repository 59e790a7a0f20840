"""A token under way in a replay, with the records before its latest events: what an undo is judged by."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from server.domain.events.event import Event
from server.domain.events.payloads import TokenFinished
from server.domain.token.route import Passed
from server.domain.token.token import Step, Token
from server.domain.token.undo import LOOKED_AT


@dataclass(slots=True)
class Past:
    """A token, and its latest events, each with the record before it: as many as an undo looks at.

    `closed` are the steps it has left, by their number, and `calls` when each call of its present step was made.
    `whole` says that it is known from its issue, `bookings` are those that are used by it, and `merged_into` is the
    token that its label leads to, None for itself.
    """

    token: Token
    steps: deque[tuple[Event, Token]] = field(default_factory=partial(deque, maxlen=LOOKED_AT))
    closed: dict[int, Step] = field(default_factory=dict)
    calls: dict[str, datetime] = field(default_factory=dict)
    secret: str | None = None
    whole: bool = True
    bookings: set[int] = field(default_factory=set)
    merged_into: str | None = None
    _passed: dict[int, Passed] = field(default_factory=dict)

    def move(self, event: Event, after: Token, closed: Step | None = None) -> None:
        """Go on to the record after an event, which has closed a step where the token stands in another one."""
        self.steps.append((event, self.token))
        if closed is not None and closed.seq != after.step.seq:
            self.closed[closed.seq] = closed
        if isinstance(event.payload, TokenFinished):
            last = after.service != self.token.service
            self._passed[event.seq] = Passed(self.token.step.stage, event.payload.outcome, last)
        if after.step.call is not None and after.step.call != self.token.step.call:
            self.calls[after.step.call] = event.at
        self.token = after

    @property
    def called_at(self) -> datetime | None:
        """When the present call was made; None without one, or where it was made before the replay."""
        call = self.token.step.call
        return None if call is None else self.calls.get(call)

    @property
    def passed(self) -> list[Passed] | None:
        """The stages that were finished, in order; None where the token was under way before the replay."""
        return list(self._passed.values()) if self.whole else None

    def undone(self, seq: int) -> tuple[Event, Token] | None:
        """Take back the latest event if it has this number, and return it with the record before it."""
        if not self.steps or self.steps[-1][0].seq != seq:
            return None
        event, before = self.steps.pop()
        self._passed.pop(seq, None)
        self.closed.pop(before.step.seq, None)
        return event, before
