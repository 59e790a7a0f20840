"""What Hypothesis draws a day from, and how its small numbers mean somebody."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition

from server.services.floor import at_counter
from tests.services.machine.harness import FloorHarness
from tests.services.machine.line import takes
from tests.services.machine.plan import COUNTERS
from tests.services.machine.state import Dict, Seen

T = TypeVar("T")
ANYTHING = 7
PICK = st.integers(0, 12)
DESK = st.none() | st.sampled_from(COUNTERS)
SEEN = st.sampled_from([None, None, "right", "right", "state", "token"])
ORDER = st.fixed_dictionaries(
    {
        "service": st.sampled_from(["NORMAL", "NORMAL", "TATKAAL", "PCC", "ENQUIRY"]),
        "need": st.sampled_from([None, None, None, "senior", "infant"]),
        "then": st.sampled_from([(), (), (), ("ENQUIRY",), ("NORMAL", "ENQUIRY"), ("PCC",)]),
        "party": st.sampled_from([1, 1, 1, 1, 2, 3]),
        "access": st.sampled_from([(), (), (), ("wheelchair",), ("sight", "escort")]),
        "language": st.sampled_from([None, "hi", "mr", "en"]),
    }
)
FLAW = st.sampled_from(
    [
        *({"service": "NOPE"}, {"need": "haste"}, {"then": ("NOPE",)}, {"party": 0}, {"party": 21}),
        *({"access": ("wings",)}, {"language": "tlh"}),
    ]
)
REMARK = st.fixed_dictionaries(
    {},
    optional={
        "party": st.sampled_from([1, 2, 4, 0]),
        "access": st.sampled_from([("wheelchair",), (), ("wings",)]),
        "language": st.sampled_from(["hi", "mr"]),
        "need": st.sampled_from(["senior", "haste"]),
        "emergency": st.sampled_from([True, True, False]),
    },
)


def when(there_is: Callable[[Any], object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a rule apply only while something that it could succeed with is there."""
    return precondition(lambda machine: bool(there_is(machine)))


def pick_of(likely: Iterable[T], everything: Sequence[T], pick: int) -> T:
    """Return one of the likely; by one pick, or when there is none, any."""
    choices = [] if pick == ANYTHING else list(likely)
    return (choices or everything)[pick % len(choices or everything)]


def screen_of(seen: Seen) -> at_counter.Seen | None:
    return None if seen is None else at_counter.Seen(*seen)


class Likely(FloorHarness):
    """Who and what commands may succeed with."""

    def desks(self, *, busy: bool) -> list[str]:
        """Return the counters with somebody, or the open ones without."""
        here = {counter: self.model.at(counter) is not None for counter in COUNTERS}
        return [c for c in COUNTERS if here[c] is busy and (busy or self.model.counters[c] == "open")]

    def callable(self) -> list[str]:
        """Return the counters that could call somebody."""
        return [c for c in self.desks(busy=False) if any(takes(c, t) for t in self.model.waiting(c[:-1]))]

    def having(self, *states: str) -> list[str]:
        """Return the tokens in one of the states."""
        return [t["id"] for t in self.model.open_tokens() if t["state"] in states]

    def whom(self, pick: int, *states: str) -> str:
        return pick_of(self.having(*states), [*self.model.tokens, "nobody"], pick)

    def seen(self, desk: str, how: str | None) -> Seen:
        """Return what the screen of a counter believes."""
        here = self.model.at(desk)
        if how is None or here is None:
            return None if how is None else ("nobody", None)
        right = (here["id"], here["state"])
        return {"right": right, "state": (here["id"], "held"), "token": ("nobody", None)}[how]

    def acted(self) -> list[Dict]:
        """Return the events of counters, the latest first."""
        return [deed for deed in reversed(self.model.deeds) if deed["desk"]]
