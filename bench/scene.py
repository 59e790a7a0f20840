"""The floor that the benchmarks act on: preset M, open day and night, with numbers and counters enough."""

import itertools
import os
import secrets
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import text

from bench.alone import Writes
from bench.timing import timed
from server.clock import SystemClock
from server.domain.actors import By
from server.domain.events.kinds import TokenStarted
from server.domain.ids import status_secret, token_id
from server.domain.permissions import Role
from server.domain.token.token import Token
from server.services.command import Answer, Attempt, once
from server.services.floor import call, issue, serve
from server.services.people import keys, passwords, sign_in
from server.services.setup.presets import always_open, install_centre, load_preset
from server.services.setup.shapes import Preset, StageShape
from server.storage import schema
from server.storage.database import Database
from server.storage.transaction import Transaction

STAGE, COUNTERS, HALL = "G", 512, 64
"""Where all acts; counters for calls that nobody finishes, and where each call is: twice the callers, a large hall."""
FIRST_DAY = date(2020, 1, 1)
MANY = 9_999_999


def counter_path(centre: str, counter: str, verb: str) -> str:
    """Return the address of a counter below /api/v1/: the one place that spells it."""
    return f"centres/{centre}/counters/{counter}/{verb}"


def tokens_path(centre: str) -> str:
    """Return the address below /api/v1/ where a centre's tokens are issued."""
    return f"centres/{centre}/tokens"


def preset_m(*wide: str, counters: int = COUNTERS) -> Preset:
    """Return preset M, open day and night, with so many counters at each stage named."""

    def widened(stage: StageShape) -> StageShape:
        return stage.model_copy(update={"counters": counters, "open": None}) if stage.code in wide else stage

    preset = always_open(load_preset("M"))
    return preset.model_copy(update={"stages": [widened(stage) for stage in preset.stages]})


class Scene:
    """A centre to act on; tokens are issued and called at stage G, which has 512 open counters unless told."""

    def __init__(self, url: str, *, synchronous: str = "FULL", preset: Preset | None = None) -> None:
        schema.migrate(url, synchronous=synchronous)
        self.url, self.db = url, Database(url, synchronous=synchronous)
        self.clock = SystemClock()
        self.preset = preset or preset_m(STAGE)
        self.centre = self.install(self.preset)
        self.tokens = tokens_path(self.preset.centre.code)

    def install(self, preset: Preset) -> int:
        """Install a centre, open all its counters and return its id."""
        epoch = secrets.token_hex(4)
        centre = self.db.write(None, lambda tx: install_centre(tx, preset, FIRST_DAY, epoch, demo=True))
        self.sql(f"UPDATE series SET last = {MANY} WHERE centre_id = :centre", centre=centre)
        self.sql("UPDATE counter SET state = 'open' WHERE centre_id = :centre", centre=centre)
        return centre

    def at(self, counter: str, verb: str) -> str:
        """Return the address of a counter below /api/v1/."""
        return counter_path(self.preset.centre.code, counter, verb)

    def sql(self, statement: str, **values: Any) -> None:  # whatever SQL takes
        """Change rows past the services, to set the stage."""
        self.db.write(None, lambda tx: tx.conn.execute(text(statement), values))

    def key(self, role: Role, *, centre: int | None = None, counter: str | None = None) -> str:
        """Make a bearer key, bound to a counter perhaps; in this centre if no other is named."""
        now = self.clock.now()
        return self.db.write(centre or self.centre, lambda tx: keys.create_key(tx, role, "bench", now, counter=counter))

    def person(self, user: str, password: str) -> None:
        """Let somebody sign in as staff of a counter."""
        now, password_hash = self.clock.now(), passwords.hashed(password)
        self.db.write(self.centre, lambda tx: sign_in.add_staff(tx, user, Role.COUNTER, password_hash, now))

    def issue(self, db: Writes | None = None) -> None:
        """Issue a token as the route does: exactly once under a key."""
        now = self.clock.now()
        order = issue.Order(token_id(now, os.urandom), status_secret(os.urandom), "NORMAL", language="hi")
        self._once(db, lambda tx: {"label": issue.issue(tx, order, By("bench")).token.label})

    def call(self, counter: str, db: Writes | None = None) -> None:
        """Call the next citizen as the route does."""
        self._once(db, lambda tx: {"id": call.call_next(tx, By("bench", counter)).id})

    def serve(self, counter: str, db: Writes | None = None) -> None:
        """Call the next citizen, start and finish, as the routes do: three commands."""
        self.call(counter, db)
        for verb in (partial(serve.act, event=TokenStarted), serve.finish):
            self._once(db, partial(_ended_by, verb, By("bench", counter)))

    def _once(self, db: Writes | None, fn: Callable[[Transaction], Mapping[str, Any]]) -> None:
        attempt = Attempt("bench", secrets.token_hex(8), ("hash",), self.clock.now())

        def command(tx: Transaction) -> Answer:
            return once(tx, attempt, lambda: Answer(200, fn(tx)))

        (db or self.db).write(self.centre, command, asks=attempt.ask)

    def fill(self, count: int) -> None:
        """Put so many people in line."""
        timed(lambda _: self.issue(), count, 32)

    def clear(self) -> None:
        """End all tokens and free all counters."""
        self.sql("UPDATE step SET state = 'done', counter = NULL WHERE state NOT IN ('done', 'skipped')")
        self.sql("UPDATE token SET ended_at = issued_at WHERE ended_at IS NULL")


def _ended_by(verb: Callable[[Transaction, By], Token], by: By, tx: Transaction) -> Mapping[str, Any]:
    return {"id": verb(tx, by).id}


def counter_names(stage: str = STAGE, *, first: int = 1, last: int = COUNTERS) -> Callable[[int], str]:
    """Return what names a counter of a stage, another at each turn."""
    turn = itertools.cycle(range(first, last + 1))
    return lambda _: f"{stage}{next(turn)}"
