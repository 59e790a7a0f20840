"""The one place where tests make centres, orders and tokens."""

import itertools
import random
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import orjson

from server.domain.actors import By
from server.domain.calling.versions import RULE
from server.domain.centre import CentreState
from server.domain.counters import Counter
from server.domain.day import Then
from server.domain.derived import DerivedKeys
from server.domain.events.event import Event
from server.domain.events.kinds import Payload, TokenHeld, TokenStarted
from server.domain.events.stored import VERSION
from server.domain.ids import status_secret, token_id
from server.domain.leases import Lease
from server.domain.notice import NoticeKind
from server.domain.permissions import Role
from server.domain.references import Reference, referred
from server.domain.token.changes import Target
from server.domain.token.lifecycle import CounterState, StepState
from server.domain.token.token import Step, Token
from server.services.bookings import book
from server.services.bookings.book import NewBooking, Result
from server.services.bookings.present import Shown
from server.services.floor import (
    attach,
    away,
    call,
    correct,
    counters,
    day,
    house,
    issue,
    merge,
    move,
    notice,
    reopening,
    serve,
    undo,
)
from server.services.floor.call import Call
from server.services.floor.undo import Undone
from server.services.numbers import leases
from server.services.paper import printers, slips
from server.services.people import keys, seats
from server.services.people.principal import Principal
from server.services.proof.verify import Verdict, verify
from server.services.setup import policies
from server.services.setup.presets import always_open, install_centre, load_preset
from server.services.setup.shapes import Preset
from server.storage.database import Database
from server.storage.sql import centres, tokens
from server.storage.transaction import Transaction
from tests.guards.canaries import CANARIES

MORNING = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # 09:30 in Asia/Kolkata, a Tuesday
DAY = date(2026, 11, 24)
CENTRE = "PSK-DEMO"
TEST = By("test")
KEYS = DerivedKeys(b"a secret of one installation in tests", (0, 1))
T = TypeVar("T")


def make_step(**changes: Any) -> Step:
    """Return a step that waits at stage A."""
    values: dict[str, Any] = {"seq": 1, "stage": "A", "state": StepState.WAITING}
    values |= {"entered_at": MORNING, "since": MORNING, "state_since": changes.get("entered_at", MORNING)}
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
        "aged_from": MORNING,
        "step": make_step(),
    }
    return Token(**(values | changes))


def make_event(payload: Payload, *, seq: int = 1, at: datetime = MORNING, by: By = TEST) -> Event:
    """Return a committed event of the present version."""
    return Event(seq, at, payload.kind, by, seq, 1, RULE, payload, VERSION, "hash")


def make_reference(text: str) -> Reference:
    """Return the reference that a text names."""
    CANARIES.plant([text])
    reference = referred(text, KEYS)
    assert reference is not None
    return reference


def as_json(view: object) -> Any:
    """Return what a client gets of a view."""
    return orjson.loads(orjson.dumps(view))


def at_time(tx: Transaction, now: datetime | None) -> Transaction:
    """Let a command happen at another time than its clock says, unless that is None."""
    if now is not None:
        tx.now = now
    return tx


@dataclass
class StillClock:
    """A clock that stands until it is told otherwise."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant it shows."""
        return self.at


