"""The floor that the benchmarks act on: preset M, open day and night, with numbers and counters enough."""

import itertools
import os
import secrets
import threading
from collections.abc import Callable
from datetime import date
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bench.timing import timed
from server.clocks import SystemClock
from server.domain.ids import status_secret, token_id
from server.domain.roles import Role
from server.services import access, counters, tokens
from server.services.idempotency import Answer, Attempt, once
from server.services.presets import always_open, install_centre, load_preset
from server.storage import schema
from server.storage.database import Command, Database
from server.storage.transaction import Transaction

T = TypeVar("T")
STAGE, COUNTERS = "G", 512
FIRST_DAY = date(2020, 1, 1)
MANY = 9_999_999


class Writes(Protocol):
    """What runs a command in a transaction of a centre."""

    def write(self, centre: int | None, fn: Callable[[Transaction], T]) -> T:
        """Run `fn` and return its answer."""


class _OnThisThread(Database):
    """A database whose commands run on the thread that asks, each in a transaction of its own."""

    def write(self, centre: int | None, fn: Callable[[Transaction], T]) -> T:
        """Run `fn` at once; one that finds the database locked for too long tries again."""
        while True:
            try:
                [(answer, refusal)], _ = self._commit([Command(centre, fn)])
            except OperationalError:
                continue
            if refusal is not None:
                raise refusal
            return cast(T, answer)


class OwnTransactions:
    """The same code without the writer thread: one transaction per command, each thread with its own connection.

    The threads meet in the database's own waiting: SQLite's busy handler, PostgreSQL's row lock.
    """

    def __init__(self, url: str) -> None:
        self._url, self._mine = url, threading.local()
        self._all: list[Database] = []

    def write(self, centre: int | None, fn: Callable[[Transaction], T]) -> T:
        """Run `fn` in a transaction of its own."""
        if not hasattr(self._mine, "db"):
            self._mine.db = _OnThisThread(self._url)
            self._all.append(self._mine.db)
        return cast(T, self._mine.db.write(centre, fn))

    def close(self) -> None:
        """Close the connections of all threads."""
        for db in self._all:
            db.close()


class Scene:
    """A centre to act on; tokens are issued and called at stage G, which has 512 open counters."""

    def __init__(self, url: str, *, synchronous: str = "FULL") -> None:
        schema.migrate(url, synchronous=synchronous)
        self.url, self.db = url, Database(url, synchronous=synchronous)
        self.clock = SystemClock()
        preset = always_open(load_preset("M"))
        stages = [
            s.model_copy(update={"counters": COUNTERS, "open": None}) if s.code == STAGE else s for s in preset.stages
        ]
        self.preset = preset.model_copy(update={"stages": stages})
        self.centre = self.db.write(
            None, lambda tx: install_centre(tx, self.preset, FIRST_DAY, secrets.token_hex(4), demo=True)
        )
        self.sql(f"UPDATE series SET last = {MANY}")
        self.sql(f"UPDATE counter SET state = 'open' WHERE stage = '{STAGE}'")

    def sql(self, statement: str, **values: Any) -> None:
        """Change rows past the services, to set the stage."""
        self.db.write(None, lambda tx: tx.conn.execute(text(statement), values))

    def key(self, role: Role) -> str:
        """Make a bearer key."""
        now = self.clock.now()
        return self.db.write(self.centre, lambda tx: access.create_key(tx, role, "bench", now))

    def issue(self, db: Writes | None = None) -> None:
        """Issue a token as the route does: exactly once under a key."""
        now = self.clock.now()
        order = tokens.Order(token_id(now, os.urandom), status_secret(os.urandom), "NORMAL", language="hi")
        self._once(db, lambda tx: {"label": tokens.issue(tx, order, now, "bench").token.label})

    def call(self, counter: str, db: Writes | None = None) -> None:
        """Call the next citizen as the route does."""
        now = self.clock.now()
        self._once(db, lambda tx: {"id": counters.call_next(tx, counter, now, "bench").id})

    def _once(self, db: Writes | None, fn: Callable[[Transaction], dict[str, Any]]) -> None:
        attempt = Attempt("bench", secrets.token_hex(8), "hash", self.clock.now())
        (db or self.db).write(self.centre, lambda tx: once(tx, attempt, lambda: Answer(200, fn(tx))))

    def fill(self, count: int) -> None:
        """Put so many people in line."""
        timed(lambda _: self.issue(), count, 32)

    def clear(self) -> None:
        """End all tokens and free all counters."""
        self.sql("UPDATE step SET state = 'done', counter = NULL WHERE state NOT IN ('done', 'skipped')")
        self.sql("UPDATE token SET ended_at = issued_at WHERE ended_at IS NULL")


def counter_names() -> Callable[[int], str]:
    """Return what names a counter of stage G, another at each turn."""
    turn = itertools.cycle(range(1, COUNTERS + 1))
    return lambda _: f"{STAGE}{next(turn)}"
