"""A token under way in a replay, with the records before its latest events: what an undo is judged by."""

from collections import deque
from dataclasses import dataclass, field
from functools import partial

from server.domain.events.event import Event
from server.domain.token.token import Token
from server.domain.token.undo import LOOKED_AT


@dataclass(slots=True)
class Past:
    """A token, and its latest events, each with the record before it: as many as an undo looks at."""

    token: Token
    steps: deque[tuple[Event, Token]] = field(default_factory=partial(deque, maxlen=LOOKED_AT))

    def move(self, event: Event, after: Token) -> None:
        """Go on to the record after an event."""
        self.steps.append((event, self.token))
        self.token = after

    def undone(self, seq: int) -> tuple[Event, Token] | None:
        """Take back the latest event if it has this number, and return it with the record before it."""
        if not self.steps or self.steps[-1][0].seq != seq:
            return None
        return self.steps.pop()
