"""A writer: one command at a time, and one commit for all that came meanwhile."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.storage.transaction import Asks, Transaction

BATCH = 64
IDLE_S = 10.0


@dataclass(slots=True, eq=False)
class Command:
    """A command: its centre, what to run, what it asks first, what came of it, and whom to wake if it waits.

    `beside` is another centre that it changes too.
    """

    centre: int | None
    fn: Callable[[Transaction], object]
    asks: Asks | None = None
    beside: int | None = None
    result: object = None
    refusal: Exception | None = None
    answered: "threading.Lock | None" = None  # a factory in Python 3.11, so no type when the class is made

    def answer(self, result: object, refusal: Exception | None) -> None:
        """Say what came of it."""
        self.result, self.refusal = result, refusal
        if self.answered is not None:
            self.answered.release()

    def outcome(self) -> object:
        """Return what `fn` returned, or raise what it raised, when it is answered."""
        refusal, self.refusal = self.refusal, None  # it holds this frame, and so must not be held by the command
        if refusal is not None:
            try:
                raise refusal
            finally:
                del refusal
        return self.result


class Writer:
    """Lets one thread at a time write.

    Whoever comes while nobody writes and nobody waits writes at once, in its own thread. Commands that come meanwhile
    wait together for a thread of the writer, which ends when nobody has waited for IDLE_S; whoever brings several takes
    them along. `apply` runs a batch of commands, answers each and raises nothing.
    """

    def __init__(self, apply: Callable[[Sequence[Command]], None]) -> None:
        self._apply = apply
        self._commands: deque[Command] = deque()
        self._writing, self._starting = threading.Lock(), threading.Lock()
        self._awake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """How many commands wait."""
        return len(self._commands)

    @property
    def busy(self) -> bool:
        """Whether somebody writes."""
        return self._writing.locked()

    def run(self, command: Command) -> None:
        """Run a command; returns when it is answered."""
        if not self._commands and self.take():
            self._apply_and_release([command])
        else:
            self._wait(command)

    def run_all(self, commands: Sequence[Command]) -> None:
        """Run commands together, with those that wait before them; returns when they are answered."""
        self._writing.acquire()
        self._apply_and_release([*self._next_batch(), *commands])

    def take(self) -> bool:
        """Take the right to write if nobody has it; returns whether it is ours, to be released."""
        return self._writing.acquire(blocking=False)

    def release(self) -> None:
        """Give the right to write back."""
        self._writing.release()

    def close(self) -> None:
        """Finish the commands under way and end the thread; a later command begins another."""
        with self._starting:
            thread, self._closing = self._thread, True
        self._awake.set()
        if thread is not None:
            thread.join()
        with self._writing:
            self._closing = False

    def _wait(self, command: Command) -> None:
        command.answered = answered = threading.Lock()  # a lock that is held until then: an Event costs five of them
        answered.acquire()
        self._commands.append(command)
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
                self._thread.start()
            self._awake.set()
        answered.acquire()

    def _serve(self) -> None:
        while True:
            called = self._awake.wait(IDLE_S)
            self._awake.clear()
            while self._commands:
                self._writing.acquire()
                self._apply_and_release(self._next_batch())
            if (self._closing or not called) and self._ends():
                return

    def _ends(self) -> bool:
        """Let the thread end unless somebody waits again; who comes later begins another."""
        with self._starting:
            if not self._commands:
                self._thread = None
            return self._thread is None

    def _next_batch(self) -> list[Command]:
        """Take the commands that wait, oldest first; only who holds the right to write takes any."""
        return [self._commands.popleft() for _ in range(min(BATCH, len(self._commands)))]

    def _apply_and_release(self, batch: Sequence[Command]) -> None:
        """Run a batch by whoever holds the right to write, and give it back."""
        try:
            if batch:  # those who waited may have been taken along meanwhile
                self._apply(batch)
        finally:
            self._writing.release()
