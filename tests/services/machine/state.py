"""The state of the model, what is asked of it, and how an event changes it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.factories import MORNING
from tests.services.machine.line import FairLine
from tests.services.machine.plan import COUNTERS

AT = ("called", "serving")
ZONE = timedelta(hours=5, minutes=30)
Dict = dict[str, Any]
Seen = tuple[str, str | None] | None
"""What a screen believes: a token and perhaps its state; None when it does not say."""


class No(Exception):
    """A command is to be refused with one of these codes, and to change nothing."""

    def __init__(self, codes: Iterable[str]) -> None:
        super().__init__(", ".join(sorted(codes)))
        self.codes = frozenset(codes)


def refuse(**reasons: object) -> None:
    """Raise No with the names of all reasons that are true."""
    codes = [code for code, holds in reasons.items() if holds]
    if codes:
        raise No(codes)


class FloorState:
    """Tokens, counters, numbers and the clock. `deeds` are the events, each with the token as it was before.

    `begins` is the number of the first event of the present command: its act.
    """

    def __init__(self) -> None:
        self.now = MORNING
        self.tokens: dict[str, Dict] = {}
        self.counters = dict.fromkeys(COUNTERS, "closed")
        self.used: dict[tuple[date, str], int] = {}
        self.leases: list[Dict] = []
        self.freezes: list[list[datetime | None]] = []
        self.deeds: list[Dict] = []
        self.begins = 1
        self.closed_day, self.ends = date.min, list[tuple[date, int]]()
        self.open_day: date | None = None
        self.opened_at = self.closed_at = MORNING
        self.until: datetime | None = None
        self.night: datetime | None = None
        self.sealed = self.closing = 0
        self.taken: set[tuple[str, int]] = set()
        self.line = FairLine()

    # What is asked of it

    @property
    def seq(self) -> int:
        return len(self.deeds)

    @property
    def today(self) -> date:
        """The day to which what is done now belongs."""
        return self.open_day or self.calendar

    @property
    def calendar(self) -> date:
        return (self.now + ZONE).date()

    @property
    def clock(self) -> timedelta:
        """The time of day in the centre's zone."""
        return self.now + ZONE - datetime.combine(self.calendar, time(), UTC)

    @property
    def frozen(self) -> bool:
        return bool(self.freezes) and self.freezes[-1][1] is None

    def open_tokens(self) -> list[Dict]:
        return [t for t in self.tokens.values() if not t["ended"]]

    def waiting(self, stage: str) -> list[Dict]:
        return [t for t in self.open_tokens() if t["state"] == "waiting" and t["stage"] == stage]

    def at(self, counter: str) -> Dict | None:
        """Return who is called to, served at, or helped with by a counter."""
        here = (t for t in self.open_tokens() if t["state"] in AT and counter in (t["counter"], *t["beside"]))
        return next(here, None)

    def held_at(self, counter: str) -> list[Dict]:
        """Return who is parked at a counter, the first called first."""
        held = [t for t in self.open_tokens() if t["state"] == "held" and t["counter"] == counter]
        return sorted(held, key=lambda t: (t["first_called"], t["seq"]))

    def active(self, begin: datetime) -> float:
        """Return the seconds since a moment, without those in which the centre was frozen."""
        total, counted = self.now - begin, begin
        nights: list[list[datetime | None]] = [] if self.night is None else [[self.night, None]]
        for start, end in sorted(([*self.freezes, *nights]), key=lambda stop: stop[0] or begin):
            first, last = max(counted, start or begin), min(self.now, end or self.now)
            if last > first:
                total, counted = total - (last - first), last
        return total.total_seconds()

    # How it is changed

    def note(self, kind: str, token: Dict | None = None, desk: str | None = None, before: Dict | None = None) -> None:
        """Take down an event."""
        told = {"kind": kind, "token": token and token["id"], "desk": desk, "before": before, "at": self.now}
        self.deeds.append(told | {"seq": self.seq + 1, "act": self.begins, "undone": False})

    def act(self, kind: str, token: Dict, desk: str | None, **changes: Any) -> None:
        before = dict(token)
        self.note(kind, token, desk, before)
        token.update(changes)

    def elsewhere(self, stage: str, since: datetime, **more: Any) -> Dict:
        """Return what a new step changes of a token."""
        clean: Dict = {"ways_back": (), "only": None, "counter": None, "beside": ()}
        clean |= {"calls": 0, "called": None, "first_called": None, "until": None, "state": "waiting"}
        return clean | {"stage": stage, "since": since, "seq": self.seq + 1} | more

    def the(self, token: str) -> Dict:
        refuse(unknown_token=token not in self.tokens)
        refuse(illegal_transition=self.tokens[token]["ended"])
        return self.tokens[token]

    def current(self, counter: str, seen: Seen) -> Dict:
        """Return who is at a counter if a screen that has `seen` a token and a state is right."""
        here = self.at(counter)
        if here is None:
            raise No(["no_current_token"])
        right = seen is None or (seen[0] == here["id"] and seen[1] in (None, here["state"]))
        refuse(stale=not right)
        return here
