"""Kiosks and a manager as they behave, and what clients know of people."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Any, NamedTuple

from tests.factories import CENTRE
from tests.histories.history import Said
from tests.histories.sender import Sender, command_of

PRESSED_TWICE = 0.1
LOCKED_AFTER = 2
OPEN_S, CLOSED_S = (0.8, 1.6), (0.05, 0.3)
RETURNS, RETURNED_TWICE = 0.7, 0.2
BETWEEN_CITIZENS = 8
SERVICES = {"N": "NORMAL", "T": "TATKAAL", "F": "NORMAL", "P": "PCC", "R": "RETURN", "E": "ENQUIRY"}
SHARES = {"N": 50, "T": 15, "F": 15, "P": 5, "R": 5, "E": 10}


class Gone(NamedTuple):
    """Somebody who was missed: the label, the id, and the stage."""

    label: str
    token: str
    stage: str


Absent = deque[Gone]
"""Those who were missed and have not come back; threads may append and pop at once."""


@dataclass
class People:
    """What clients know of people: who is `absent`, who strayed as `far` as one may, whether the `door` is locked."""

    absent: Absent = field(default_factory=Absent)
    far: set[str] = field(default_factory=set)
    door: Event = field(default_factory=Event)


class Kiosk:
    """Issues tokens, at about the pace at which the counters serve them; who was missed comes back to it."""

    def __init__(self, sender: Sender, people: People) -> None:
        self._sender, self._absent, self._door = sender, people.absent, people.door

    def run(self) -> None:
        """Work until told to stop."""
        while not self._sender.stop.is_set():
            if self._door.is_set():
                self._sender.rest()
                continue
            series = self._sender.rng.choices(list(SHARES), list(SHARES.values()))[0]
            body = {"service": SERVICES[series], "need": "senior" if series == "F" else None}
            self._sender.command(command_of("issue", series), f"centres/{CENTRE}/tokens", body)
            self._sender.rest(BETWEEN_CITIZENS / 2)
            if self._sender.rng.random() < RETURNS:
                self._return()
            self._sender.rest(BETWEEN_CITIZENS / 2)

    def _return(self) -> None:
        """Let one who was missed say “I am here”, perhaps twice, or somebody who came back long ago again."""
        try:
            gone = self._absent.popleft()
        except IndexError:
            return
        sent = command_of("return", gone.stage, gone.label)
        self._sender.command(sent, f"centres/{CENTRE}/tokens/{gone.token}/return", {})
        if self._sender.rng.random() < RETURNED_TWICE:
            self._absent.append(gone)


class Manager:
    """Closes the day, with those who were shown as still here, and opens it again a moment later."""

    def __init__(self, sender: Sender, people: People) -> None:
        self._sender, self._rng, self._door = sender, sender.rng, people.door

    def run(self) -> None:
        """Work until told to stop."""
        while not self._sender.stop.wait(self._rng.uniform(*OPEN_S)):
            day = self._close()
            self._door.clear()
            self._sender.stop.wait(self._rng.uniform(*CLOSED_S))
            for _ in range(1 + (self._rng.random() < PRESSED_TWICE)):
                if day:
                    self._send("reopen", day, {"reason": "too early"})

    def _close(self) -> str:
        """Try until the day is closed, in the end behind a locked door; return which it is, nothing if nobody tells."""
        tries = 0
        while not self._sender.stop.is_set():
            seen = self._sender.look(f"centres/{CENTRE}/days/today")
            if not seen or not seen["opened_at"]:
                return ""
            live = {token["label"]: token["id"] for token in seen["live"]}
            if live and not tries:
                live.pop(self._rng.choice(list(live)))
            tries += 1
            if tries == LOCKED_AFTER:
                self._door.set()
            if isinstance(self._send("close", seen["day"], {"live": list(live.values())}, live), str):
                return str(seen["day"])
        return ""

    def _send(self, verb: str, day: str, body: Mapping[str, Any], shown: Collection[str] = ()) -> Said | None:
        sent = command_of(verb, "day", shown=frozenset(shown))
        return self._sender.command(sent, f"centres/{CENTRE}/days/{day}/{verb}", body)