@dataclass
class Floor:
    """A centre to act on: each method is one real command, a minute after the one before."""

    db: Database
    centre_id: int
    preset: Preset
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    minutes: Any = field(default_factory=itertools.count)
    begin: datetime = MORNING

    def now(self) -> datetime:
        """Return the next minute of the morning."""
        return self.begin + timedelta(minutes=next(self.minutes))

    def wait(self, minutes: int) -> None:
        """Let time pass."""
        for _ in range(minutes):
            self.now()

    def write(self, fn: Callable[[Transaction], T]) -> T:
        """Run a service in the centre."""
        return self.db.write(self.centre_id, fn)

    @property
    def centre(self) -> CentreState:
        """The centre as it stands."""
        return self.db.read(lambda conn: centres.centre_by_code(conn, CENTRE))

    def order(self, service: str | None = "NORMAL", **changes: Any) -> issue.Order:
        """Return an order with ids of its own."""
        ids = token_id(MORNING, self.rng.randbytes), status_secret(self.rng.randbytes)
        CANARIES.plant([ids[1], changes.get("phone")])
        return issue.Order(*ids, service=service, **changes)

    def issue(self, service: str | None = "NORMAL", *, counter: str | None = None, **changes: Any) -> Token:
        """Issue a token, at a counter perhaps."""
        order, now = self.order(service, **changes), self.now()
        return self.write(lambda tx: issue.issue(at_time(tx, now), order, By("test", counter))).token

    def open(self, *ids: str) -> None:
        """Open counters."""
        for counter in ids:
            self.set_state(counter, CounterState.OPEN)

    def set_state(self, counter: str, state: CounterState) -> Counter:
        """Open, pause or close a counter."""
        now = self.now()
        return self.write(lambda tx: counters.set_state(at_time(tx, now), counter, state, By("test")))

    def call(self, counter: str) -> Call:
        """Call the next citizen."""
        now = self.now()
        return self.write(lambda tx: call.call_next(at_time(tx, now), By("test", counter)))

    def recall(self, counter: str) -> Token:
        """Call once more."""
        now = self.now()
        return self.write(lambda tx: serve.recall(at_time(tx, now), By("test", counter)))

    def start(self, counter: str) -> Token:
        """Begin to serve."""
        now = self.now()
        return self.write(lambda tx: serve.act(at_time(tx, now), By("test", counter), TokenStarted))

    def miss(self, counter: str) -> Token:
        """Note as absent."""
        now = self.now()
        return self.write(lambda tx: serve.miss(at_time(tx, now), By("test", counter)))

    def lose(self, counter: str) -> Token:
        """Call until somebody may be noted as absent, and do so."""
        for _ in range(2):
            self.recall(counter)
        for _ in range(5):
            self.now()
        return self.miss(counter)

    def finish(self, counter: str, outcome: str | None = None) -> Token:
        """End the service."""
        now = self.now()
        return self.write(lambda tx: serve.finish(at_time(tx, now), By("test", counter), outcome=outcome))

    def serve(self, counter: str, outcome: str | None = None) -> Token:
        """Call, start and finish."""
        self.call(counter)
        self.start(counter)
        return self.finish(counter, outcome)

    def hold(self, counter: str) -> Token:
        """Park the current token."""
        now = self.now()
        return self.write(lambda tx: serve.act(at_time(tx, now), By("test", counter), TokenHeld))

    def resume(self, counter: str) -> Token:
        """Serve a parked token again."""
        now = self.now()
        return self.write(lambda tx: serve.resume(at_time(tx, now), By("test", counter)))

    def transfer(self, counter: str, stage: str, only: str | None = None, *, returns: bool = False) -> Token:
        """Send the current token elsewhere."""
        now, target = self.now(), Target(stage, only, returns)
        return self.write(lambda tx: move.transfer(at_time(tx, now), By("test", counter), target))

    def call_token(self, counter: str, token: Token, why: str = "unwell") -> Call:
        """Call out of order."""
        now = self.now()
        return self.write(lambda tx: call.call_token(at_time(tx, now), By("test", counter), token.id, why))

    def take_over(self, counter: str, to: str) -> Call:
        """Let the token of a counter go on at another."""
        now = self.now()
        return self.write(lambda tx: call.take_over(at_time(tx, now), counter, to, By("test")))

    def undo(self, counter: str, act: int | None = None) -> Token:
        """Take back an act of a counter, or the last."""
        return self.undone(counter, act).token

    def undone(self, counter: str, act: int | None = None) -> Undone:
        """Take back an act of a counter, or the last; returns what came of it."""
        now = self.now()
        return self.write(lambda tx: undo.undo_at(at_time(tx, now), By("test", counter), act=act))

    def pause(self, token: Token) -> Token:
        """Let somebody go out for a while."""
        now = self.now()
        return self.write(lambda tx: away.pause(at_time(tx, now), token.id, By("test")))

    def here(self, token: Token) -> Token:
        """Let somebody come back."""
        now = self.now()
        return self.write(lambda tx: away.return_to_line(at_time(tx, now), token.id, By("test")))

    def attach(self, token: Token, reference: str) -> Token:
        """Give an appointment to a token."""
        shown, now = Shown(make_reference(reference)), self.now()
        return self.write(lambda tx: attach.attach(at_time(tx, now), token.id, shown, By("test")))

    def merge(self, token: Token, into: Token) -> Token:
        """End a token in another one of the same person."""
        now = self.now()
        return self.write(lambda tx: merge.merge(at_time(tx, now), token.id, into.id, By("test")))

    def correct(self, token: Token, service: str) -> Token:
        """Change the service."""
        now = self.now()
        return self.write(lambda tx: correct.correct(at_time(tx, now), token.id, service, By("test")))

    def remark(self, token: Token, **told: Any) -> Token:
        """Note what was not known."""
        now = self.now()
        return self.write(lambda tx: correct.remark(at_time(tx, now), token.id, correct.Remark(**told), By("test")))

    def flag(self, kind: NoticeKind, cause: str) -> notice.NoticeView:
        """Set a flag of the centre."""
        now = self.now()
        return self.write(lambda tx: notice.set_notice(at_time(tx, now), kind, cause, By("test")))

    def lift(self, kind: NoticeKind) -> notice.NoticeView:
        """Take a flag off, as somebody who is signed in."""
        now = self.now()
        return self.write(lambda tx: notice.lift_notice(at_time(tx, now), kind, By("staff:1")))

    def freeze(self) -> notice.NoticeView:
        """Stop the floor by a pause."""
        return self.flag(NoticeKind.PAUSE, "power")

    def unfreeze(self) -> notice.NoticeView:
        """Let the floor go on."""
        return self.lift(NoticeKind.PAUSE)

    def lease(self, series: str = "N", count: int = 5) -> Lease:
        """Give numbers away."""
        now = self.now()
        return self.write(lambda tx: leases.lease(at_time(tx, now), series, count, "pad", By("test")))

    def void(self, lease: Lease) -> Lease:
        """Declare the unused numbers void."""
        now = self.now()
        return self.write(lambda tx: leases.void(at_time(tx, now), lease.id, "pad lost", By("test")))

    def set_policy(self, kind: str, body: Any, valid_from: date | None = None) -> date:
        """Change a rule."""
        now = self.now()
        return self.write(
            lambda tx: policies.set_policy(at_time(tx, now), kind, body, By("test"), valid_from=valid_from)
        )

    def book(self, *bookings: NewBooking) -> int:
        """Take over bookings, and return how many were new."""
        now = self.now()
        rows = self.write(lambda tx: book.book(at_time(tx, now), bookings, By("test")))
        return sum(row.result is Result.CREATED for row in rows)

    def expect(self, reference: str, minutes: int = 0, service: str = "NORMAL", need: str | None = None) -> None:
        """Expect somebody with an appointment, some minutes after the centre opens."""
        self.book(NewBooking(make_reference(reference), MORNING + timedelta(minutes=minutes), service, need))

    def sit(self, counter: str, officer: str = "staff:1") -> Counter:
        """Let somebody sit down."""
        now = self.now()
        who = Principal(officer, Role.COUNTER, self.centre_id, CENTRE, user=officer)
        return self.write(lambda tx: seats.sit(at_time(tx, now), counter, who, now, take_over=True))

    def reprint(self, token: Token) -> None:
        """Print one more copy of a slip."""
        now = self.now()
        self.write(lambda tx: slips.reprint(at_time(tx, now), token.id, None, By("test"), "torn"))

    def set_printer(self, printer: str, host: str) -> None:
        """Write how a printer is reached."""
        now = self.now()
        self.write(lambda tx: printers.set_printer(at_time(tx, now), printer, {"host": host}, By("test")))

    def undo_of(self, token: Token) -> Token:
        """Take back the last action on a token."""
        now = self.now()
        return self.write(lambda tx: undo.undo_of(at_time(tx, now), token.id, By("test"))).token

    def token(self, token: Token) -> Token:
        """Return a token as it stands now."""
        return self.db.read(lambda conn: tokens.token_by_id(conn, self.centre_id, token.id))

    def keep_house(self, now: datetime | None = None) -> int:
        """Do what time brings."""
        at = now or self.now()
        return self.write(lambda tx: house.keep_house(at_time(tx, at)))

    def verdict(self) -> Verdict:
        """Replay the record."""
        return self.db.read(lambda conn: verify(conn, centres.centre_by_code(conn, CENTRE)))

    def cancel(self, token: Token, counter: str | None = None) -> Token:
        """Cancel a token, at a counter perhaps."""
        now = self.now()
        return self.write(lambda tx: away.cancel(at_time(tx, now), token.id, By("test", counter)))

    def people_here(self) -> tuple[str, ...]:
        """Return the ids of those who are here, as a manager is shown them."""
        return tuple(token.id for token in self.db.read(lambda conn: day.people_here(conn, self.centre_id)))

    def close_day(self, then: Then = Then.END, at: datetime | None = None) -> day.DayClose:
        """Close the day as a manager who has seen who is here."""
        now, closing = at or self.now(), day.Closing(self.people_here(), then)
        return self.write(lambda tx: day.close_day(at_time(tx, now), tx.today, closing, By("test")))

    def reopen_day(self, day_: date = DAY, at: datetime | None = None) -> reopening.Reopening:
        """Let a closed day go on."""
        now = at or self.now()
        return self.write(lambda tx: reopening.reopen_day(at_time(tx, now), day_, "by mistake", By("test")))

    def extend_day(self, until: datetime) -> day.DayExtension:
        """Serve people on."""
        now = self.now()
        return self.write(lambda tx: day.extend_day(at_time(tx, now), tx.today, until, By("test")))

    def key(self, role: Role, device: str | None = None, counter: str | None = None) -> str:
        """Make a bearer key."""
        key = self.write(lambda tx: keys.create_key(tx, role, "test", MORNING, device=device, counter=counter))
        CANARIES.plant([key])
        return key


