"""Officers as they behave: they retry what was not answered, press twice, lose patience, and are absent."""

from collections.abc import Mapping
from typing import Any

from tests.factories import CENTRE
from tests.histories.clients import PRESSED_TWICE, Gone, People
from tests.histories.floor import ROUTES, stage_of
from tests.histories.history import Refusal, Said
from tests.histories.roster import Team
from tests.histories.sender import Sender, command_of

RECALLED = 0.2
MISSED, TOO_EARLY, PARKED, PARKED_CALLED, RESUMED, NOT_THERE = 0.12, 0.3, 0.15, 0.3, 0.5, 0.15
SENT, AND_BACK = 0.12, 0.6
SENT_TO = (5, 3, 8)
"""How often to a stage, to one counter, to one officer."""
STRAYS, STRAYED = "357", 0.8
"""How the labels end of those who are sent on errand after errand, and how often."""
UNDONE, UNDONE_AGAIN, LAST_UNDONE, NOT_BY_NUMBER, TOO_LATE = 0.1, 0.6, 0.6, 0.3, 0.5
LOOKED, LOOKED_IDLY, IN_VAIN = 0.7, 0.3, 0.2
ABSENT, ABSENT_WANTED, BACK, ABSENT_FOR, VISITED = 0.06, 0.8, 0.4, (5, 25), 0.4
"""How often an officer is absent: as a rule, while somebody waits for them by name, at the counter of a colleague."""
WORDS = {"call": "call-next", "miss_held": "miss", "get_up": "leave"}


