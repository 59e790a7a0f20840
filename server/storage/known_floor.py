"""The floor of a centre as an issue looks at it, kept from one command to the next until an event changes it."""

from dataclasses import dataclass, field, replace
from datetime import date

from server.domain.calling.lane import Place
from server.domain.centre import CentreState
from server.domain.forecast import HallFacts, LineFacts, with_one_more, with_one_more_at
from server.domain.token.token import Step, Token


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line as it is told to somebody behind all others in it, of whom the last stands at the place `last`."""

    facts: LineFacts
    last: Place

    def tells(self, step: Step) -> bool:
        """Whether it is told to a step too; those who are told one by one are told to anybody."""
        return not self.facts.counts or (step.since, step.seq) >= self.last


@dataclass(slots=True)
class KnownFloor:
    """What is known of a floor.

    `halls`: what calls at a stage, by its code and whether closed counters are planned to open; `lines`: who waits, by
    stage; `numbers`: the last that was given of a series on a day.
    """

    halls: dict[tuple[str, bool], HallFacts] = field(default_factory=dict)
    lines: dict[str, KnownLine] = field(default_factory=dict)
    numbers: dict[tuple[date, str], int] = field(default_factory=dict)

    def join(self, token: Token) -> None:
        """Let a token stand in line; a line that cannot be told without a look is forgotten."""
        stage, own = token.step.stage, self.lines.pop(token.step.stage, None)
        self.lines = {
            code: replace(line, facts=with_one_more_at(line.facts, stage)) for code, line in self.lines.items()
        }
        if own is not None and own.tells(token.step) and (facts := with_one_more(own.facts, token.waiting)):
            self.lines[stage] = KnownLine(facts, token.waiting.place)


class KeptFloor:
    """Keeps what is true at a number of a centre's log; what was kept at another number is forgotten.

    Whatever changes a floor is an event, whichever process writes it, and whoever writes holds the lock of the centre:
    at the same number the rows are the same. One thread at a time uses it: the one that writes in the centre.
    """

    def __init__(self) -> None:
        self._at: tuple[int, str, int] | None = None
        self._known = KnownFloor()

    def at(self, centre: CentreState) -> KnownFloor:
        """Return what is known of a locked centre as it stands, for whoever looks at more of it to add that."""
        here = centre.id, centre.epoch, centre.event_seq
        if self._at != here:
            self.forget()
            self._at = here
        return self._known

    def follow(self, centre: CentreState, token: Token) -> None:
        """Let what was true before the last event of a centre be true after it: only a token has joined."""
        if self._at == (centre.id, centre.epoch, centre.event_seq - 1):
            self._at = centre.id, centre.epoch, centre.event_seq
            self._known.join(token)

    def forget(self) -> None:
        """Forget all, as when events are undone: others will have their numbers."""
        self._at = None
        self._known = KnownFloor()
