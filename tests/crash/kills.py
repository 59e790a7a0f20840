"""Kills a server under load, starts it again, settles with every client and audits the books; again and again."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.crash.audit import Books, content, miscounted, read_books
from tests.crash.commands import Command
from tests.crash.load import Crew, Worker
from tests.processes import ServerProcess

ANSWERS, LATEST_S = 40, 0.05
EMPTY = "queue_empty"


@dataclass
class Figures:
    """What happened: commands carried out and answered, and those cut off by a kill, of which some were applied."""

    kills: int = 0
    answered: int = 0
    cut_off: int = 0
    applied: int = 0
    ready_s: list[float] = field(default_factory=list)


@dataclass
class Ordeal:
    """A crew that works on a server of its own, which is killed again and again."""

    server: ServerProcess
    crew: Crew
    rng: random.Random
    figures: Figures = field(default_factory=Figures)
    carried_out: Counter[str] = field(default_factory=Counter)

    def kill_once(self, *, replay: bool = False) -> list[str]:
        """Kill, start, settle, audit; returns what is wrong. `replay`: replay the whole record, too."""
        self._crash()
        sent = [command for worker in self.crew.workers for command in worker.sent]
        after_crash = read_books(self.server.database_url, sent, replay=False)
        faults = [*after_crash.faults, *_lost(sent, after_crash)]
        for worker in self.crew.workers:
            faults += self._settle(worker, after_crash)
        self.carried_out.update(command.verb for command in sent if command.carried_out)
        settled = read_books(self.server.database_url, sent, replay=replay)
        faults += [f"{one.verb} was refused: {one.refusal}" for one in sent if one.refusal not in ("", EMPTY)]
        return [*faults, *settled.faults, *_lost(sent, settled), *miscounted(settled, self.carried_out)]

    def _crash(self) -> None:
        """Let the crew work, kill the server after some answers, at any instant between two, and start it again."""
        for worker in self.crew.workers:
            worker.sent.clear()
        with self.crew.at_work():
            self.crew.wait_for(self.rng.randint(1, ANSWERS))
            time.sleep(self.rng.uniform(0, LATEST_S))
            self.server.kill()
        begun = time.monotonic()
        self.server.start()
        self.figures.kills += 1
        self.figures.ready_s.append(time.monotonic() - begun)

    def _settle(self, worker: Worker, books: Books) -> list[str]:
        """Send again what was not answered: the first answer if it was applied, applied now if not, and always so."""
        faults = []
        for command in worker.sent:
            if command.answer is not None:
                self.figures.answered += command.carried_out
                continue
            self.figures.cut_off += 1
            self.figures.applied += command.key in books.kept
            faults += _retried(worker, command, books)
        return faults


def _lost(sent: list[Command], books: Books) -> list[str]:
    """Find commands that were carried out, said the server, and are not kept so."""
    return [f"{one.verb} {one.key} is lost" for one in sent if one.carried_out and not books.says(one)]


def _retried(worker: Worker, command: Command, books: Books) -> list[str]:
    if not worker.settle(command) or command.answer is None:
        return [f"{command.verb} {command.key} is not answered after the restart"]
    if command.key in books.kept and not books.says(command):
        return [f"{command.verb} {command.key} had been applied and got another answer"]
    if command.refusal:
        return []
    again = worker.ask(command)
    if again is None or content(again) != content(command.answer):
        return [f"{command.verb} {command.key} got another answer at the second retry"]
    return []
