"""Runs each command once on the real services, beside the model, and compares everything afterwards."""

import random
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import delete

from server.domain.actors import By
from server.domain.derived import DerivedKeys
from server.domain.errors import Refused
from server.domain.events.kinds import TokenHeld, TokenStarted
from server.domain.events.payloads import CounterSeated
from server.services.bookings.book import NewBooking, Result, book
from server.services.command import Answer, Attempt, body_hashes, once
from server.services.floor import serve
from server.services.proof.verify import verify
from server.services.setup.presets import install_centre
from server.services.setup.shapes import Preset
from server.storage.base import Base
from server.storage.database import Database
from server.storage.sql import centres, people
from server.storage.transaction import Transaction
from tests.factories import MORNING, at_time, make_reference
from tests.services.machine.booked import BOOKED, SLOT
from tests.services.machine.floor import FloorModel
from tests.services.machine.plan import OPERATORS, small_centre
from tests.services.machine.rows import assert_known, assert_same, assert_whole, read_rows, tokens_of, told
from tests.services.machine.state import No

Command = Callable[[Transaction], Answer]
KEYS = DerivedKeys(b"the secret of the model")


class FloorHarness(RuleBasedStateMachine):
    """A fresh centre in an emptied database, and what is known of it. `answers` can be asked for again."""

    db: ClassVar[Database]
    PRESET: ClassVar[Preset] = small_centre()
    MODEL: ClassVar[type[FloorModel]] = FloorModel

    def __init__(self) -> None:
        super().__init__()
        self.centre = self.db.write(None, partial(_fresh_centre, preset=self.PRESET))
        self.model = self.MODEL()
        self.db.write(self.centre, _expect)
        self.model.note("imported")
        for counter, operator in OPERATORS.items():
            self.db.write(self.centre, partial(_seat, counter=counter, operator=operator))
            self.model.note("seated", desk=counter)
        self.rng = random.Random(1)
        self.answers: list[tuple[Attempt, Command, Answer]] = []
        self.keys = self.morning = 0
        self.rows = self.db.read(lambda conn: read_rows(conn, self.centre))
        self.sound = True

    def go(self, what: str, foretell: Callable[[], None], act: Callable[..., Any]) -> None:
        """Run a command whose outcome the model knows, and compare."""
        if self.do(what, foretell, act) is not None:
            self.compare()

    def do(self, what: str, foretell: Callable[[], None], act: Callable[..., Any]) -> tuple[Any] | None:
        """Run a command; returns its result, or None when model and engine both refuse it and nothing changed."""
        self.sound = False
        self.model.begins = self.model.seq + 1
        foretold = _refusals(foretell)
        self.keys += 1
        attempt = Attempt("key:1", f"k{self.keys}", body_hashes(what, None, KEYS), self.model.now)
        now, results = self.model.now, list[Any]()

        def run(tx: Transaction) -> Answer:
            results.append(act(at_time(tx, now), by=By("test")))
            return Answer(200, {"told": str(results[-1])})

        answer = self.ask(attempt, run)
        if isinstance(answer, Refused):
            assert answer.code in foretold, f"{what}: {answer!r}, foretold {sorted(foretold)}"
            self.assert_unchanged()
            return None
        assert not foretold, f"{what} should be refused: {sorted(foretold)}"
        self.answers.append((attempt, run, answer))
        return (results[-1],)

    def ask(self, attempt: Attempt, run: Command) -> Answer | Refused:
        """Send a command under a key; returns its answer or the refusal."""
        try:
            return self.db.write(self.centre, lambda tx: once(tx, attempt, lambda: run(tx)), asks=attempt.ask)
        except Refused as refusal:
            return refusal

    def assert_unchanged(self) -> None:
        """Assert that all rows are as they were."""
        rows = self.db.read(lambda conn: read_rows(conn, self.centre))
        assert rows == self.rows, "a refusal or a retry changed something"
        self.db.write(self.centre, assert_known)
        self.sound = True

    def compare(self) -> None:
        """Assert that the tables say what the model says, and keep the promises that stand in them alone."""
        self.rows = self.db.read(lambda conn: read_rows(conn, self.centre))
        assert_whole(self.rows)
        promised = {id_: told(t, t, t["ended"]) for id_, t in self.model.tokens.items()}
        assert_same(tokens_of(self.rows), promised)
        states = {row["id"]: {"state": row["state"]} for row in self.rows["counter"]}
        assert_same(states, {id_: {"state": state} for id_, state in self.model.counters.items()})
        assert self.rows["centre"].event_seq == self.model.seq, "there are more or fewer events than promised"
        self.db.write(self.centre, assert_known)
        self.model.line.look(t for t in self.model.open_tokens() if t["state"] == "waiting")
        self.sound = True

    def teardown(self) -> None:
        """Assert that a replay of the record finds no fault; one that has failed already is not judged again."""
        if self.sound:
            verdict = self.db.read(lambda conn: verify(conn, centres.centre_by_id(conn, self.centre)))
            assert not verdict.faults, f"the replay finds faults: {verdict.faults}"
            assert (verdict.tokens, verdict.events) == (len(self.model.tokens), self.model.seq)


# Those that only change the token are not functions of `serve` with their name.
VERBS: dict[str, Callable[..., Any]] = {
    "start": partial(serve.act, event=TokenStarted),
    "hold": partial(serve.act, event=TokenHeld),
}


def at_desk(desk: str | None, act: Callable[..., Any], /, **options: Any) -> Callable[..., Any]:
    """Return a command that is done at a counter."""
    return lambda tx, by: act(tx, by=By(by.actor, desk), **options)


def _fresh_centre(tx: Transaction, preset: Preset) -> int:
    """Empty the database and install the centre anew."""
    for table in reversed(Base.metadata.sorted_tables):
        tx.conn.execute(delete(table))
    # A plan is kept by the epoch of its centre, and each preset is another one.
    return install_centre(tx, preset, date(2026, 1, 1), f"walk {preset.hours.close}", demo=True)


def _seat(tx: Transaction, counter: str, operator: str) -> None:
    people.set_operator(tx.conn, tx.centre.id, counter, operator)
    at_time(tx, MORNING).record(CounterSeated(counter, operator), By(operator, counter))


def _expect(tx: Transaction) -> None:
    rows = [NewBooking(make_reference(text), SLOT, service, need) for text, (service, need) in BOOKED.items()]
    assert {row.result for row in book(at_time(tx, MORNING), rows, By("test"))} == {Result.CREATED}


def _refusals(foretell: Callable[[], None]) -> frozenset[str]:
    try:
        foretell()
    except No as no:
        return no.codes
    return frozenset()
