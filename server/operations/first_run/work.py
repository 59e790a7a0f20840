"""The restore that somebody began on the page: how far it is, and what came of it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, Queue

from server.domain.errors import Refused
from server.operations.in_force import Ask, Two
from server.services.backups.sealing import CannotOpen
from server.services.setup.secret import WrongSecret
from server.storage.schema import WrongSchema

ANSWER_S = 900.0
"""How long two people may take to say who they are."""
BEYOND = (CannotOpen, WrongSchema, WrongSecret, Refused, LookupError, ValueError, OSError)
"""What says in a sentence why a backup is not restored."""
Tell = Callable[[str], None]
Restore = Callable[[Tell, Ask], list[str]]


@dataclass(slots=True)
class Work:
    """The restore: where it is, what came of it, or why it failed; `asking` while two people have to let it be."""

    step: str = ""
    lines: list[str] = field(default_factory=list)
    failure: str = ""
    asking: bool = False
    wrong: str = ""
    _given: Queue[Two] = field(default_factory=Queue)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _under_way: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_under_way(self) -> bool:
        """Whether a backup is being restored."""
        return self._under_way.locked()

    def begin(self, restore: Restore, done: Callable[[], None]) -> bool:
        """Restore in a thread of its own, and call `done` afterwards; False while one is under way."""
        if self.lines or not self._under_way.acquire(blocking=False):
            return False
        self.step, self.failure = "Reading the backup", ""
        threading.Thread(target=self._run, args=(restore, done), name="restore", daemon=True).start()
        return True

    def _run(self, restore: Restore, done: Callable[[], None]) -> None:
        try:
            self.lines = restore(self._tell, self._ask)
        except BEYOND as error:
            self.failure = str(error)
        except Exception as error:  # whoever stands before the page has to hear of it
            self.failure = f"{type(error).__name__}: {error}"
        finally:
            self.asking = False
            self._under_way.release()
        if self.lines:
            done()

    def give(self, two: Two) -> None:
        """Take what two people give, if they are asked."""
        with self._turn:
            if self.asking:
                self.asking = False
                self._given.put(two)

    def _ask(self, wrong: str) -> Two:
        self.wrong, self.asking = wrong, True
        try:
            return self._given.get(timeout=ANSWER_S)
        except Empty:
            raise ValueError("Nobody said who lets it be in force.") from None

    def _tell(self, step: str) -> None:
        self.step = step
