"""Kiosks and counters as they behave: they retry what was not answered, press twice, and lose patience."""

import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import httpx

from tests.factories import CENTRE
from tests.histories.history import Operation, Refusal, Said
from tests.histories.tape import FAILED, Tape, said_of, token_of

PATIENCE_S, IMPATIENCE_S, AWAY_S = 15.0, 0.008, 45.0
TRIES = 20
IMPATIENT, AGAIN, PRESSED_TWICE, RECALLED = 0.02, 0.05, 0.1, 0.2
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

    def command(self, verb: str, at: str, path: str, body: Any = None, *, token: str = "") -> Said | None:
        """Send a command until it is answered, sometimes once more under the same key; None: never answered."""
        sent = Operation(verb, at, None, 0, None, token, secrets.token_hex(8), self.name)
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
            said = said_of(sent.verb, response)
            if response.status_code == FAILED:
                self.tape.failures.append(f"{sent.verb} at {sent.at}: {response.text}")
        except httpx.ConnectError:
            raise
        except httpx.TransportError:
            said = None
        ended = None if said is None else self.tape.now()
        self.tape.commands.append(replace(sent, said=said, invoked=begun, returned=ended))
        if said is not None:
            self._keep_id(sent.verb, response.json())
        return said

    def _pause(self) -> None:
        time.sleep(self.rng.uniform(*PAUSE_S))

    def _keep_id(self, verb: str, body: Any) -> None:
        token = body.get("current") or (None if verb == "open" or "code" in body else token_of(verb, body))
        if token:
            self.ids[token["label"]] = token["id"]


class Kiosk:
    """Issues tokens, at about the pace at which the counters serve them."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def run(self) -> None:
        """Work until told to stop."""
        while not self._sender.stop.is_set():
            series = self._sender.rng.choices(list(SHARES), list(SHARES.values()))[0]
            body = {"service": SERVICES[series], "need": "senior" if series == "F" else None}
            self._sender.command("issue", series, f"centres/{CENTRE}/tokens", body)
            self._sender.rest(BETWEEN_CITIZENS)


class Counter:
    """Calls, recalls, starts and finishes at one counter."""

    def __init__(self, sender: Sender, counter: str) -> None:
        self._sender, self._counter = sender, counter

    def run(self) -> None:
        """Open, then work until told to stop."""
        self._send("open")
        while not self._sender.stop.is_set():
            said = self._send("call")
            if isinstance(said, str):
                self._serve(said)
            elif isinstance(said, Refusal) and said.token:
                self._serve(said.token)
            else:
                self._sender.rest()

    def _serve(self, label: str) -> None:
        if self._sender.rng.random() < PRESSED_TWICE:
            self._send("call")
        if self._sender.rng.random() < RECALLED:
            self._send("recall", label)
        self._send("start", label)
        self._send("finish", label)

    def _send(self, verb: str, label: str = "") -> Said | None:
        word = "call-next" if verb == "call" else verb
        body = {"token": self._sender.ids[label]} if label else None
        return self._sender.command(
            verb, self._counter, f"centres/{CENTRE}/counters/{self._counter}/{word}", body, token=label
        )
