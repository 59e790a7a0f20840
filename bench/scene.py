"""The floor that the benchmarks act on: preset M, open day and night, with numbers and counters enough."""

import itertools
import math
import os
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from time import perf_counter
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.clock import SystemClock
from server.domain.actors import By
from server.domain.ids import status_secret, token_id
from server.domain.permissions import Role
from server.services.command import Answer, Attempt, once
from server.services.floor import call, issue
from server.services.people import keys
from server.services.setup.presets import always_open, install_centre, load_preset
from server.storage import schema
from server.storage.database import Command, Database
from server.storage.transaction import Transaction

T = TypeVar("T")
CODE, STAGE, COUNTERS = "PSK-DEMO", "G", 512
FIRST_DAY = date(2020, 1, 1)
MANY = 9_999_999


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a second something was done, and the median and the 99th percentile of its time in milliseconds."""

    per_s: float
    p50_ms: float
    p99_ms: float


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile: the smallest value that at least so many percent reach (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def rate_of(seconds: Sequence[float], took: float) -> Rate:
    """Return the rate of calls that took `seconds` each and `took` seconds together."""
    return Rate(len(seconds) / took, percentile(seconds, 50) * 1000, percentile(seconds, 99) * 1000)


def timed(act: Callable[[int], Any], count: int, threads: int) -> Rate:
    """Run `act(0)` … `act(count - 1)` on so many threads and return their rate."""

    def one(number: int) -> float:
        begin = perf_counter()
        act(number)
        return perf_counter() - begin

    with ThreadPoolExecutor(threads) as pool:
        begin = perf_counter()
        each = list(pool.map(one, range(count)))
        return rate_of(each, perf_counter() - begin)


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
        return self.db.write(self.centre, lambda tx: keys.create_key(tx, role, "bench", now))

    def issue(self, db: Writes | None = None) -> None:
        """Issue a token as the route does: exactly once under a key."""
        now = self.clock.now()
        order = issue.Order(token_id(now, os.urandom), status_secret(os.urandom), "NORMAL", language="hi")
        self._once(db, lambda tx: {"label": issue.issue(tx, order, By("bench")).token.label})

    def call(self, counter: str, db: Writes | None = None) -> None:
        """Call the next citizen as the route does."""
        self._once(db, lambda tx: {"id": call.call_next(tx, By("bench", counter)).id})

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
