"""Kiosks and counters as they behave: they retry what was not answered, press twice, and lose patience."""

import random
import secrets
import time
from collections import deque
from collections.abc import Collection, Sequence
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
SENT, AND_BACK = 0.12, 0.6
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
            self._keep_id(sent.verb, response.json())
        return said

    def _pause(self) -> None:
        time.sleep(self.rng.uniform(*PAUSE_S))

    def _keep_id(self, verb: str, body: Any) -> None:
        token = body.get("current") or (None if verb == "open" or "code" in body else token_of(verb, body))
        if token:
            self.ids[token["label"]] = token["id"]


class Gone(NamedTuple):
    """Somebody who was missed: the label, the id, and the stage."""

    label: str
    token: str
    stage: str


Absent = deque[Gone]
"""Those who were missed and have not come back; threads may append and pop at once."""


def command_of(verb: str, at: str, token: str = "", to: str = "", *, back: bool = False) -> Operation:
    """Return a command that is yet to be sent."""
    return Operation(verb, at, None, 0, None, token, to=to, back=back)


class Kiosk:
    """Issues tokens, at about the pace at which the counters serve them; who was missed comes back to it."""

    def __init__(self, sender: Sender, absent: Absent) -> None:
        self._sender, self._absent = sender, absent

    def run(self) -> None:
        """Work until told to stop."""
        while not self._sender.stop.is_set():
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
    """Calls and serves at one counter: parks some, misses some, sends some to another stage."""

    def __init__(self, sender: Sender, counter: str, stages: Collection[str], absent: Absent) -> None:
        self._sender, self._counter, self._absent = sender, counter, absent
        self._rng, self._parked = sender.rng, list[str]()
        self._others = [stage for stage in ROUTES["N"] if stage in stages and stage != stage_of(counter)]

    def run(self) -> None:
        """Open, then work until told to stop."""
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
        if self._chance(PARKED):
            self._park(label)
        else:
            self._end(label)

    def _end(self, label: str) -> None:
        if stage_of(self._counter) in ROUTES["N"] and self._chance(SENT):
            self._send("transfer", label, self._rng.choice(self._others), back=self._chance(AND_BACK))
        else:
            self._send("finish", label)

    def _miss(self, verb: str, label: str) -> None:
        """Miss somebody, after a second call or, too early, without one."""
        if verb == "miss" and not self._chance(TOO_EARLY):
            self._send("recall", label)
        if isinstance(self._send(verb, label), str):
            self._absent.append(Gone(label, self._sender.ids[label], stage_of(self._counter)))

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

    def _send(self, verb: str, label: str = "", to: str = "", *, back: bool = False) -> Said | None:
        word = WORDS.get(verb, verb)
        body: dict[str, Any] | None = {"token": self._sender.ids[label]} if label else None
        if body and verb == "miss_held":
            body["state"] = "held"
        if body and to:
            body |= {"stage": to, "returns": back}
        sent = command_of(verb, self._counter, label, to, back=back)
        return self._sender.command(sent, f"centres/{CENTRE}/counters/{self._counter}/{word}", body)