class Officer:
    """Calls and serves at a counter: parks some, misses some, sends some elsewhere, takes some of it back.

    Now and then an officer is absent, and comes back perhaps to the counter of a colleague who is absent; whoever waits
    for somebody absent is handed over.
    """

    def __init__(self, sender: Sender, counter: str, team: Team, people: People) -> None:
        self._sender, self._own, self._counter, self._people = sender, counter, counter, people
        self._team, self._rng = team, sender.rng
        self._parked_at: dict[str, list[str]] = {other: [] for other in team if stage_of(other) == stage_of(counter)}
        self._others = [other for other in team if stage_of(other) in ROUTES["N"] and other not in self._parked_at]

    @property
    def _parked(self) -> list[str]:
        """Whom the officer has parked at the counter where they sit."""
        return self._parked_at[self._counter]

    def run(self) -> None:
        """Sit down and open, then work until told to stop; open again when the day was closed and goes on."""
        self._sit_down(0)
        self._send("open")
        while not self._sender.stop.is_set():
            if self._parked and self._chance(RESUMED):
                self._resume(self._parked.pop(0))
            said = self._send("call")
            if isinstance(said, str):
                self._serve(said)
            elif isinstance(said, Refusal) and said.token:
                self._serve(said.token)
            else:
                self._sender.rest()
                if said == Refusal("counter_not_open"):
                    self._send("open")
            self._undo()
            if self._chance(LOOKED if isinstance(said, str) else LOOKED_IDLY):
                self._look_around()

    def _look_around(self) -> None:
        """Hand over who waits for somebody absent, in vain who does not; be absent, mostly when one is wanted."""
        seen = self._sender.look(f"centres/{CENTRE}/counters/{self._counter}/line")
        if not seen:
            return
        alone = [token for token in seen["line"] if token["staff"]["only"]]
        for token in [*seen["stranded"], *(alone if self._chance(IN_VAIN) else ())]:
            sent = command_of("hand_over", token["stage"], token["label"])
            for _ in range(1 + self._chance(PRESSED_TWICE)):
                self._sender.command(sent, f"centres/{CENTRE}/tokens/{token['id']}/hand-over")
        wanted = any(token["staff"]["only"] == self._sender.officer for token in alone)
        if self._chance(ABSENT_WANTED if wanted else ABSENT if self._counter == self._own else BACK):
            self._be_absent()

    def _be_absent(self) -> None:
        """Get up, unless somebody is there, and sit down again after a while."""
        if not isinstance(self._send("get_up"), str):
            return
        if self._chance(IN_VAIN):
            self._send("call")
        self._sender.rest(self._rng.uniform(*ABSENT_FOR))
        self._sit_down(VISITED)

    def _sit_down(self, elsewhere: float) -> None:
        """Sit down at one's own counter, or at that of a colleague, as soon as one of them is free."""
        while not self._sender.stop.is_set():
            self._counter = self._rng.choice(list(self._parked_at)) if self._chance(elsewhere) else self._own
            if isinstance(self._send("sit", more={}), str):
                return
            self._sender.rest()
            elsewhere = VISITED

    def _serve(self, label: str) -> None:
        if self._chance(PRESSED_TWICE):
            self._send("call")
        if self._chance(MISSED):
            self._miss("miss", label)
            return
        if self._chance(RECALLED):
            self._send("recall", label)
        if self._chance(PARKED * PARKED_CALLED):
            self._park(label)
            return
        self._send("start", label)
        self._undo(label)
        if self._chance(PARKED):
            self._park(label)
        else:
            self._end(label)

    def _end(self, label: str) -> None:
        """Let somebody go on, send them elsewhere, or send them astray."""
        if stage_of(self._counter) not in ROUTES["N"]:
            self._send("finish", label)
        elif label[-1] in STRAYS and label not in self._people.far and self._chance(STRAYED):
            if self._transfer(label, back=True) == Refusal("too_deep"):
                self._people.far.add(label)
        elif self._chance(SENT):
            self._transfer(label, back=self._chance(AND_BACK))
        else:
            self._send("finish", label)

    def _transfer(self, label: str, *, back: bool) -> Said | None:
        """Send somebody to a stage, to one counter or to one officer."""
        other = self._rng.choice(self._others)
        stage, officer = stage_of(other), self._team[other]
        where, only = self._rng.choices(
            [
                ({"stage": stage}, ""),
                ({"counter": other}, other),
                ({"stage": stage, "officer": officer.user}, officer.id),
            ],
            SENT_TO,
        )[0]
        return self._send("transfer", label, {**where, "returns": back}, to=stage, only=only, back=back)

    def _undo(self, present: str = "") -> None:
        """Now and then take an act back: mostly the last, perhaps when somebody else is `present`, perhaps twice."""
        seen = self._sender.look(f"centres/{CENTRE}/counters/{self._counter}/line") if self._chance(UNDONE) else None
        if not seen or not seen["acts"]:
            return
        acts, earlier = seen["acts"], [act for act in seen["acts"] if act["label"] != present]
        chosen = acts[0] if self._chance(LAST_UNDONE) else self._rng.choice(acts)
        if present and earlier and self._chance(TOO_LATE):
            chosen = earlier[0]
        label, act = chosen["label"], chosen["act"]
        if chosen == acts[0] and self._chance(NOT_BY_NUMBER):
            act = 0
        led = chosen["kind"] in ("token.finished", "token.transferred")
        to = self._sender.led.get((self._counter, label)) if led else ""
        if to is None:  # refused at last, after a try had done it whose answer nobody heard
            return
        said = self._send("undo", label, {"act": act or None}, to=to, act=act)
        if act and isinstance(said, str) and self._chance(UNDONE_AGAIN):
            self._send("undo", label, {"act": act}, to=to, act=act)
        if isinstance(said, str) and chosen["kind"] == "token.resumed":
            self._parked.append(label)

    def _miss(self, verb: str, label: str) -> None:
        """Miss somebody, after a second call or, too early, without one."""
        if verb == "miss" and not self._chance(TOO_EARLY):
            self._send("recall", label)
        if isinstance(self._send(verb, label), str):
            self._people.absent.append(Gone(label, self._sender.ids[label], stage_of(self._counter)))

    def _park(self, label: str) -> None:
        self._send("hold", label)
        self._parked.append(label)
        if self._chance(PRESSED_TWICE):
            self._send("hold", label)

    def _resume(self, label: str) -> None:
        if self._chance(NOT_THERE):
            self._miss("miss_held", label)
        # Who was missed is not parked any more: refused, as it is when somebody else is at the counter.
        said = self._send("resume", label)
        if isinstance(said, Refusal) and said.token:
            self._parked.append(label)
        elif isinstance(said, str):
            if self._chance(PRESSED_TWICE):
                self._send("resume", label)
            self._end(label)

    def _chance(self, share: float) -> bool:
        return self._rng.random() < share

    def _send(self, verb: str, label: str = "", more: Mapping[str, Any] | None = None, **fields: Any) -> Said | None:
        """Send a command of this counter: with `more` in its body, and other fields of its operation."""
        word = WORDS.get(verb, verb)
        body: dict[str, Any] | None = {"token": self._sender.ids[label]} if label and verb != "undo" else None
        if body and verb == "miss_held":
            body["state"] = "held"
        if more is not None:
            body = {**(body or {}), **more}
        sent = command_of(verb, self._counter, label, **fields)
        return self._sender.command(sent, f"centres/{CENTRE}/counters/{self._counter}/{word}", body)
