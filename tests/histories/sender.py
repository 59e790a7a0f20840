"""How a client sends a command: again under the same key until it is answered, and sometimes once more."""

import random
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

import httpx

from tests.histories.history import LEAVE, Operation, Said
from tests.histories.tape import FAILED, Tape, said_of, stands_of, token_of

PATIENCE_S, IMPATIENCE_S, AWAY_S = 15.0, 0.008, 45.0
TRIES = 20
IMPATIENT, AGAIN = 0.02, 0.05
PAUSE_S = (0.02, 0.08)
OF_NONE = ("open", "close", "reopen", "sit", "get_up")
"""The verbs that are not done to a token."""


@dataclass
class Sender:
    """Sends the commands of one client, to any of the servers, and writes every try on the tape.

    `headers` say who it is, `officer` its id as one to whom people are sent, nothing for a key. `ids` are those of
    tokens, `led` tells to which stage somebody (a label) went from a counter last; it is shared by those who sit there.
    """

    tape: Tape
    urls: Sequence[str]
    headers: Mapping[str, str]
    name: str
    rng: random.Random
    stop: Event
    officer: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    led: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._http = httpx.Client(headers=self.headers, verify=False)  # noqa: S501 - plain HTTP: spares reading certificates

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def rest(self, times: float = 1) -> None:
        """Wait a little."""
        self.stop.wait(self.rng.uniform(*PAUSE_S) * times)

    def command(self, sent: Operation, path: str, body: Any = None) -> Said | None:
        """Send a command until it is answered, sometimes once more under the same key; None: never answered."""
        sent = replace(sent, key=secrets.token_hex(8), client=self.name, by=self.officer)
        patience = IMPATIENCE_S if self.rng.random() < IMPATIENT else PATIENCE_S
        said = self._until_answered(sent, path, body, patience)
        if said is not None and self.rng.random() < AGAIN:
            # Until it is answered too: after a refusal this one may be carried out.
            self._until_answered(sent, path, body, PATIENCE_S)
        return said

    def _until_answered(self, sent: Operation, path: str, body: Any, patience: float) -> Said | None:
        """Try a command again and again, patiently from the second time on."""
        for _ in range(TRIES):
            said = self._try_when_there(sent, path, body, patience)
            if said is not None:
                return said
            patience = PATIENCE_S
            self._pause()
        return None

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
            self._keep(sent, response.json())
        return said

    def _pause(self) -> None:
        time.sleep(self.rng.uniform(*PAUSE_S))

    def _keep(self, sent: Operation, body: Any) -> None:
        """Keep the id of a token, and where it went; an answer to any try, for one may be refused and the next not."""
        of_none = sent.verb in OF_NONE or "code" in body
        token = body.get("current") or (None if of_none else token_of(sent.verb, body))
        if token:
            self.ids[token["label"]] = token["id"]
        if token and sent.verb in LEAVE and "code" not in body:
            self.led[sent.at, token["label"]] = token["stage"] or ""


def command_of(verb: str, at: str, token: str = "", **more: Any) -> Operation:  # other fields of an operation
    """Return a command that is yet to be sent."""
    return Operation(verb, at, None, 0, None, token, **more)
