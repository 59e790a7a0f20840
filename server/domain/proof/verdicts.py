"""What a replay of a record finds: broken promises, and the certificates of its days."""

from dataclasses import dataclass, field

from server.domain.proof.certificates import Certificate

FAULTS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken promise: a stable code, the event where it shows, and a sentence."""

    code: str
    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at an event, as it left the building on a day report."""

    seq: int
    head: str


@dataclass(slots=True)
class Verdict:
    """What the replay of a centre found; `days` are the certificates of fairness, oldest first.

    `people` are heads of the chain of the installation that its days tell, by the number of the event.
    """

    tokens: int = 0
    events: int = 0
    leased: int = 0
    void: int = 0
    faults: list[Fault] = field(default_factory=list)
    days: list[Certificate] = field(default_factory=list)
    people: dict[int, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every promise was kept."""
        return not self.faults

    def fault(self, code: str, seq: int, text: str) -> None:
        """Note a broken promise; only the first hundred are kept."""
        if len(self.faults) < FAULTS_KEPT:
            self.faults.append(Fault(code, seq, text))
