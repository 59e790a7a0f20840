"""The calling rule in force, and what it answers: whom to call, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.calling.lane import Waiting
from server.domain.json import Stored

DEFAULT_TARGET_MIN = 30.0


@dataclass(frozen=True, slots=True)
class CallingRule:
    """The rule in force.

    `name`: `fifo` or `relative_age`. `targets`: minutes of wait meant for a class. `protected`: classes that are
    called before all others. `quota`: one call in so many goes to the longest wait, 0 for no such promise.
    `language_patience_s`: how much younger a token may be that is called first because the counter speaks its language.
    """

    name: str = "relative_age"
    targets: Mapping[str, float] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()
    quota: int = 3
    language_patience_s: float = 0

    def target_s(self, klass: str) -> float:
        """Return the wait meant for a class, in seconds."""
        return self.targets.get(klass, DEFAULT_TARGET_MIN) * 60

    def is_better(self, klass: str, than: str) -> bool:
        """Whether a class is called before another: protected, or with less wait meant for it."""
        return self._rank(klass) < self._rank(than)

    def _rank(self, klass: str) -> tuple[bool, float]:
        return klass not in self.protected, self.target_s(klass)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why this token: the rule that decided, and its figures. The sentence is made of them by `server.wording.reasons`.

    `text` is the sentence that was kept with a call before that; empty since.
    """

    rule: str
    params: Stored
    text: str = ""

    def view(self) -> Stored:
        """Return what is stored with the call."""
        return {"rule": self.rule, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Choice:
    """The step to call, the reason to tell, and how many calls in a row have then passed over the longest wait."""

    waiting: Waiting
    reason: Reason
    passes: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The step to call, and how many calls in a row have then passed over the longest wait."""

    waiting: Waiting
    passes: int
