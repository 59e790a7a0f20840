"""Kiosks and counters as they behave: they retry what was not answered, press twice, and lose patience."""

import random
import secrets
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any, NamedTuple

import httpx

from tests.factories import CENTRE
from tests.histories.floor import ROUTES, stage_of
from tests.histories.history import Operation, Refusal, Said
from tests.histories.tape import FAILED, Tape, said_of, stands_of, token_of

PATIENCE_S, IMPATIENCE_S, AWAY_S = 15.0, 0.008, 45.0
TRIES = 20
IMPATIENT, AGAIN, PRESSED_TWICE, RECALLED = 0.02, 0.05, 0.1, 0.2
MISSED, TOO_EARLY, PARKED, PARKED_CALLED, RESUMED, NOT_THERE = 0.12, 0.3, 0.15, 0.3, 0.5, 0.15
SENT, AND_BACK, TO_ONE_COUNTER = 0.12, 0.6, 0.3
STRAYS, STRAYED = "357", 0.8
"""How the labels end of those who are sent on errand after errand, and how often."""
UNDONE, UNDONE_AGAIN, LAST_UNDONE, NOT_BY_NUMBER, TOO_LATE = 0.1, 0.6, 0.6, 0.3, 0.5
LOCKED_AFTER = 2
OPEN_S, CLOSED_S = (0.8, 1.6), (0.05, 0.3)
RETURNS, RETURNED_TWICE = 0.7, 0.2
WORDS = {"call": "call-next", "miss_held": "miss"}
PAUSE_S = (0.02, 0.08)
BETWEEN_CITIZENS = 8
SERVICES = {"N": "NORMAL", "T": "TATKAAL", "F": "NORMAL", "P": "PCC", "R": "RETURN", "E": "ENQUIRY"}
SHARES = {"N": 50, "T": 15, "F": 15, "P": 5, "R": 5, "E": 10}


@dataclass
class Sender:
    """Sends the commands of one client, to any of the servers, and writes every try on the tape."""

    tape: Tape
    urls: Sequence[str]
    bearer: str
    name: str
    rng: random.Random
    stop: Event
    ids: dict[str, str] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.bearer}"}
        self._http = httpx.Client(headers=headers, verify=False)  # noqa: S501 - plain HTTP: spares reading certificates

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def rest(self, times: float = 1) -> None:
        """Wait a little."""
        self.stop.wait(self.rng.uniform(*PAUSE_S) * times)

    def command(self, sent: Operation, path: str, body: Any = None) -> Said | None:
        """Send a command until it is answered, sometimes once more under the same key; None: never answered."""
        sent = replace(sent, key=secrets.token_hex(8), client=self.name)
        patience = IMPATIENCE_S if self.rng.random() < IMPATIENT else PATIENCE_S
        for _ in range(TRIES):
            said = self._try_when_there(sent, path, body, patience)
            if said is not None:
                break
            patience = PATIENCE_S
            self._pause()
        if said is not None and self.rng.random() < AGAIN:
            self._try_when_there(sent, path, body, PATIENCE_S)
        return said

    def look(self, path: str) -> Any:
        """Return what a server shows, None when it is away."""
        try:
            response = self._http.get(f"{self.rng.choice(self.urls)}/api/v1/{path}", timeout=PATIENCE_S)
        except httpx.TransportError:
            return None
        return response.json() if response.is_success else None

    def _try_when_there(self, sent: Operation, path: str, body: Any, patience: float) -> Said | None:
        """Try a command, at the latest when a server is there again; what cannot be sent is no try."""
        give_up = time.monotonic() + AWAY_S
        while True:
            try:
                return self._try(sent, path, body, patience)
            except httpx.ConnectError:
                if time.monotonic() > give_up:
                    raise
                self._pause()

    def _try(self, sent: Operation, path: str, body: Any, patience: float) -> Said | None:
        url = f"{self.rng.choice(self.urls)}/api/v1/{path}"
        headers, begun = {"Idempotency-Key": sent.key}, self.tape.now()
        try:
            response = self._http.post(url, json=body, headers=headers, timeout=patience)
            said, stands = said_of(sent.verb, response), stands_of(sent.verb, response)
            if response.status_code == FAILED:
                self.tape.failures.append(f"{sent.verb} at {sent.at}: {response.text}")
        except httpx.ConnectError:
            raise
        except httpx.TransportError:
            said = stands = None
        ended = None if said is None else self.tape.now()
        self.tape.commands.append(replace(sent, said=said, stands=stands, invoked=begun, returned=ended))
        if said is not None:
            self._keep(sent.verb, response.json())
        return said

    def _pause(self) -> None:
        time.sleep(self.rng.uniform(*PAUSE_S))

    def _keep(self, verb: str, body: Any) -> None:
        """Keep the id of a token, and where it went."""
        of_none = verb in ("open", "close", "reopen") or "code" in body
        token = body.get("current") or (None if of_none else token_of(verb, body))
        if token:
            self.ids[token["label"]] = token["id"]
            self.stages[token["label"]] = token["stage"] or ""


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


def command_of(verb: str, at: str, token: str = "", **more: Any) -> Operation:  # other fields of an operation
    """Return a command that is yet to be sent."""
    return Operation(verb, at, None, 0, None, token, **more)


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


class Counter:
    """Calls and serves at one counter: parks some, misses some, sends some elsewhere, takes some of it back."""

    def __init__(self, sender: Sender, counter: str, counters: Collection[str], people: People) -> None:
        self._sender, self._counter, self._people = sender, counter, people
        self._rng, self._parked = sender.rng, list[str]()
        self._others = [
            other for other in counters if stage_of(other) in ROUTES["N"] and stage_of(other) != stage_of(counter)
        ]

    def run(self) -> None:
        """Open, then work until told to stop; open again when the day was closed and goes on."""
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
        """Send somebody to a stage or to one counter."""
        other = self._rng.choice(self._others)
        to = other if self._chance(TO_ONE_COUNTER) else stage_of(other)
        where = {"stage" if to == stage_of(to) else "counter": to}
        return self._send("transfer", label, {**where, "returns": back}, to=to, back=back)

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
        to = self._sender.stages[label] if led else ""
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
        if more:
            body = {**(body or {}), **more}
        sent = command_of(verb, self._counter, label, **fields)
        return self._sender.command(sent, f"centres/{CENTRE}/counters/{self._counter}/{word}", body)


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