def install_floor(db: Database, preset: str = "M", *, demo: bool = True, always: bool = False) -> Floor:
    """Install a preset in an empty database; one that is open `always` suits a server on the real clock."""
    shape = always_open(load_preset(preset)) if always else load_preset(preset)
    return install_shape(db, shape, MORNING, demo=demo)


def install_shape(db: Database, shape: Preset, begin: datetime, *, demo: bool = True) -> Floor:
    """Install a centre in an empty database; its first minute is `begin`."""
    centre_id = db.write(None, lambda tx: install_centre(tx, shape, date(2026, 1, 1), secrets.token_hex(4), demo=demo))
    return Floor(db, centre_id, shape, begin=begin)


def second_centre(floor: Floor, code: str = "PSK-2", services: Mapping[str, str] | None = None) -> int:
    """Install another centre, with one stage, beside that of the floor and return its id.

    `services` gives other codes to some of its services.
    """
    preset, renamed = load_preset("M"), services or {}
    only = preset.stages[-1].model_copy(update={"code": "Z"})
    offered = [s.model_copy(update={"code": renamed.get(s.code, s.code)}) for s in preset.services]
    changes = {
        "centre": preset.centre.model_copy(update={"code": code, "name": {"en": "Second centre"}}),
        "stages": [only],
        "routes": {code: ["Z"] for code in preset.routes},
        "services": offered,
        "kiosks": [],
    }
    shape = preset.model_copy(update=changes)
    return floor.db.write(None, lambda tx: install_centre(tx, shape, date(2026, 1, 1), "e2", demo=True))


def hold_writer(floor: Floor) -> tuple[Callable[[], None], threading.Thread]:
    """Keep the writer busy until the returned function is called, so that commands gather behind it."""
    release, held = threading.Event(), threading.Event()

    def wait(_tx: Transaction) -> None:
        held.set()
        release.wait(10)

    thread = threading.Thread(target=lambda: floor.write(wait))
    thread.start()
    assert held.wait(10)
    return release.set, thread
