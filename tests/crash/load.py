"""Kiosks and counters at work: each sends one command after another, under keys that it keeps for retries.

There is a counter at each stage, so that people pass through the whole centre, and as many come in as leave.
"""

import itertools
import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from tests.crash.commands import Answer, Command
from tests.factories import CENTRE

SERVICES = ("NORMAL", "NORMAL", "TATKAAL", "PCC", "ENQUIRY")
KIOSKS, DESKS, PEOPLE = 4, ("G1", "A1", "B1", "C1", "X1", "E1", "E2"), 60
EMPTY_S, LOOK_S, PATIENCE_S = 0.02, 0.005, 60.0
UNSURE = 500


Next = tuple[str, str, Mapping[str, Any] | None]


class Worker(ABC):
    """Sends commands over HTTP, one after another."""

    def __init__(self, url: str, bearer: str) -> None:
        headers = {"Authorization": f"Bearer {bearer}"}
        # `verify` is of no use on plain HTTP: without it no certificates are read
        self._http = httpx.Client(base_url=f"{url}/api/v1/", headers=headers, timeout=30, verify=False)  # noqa: S501
        self.sent: list[Command] = []
        self.answered = 0

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def work(self, stop: threading.Event) -> None:
        """Send commands until told to stop or left without an answer."""
        while not stop.is_set():
            wanted = self._next()
            if wanted is None:
                continue
            self.sent.append(Command(*wanted, key=secrets.token_hex(8)))
            if not self.settle(self.sent[-1]):
                return
            if self.sent[-1].refusal:
                stop.wait(EMPTY_S)

    def settle(self, command: Command) -> bool:
        """Send a command, for the first time or again, and take over the answer; False when none came."""
        command.answer = self.ask(command)
        if command.answer is None:
            return False
        if command.carried_out:
            self._go_on(command.answer)
        return True

    def ask(self, command: Command) -> Answer | None:
        """Send a command and return the answer, None when that leaves the outcome unknown."""
        try:
            response = self._http.post(command.path, json=command.body, headers={"Idempotency-Key": command.key})
        except httpx.TransportError:
            return None
        return None if response.status_code >= UNSURE else Answer(response.status_code, response.content)

    @abstractmethod
    def _next(self) -> Next | None:
        """Return the verb, path and body of the next command, None when there is none for the moment."""

    def _go_on(self, answer: Answer) -> None:
        """Go on to what comes after a command that was carried out."""
        self.answered += 1


class Kiosk(Worker):
    """Issues tokens while there is room in the hall."""

    def __init__(self, url: str, bearer: str, room: threading.Semaphore) -> None:
        super().__init__(url, bearer)
        self._room, self._services = room, itertools.cycle(SERVICES)

    def _next(self) -> Next | None:
        if not self._room.acquire(timeout=EMPTY_S):
            return None
        return "issue", f"centres/{CENTRE}/tokens", {"service": next(self._services)}


class Desk(Worker):
    """Opens a counter, then calls, starts and finishes; makes room for another when somebody leaves the centre."""

    def __init__(self, url: str, bearer: str, counter: str, room: threading.Semaphore) -> None:
        super().__init__(url, bearer)
        self._counter, self._room = counter, room
        self._verbs = itertools.chain(["open"], itertools.cycle(["call-next", "start", "finish"]))
        self._verb = next(self._verbs)

    def _next(self) -> Next:
        return self._verb, f"centres/{CENTRE}/counters/{self._counter}/{self._verb}", None

    def _go_on(self, answer: Answer) -> None:
        super()._go_on(answer)
        self._verb = next(self._verbs)
        if answer.token is not None and answer.token["ended"]:
            self._room.release()


class Crew:
    """All who work on a floor."""

    def __init__(self, url: str, bearer: str) -> None:
        room = threading.Semaphore(PEOPLE)
        kiosks = [Kiosk(url, bearer, room) for _ in range(KIOSKS)]
        self.workers: list[Worker] = [*kiosks, *(Desk(url, bearer, counter, room) for counter in DESKS)]

    def close(self) -> None:
        """Close all connections."""
        for worker in self.workers:
            worker.close()

    @property
    def answered(self) -> int:
        """How many commands were carried out and answered so far."""
        return sum(worker.answered for worker in self.workers)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let all work at the same time; on leaving, each ends with the command under way."""
        stop = threading.Event()
        threads = [threading.Thread(target=worker.work, args=(stop,)) for worker in self.workers]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until that many more commands are carried out and answered; raises TimeoutError."""
        enough, give_up = self.answered + more, time.monotonic() + PATIENCE_S
        while self.answered < enough:
            if time.monotonic() > give_up:
                raise TimeoutError(f"fewer than {more} answers in {PATIENCE_S} s")
            time.sleep(LOOK_S)
