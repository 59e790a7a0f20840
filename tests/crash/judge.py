"""Opens a database after a power cut and says what it lost."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.services.proof.verify import verify
from server.storage.database import Database
from server.storage.engines import sqlite_module
from server.storage.sql import centres
from tests.factories import CENTRE

SQLITE = sqlite_module()


@dataclass(frozen=True, slots=True)
class Promise:
    """An answer: where in the trace it was given, under which key, and the (id, label) of the token it names."""

    at: int
    key: str
    token: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a power cut did: how many answers and answered tokens are gone, and what is wrong with the file."""

    due: int
    lost: int = 0
    lost_tokens: int = 0
    wrong: str = ""


def examine(file: Path, due: Sequence[Promise], history: Sequence[str], *, closely: bool) -> Finding:
    """Open a database as it stands after a power cut and compare it with what was promised before.

    `history` are the hashes of the events in order: the database must hold a beginning of it. `closely`: check all
    indexes against their tables and replay the record, too.
    """
    for leftover in file.parent.glob(f"{file.name}-shm"):
        leftover.unlink()
    try:
        with closing(SQLITE.connect(file)) as connection:
            wrong = _damage(connection, closely) or _break(connection, history)
            finding = Finding(len(due), *_losses(connection, due), wrong)
    except SQLITE.DatabaseError as error:
        return Finding(len(due), wrong=str(error))
    return Finding(len(due), finding.lost, finding.lost_tokens, _replayed(file)) if closely and not wrong else finding


def _damage(connection: Any, closely: bool) -> str:
    found = connection.execute("PRAGMA integrity_check" if closely else "PRAGMA quick_check").fetchone()[0]
    return "" if found == "ok" else str(found)


def _break(connection: Any, history: Sequence[str]) -> str:
    """Return where the events leave the history, or the centre its last event."""
    events = connection.execute("SELECT seq, hash FROM event ORDER BY seq").fetchall()
    if events != list(enumerate(history[: len(events)], 1)):
        return "the events are not a beginning of the history"
    head = connection.execute("SELECT event_seq, head FROM centre").fetchone()
    return "" if not events or head == events[-1] else "the centre does not stand at its last event"


def _losses(connection: Any, due: Sequence[Promise]) -> tuple[int, int]:
    kept = {key for (key,) in connection.execute("SELECT key FROM idempotency")}
    tokens = set(connection.execute("SELECT id, label FROM token"))
    named = {promise.token for promise in due if promise.token is not None}
    return sum(1 for promise in due if promise.key not in kept), len(named - tokens)


def _replayed(file: Path) -> str:
    try:
        with closing(Database(f"sqlite:///{file}")) as db:
            verdict = db.read(lambda conn: verify(conn, centres.centre_by_code(conn, CENTRE)))
    except Exception as error:  # a damaged record may end the replay in any way
        return f"{type(error).__name__}: {error}"
    return "; ".join(fault.text for fault in verdict.faults)
