"""Records a working server down to its system calls, and cuts the power at random instants of the recording."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from server.storage.database import Database
from server.storage.tables import events
from tests.crash.commands import Command
from tests.crash.images import Disk
from tests.crash.judge import Finding, Promise, examine
from tests.crash.load import Crew
from tests.crash.servers import TracedServer, install
from tests.crash.trace import Step, Told, read_trace

LOOKED_INTO = 10


class NotInTrace(Exception):
    """A client heard an answer that the trace does not hold."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a server found on the disk, did and left; `promises` are its answers, in the order of the trace.

    `history` is the hash of every event that it ever committed, from the first on.
    """

    found: Mapping[str, bytes]
    steps: Sequence[Step]
    left: Mapping[str, bytes]
    promises: Sequence[Promise]
    history: Sequence[str]


def record(folder: Path, answers: int, fault: str = "none") -> Recording:
    """Let a crew work on a traced server until that many commands are answered, and end it in order."""
    main = folder / "baari.sqlite"
    files = (main, folder / "baari.sqlite-wal")
    url = f"sqlite:///{main}"
    bearer = install(url)
    found = _contents(files)
    with TracedServer(url, folder, fault) as server, closing(Crew(server.url, bearer)) as crew:
        with crew.at_work():
            crew.wait_for(answers)
        crew.close()
        server.stop()
        left = _contents(files)
        steps = list(read_trace(server.trace, files))
        server.trace.unlink()
    with closing(Database(url)) as db:
        history = db.read(
            lambda conn: conn.execute(select(events.EventTable.hash).order_by(events.EventTable.seq)).scalars().all()
        )
    return Recording(found, steps, left, list(_promises(steps, crew)), history)


def _contents(files: Sequence[Path]) -> dict[str, bytes]:
    """Return what stands in files; one that is not there is empty, as the database takes it."""
    return {file.name: file.read_bytes() if file.exists() else b"" for file in files}


def _promises(steps: Sequence[Step], crew: Crew) -> Iterator[Promise]:
    """Find the answers that clients heard among what the server sent."""
    sent: dict[bytes, int] = {}
    for at, step in enumerate(steps):
        if isinstance(step, Told):
            sent.setdefault(step.data.rpartition(b"\r\n\r\n")[2], at)
    done = [command for worker in crew.workers for command in worker.sent if command.carried_out]
    return iter(sorted((_promise(sent, command) for command in done), key=lambda promise: promise.at))


def _promise(sent: Mapping[bytes, int], command: Command) -> Promise:
    assert command.answer is not None
    at = sent.get(command.answer.raw)
    if at is None:
        raise NotInTrace(f"{command.verb} {command.key}")
    token = command.answer.token
    return Promise(at, command.key, None if token is None else (token["id"], token["label"]))


def cut_power(recording: Recording, folder: Path, images: int, seed: int) -> Iterator[Finding]:
    """Cut the power at random instants, and examine what the database makes of each image."""
    rng, disk, done = random.Random(seed), Disk(recording.found), 0
    instants = sorted(rng.randint(0, len(recording.steps)) for _ in range(images))
    for number, instant in enumerate(instants):
        for step in recording.steps[done:instant]:
            disk.take(step)
        done = instant
        for name, content in disk.after_power_cut(rng).items():
            (folder / name).write_bytes(content)
        due = [promise for promise in recording.promises if promise.at < instant]
        yield examine(folder / "baari.sqlite", due, recording.history, closely=number % LOOKED_INTO == 0)
