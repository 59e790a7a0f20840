"""The one place where tests make centres, orders and tokens."""

import itertools
import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from server.domain.ids import status_secret, token_id
from server.domain.lifecycle import CounterState, StepState
from server.domain.roles import Role
from server.domain.tokens import Step, Token
from server.services import access, counters, days, tokens
from server.services.presets import Preset, install_centre, load_preset
from server.storage import queries
from server.storage.database import Database
from server.storage.transaction import CentreState, Transaction

MORNING = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # 09:30 in Asia/Kolkata, a Tuesday
DAY = date(2026, 11, 24)
CENTRE = "PSK-DEMO"
T = TypeVar("T")


def make_step(**changes: Any) -> Step:
    """Return a step that waits at stage A."""
    values: dict[str, Any] = {"seq": 1, "stage": "A", "state": StepState.WAITING, "entered_at": MORNING}
    return Step(**(values | changes))


def make_token(**changes: Any) -> Token:
    """Return token N001, waiting at stage A."""
    values: dict[str, Any] = {
        "id": "01a0-test",
        "day": DAY,
        "series": "N",
        "number": 1,
        "label": "N001",
        "klass": "N",
        "service": "NORMAL",
        "route": "default",
        "language": "hi",
        "need": None,
        "issued_at": MORNING,
        "step": make_step(),
    }
    return Token(**(values | changes))


@dataclass
class Floor:
    """A centre to act on: each method is one real command, a minute after the one before."""

    db: Database
    centre_id: int
    preset: Preset
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    minutes: Any = field(default_factory=itertools.count)

    def now(self) -> datetime:
        """Return the next minute of the morning."""
        return MORNING + timedelta(minutes=next(self.minutes))

    def write(self, fn: Callable[[Transaction], T]) -> T:
        """Run a service in the centre."""
        return self.db.write(self.centre_id, fn)

    @property
    def centre(self) -> CentreState:
        """The centre as it stands."""
        return self.db.read(lambda conn: queries.centre_by_code(conn, CENTRE))

    def order(self, service: str = "NORMAL", **changes: Any) -> tokens.Order:
        """Return an order with ids of its own."""
        ids = token_id(MORNING, self.rng.randbytes), status_secret(self.rng.randbytes)
        return tokens.Order(*ids, service=service, **changes)

    def issue(self, service: str = "NORMAL", **changes: Any) -> Token:
        """Issue a token."""
        order, now = self.order(service, **changes), self.now()
        return self.write(lambda tx: tokens.issue(tx, order, now, "test")).token

    def open(self, *ids: str) -> None:
        """Open counters."""
        for counter in ids:
            now = self.now()
            self.write(lambda tx, c=counter, n=now: counters.set_state(tx, c, CounterState.OPEN, n, "test"))  # type: ignore[misc]

    def set_state(self, counter: str, state: CounterState) -> queries.CounterRow:
        """Open, pause or close a counter."""
        now = self.now()
        return self.write(lambda tx: counters.set_state(tx, counter, state, now, "test"))

    def call(self, counter: str) -> counters.Call:
        """Call the next citizen."""
        now = self.now()
        return self.write(lambda tx: counters.call_next(tx, counter, now, "test"))

    def recall(self, counter: str) -> Token:
        """Call once more."""
        now = self.now()
        return self.write(lambda tx: counters.recall(tx, counter, now, "test"))

    def start(self, counter: str) -> Token:
        """Begin to serve."""
        now = self.now()
        return self.write(lambda tx: counters.start(tx, counter, now, "test"))

    def miss(self, counter: str) -> Token:
        """Note as absent."""
        now = self.now()
        return self.write(lambda tx: counters.miss(tx, counter, now, "test"))

    def finish(self, counter: str, outcome: str | None = None) -> Token:
        """End the service."""
        now = self.now()
        return self.write(lambda tx: counters.finish(tx, counter, now, "test", outcome=outcome))

    def serve(self, counter: str, outcome: str | None = None) -> Token:
        """Call, start and finish."""
        self.call(counter)
        self.start(counter)
        return self.finish(counter, outcome)

    def cancel(self, token: Token) -> Token:
        """Cancel a token."""
        now = self.now()
        return self.write(lambda tx: tokens.cancel(tx, token.id, now, "test"))

    def close_day(self, *, force: bool = False) -> days.DayClose:
        """Close the day."""
        now = self.now()
        return self.write(lambda tx: days.close_day(tx, now, "test", force=force))

    def key(self, role: Role, **bound: str) -> str:
        """Make a bearer key."""
        return self.write(lambda tx: access.create_key(tx, role, "test", MORNING, **bound))


def install_floor(db: Database, preset: str = "M", *, demo: bool = True) -> Floor:
    """Install a preset in an empty database."""
    shape = load_preset(preset)
    centre_id = db.write(
        None, lambda tx: install_centre(tx, shape, date(2026, 1, 1), secrets.token_hex(4), demo=demo)
    )
    return Floor(db, centre_id, shape)
