"""A floor full of people, and all that it shows: what a migration may not change."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, text

from server.domain.actors import By
from server.domain.approvals import Asked, Guarded
from server.domain.derived import DerivedKey
from server.domain.permissions import Role
from server.services.bookings.book import NewBooking
from server.services.figures.cells import centres_behind, roll_up
from server.services.figures.reports import DayReport
from server.services.floor import call
from server.services.people import approvals, pins, sign_in
from server.services.people.second_step import Whose
from server.services.views.day_report import DayReports
from server.services.views.projections import Projections
from server.storage.database import Database
from server.storage.metadata import METADATA
from server.storage.transaction import Transaction
from tests.factories import CENTRE, DAY, MORNING, Floor, at_time, install_floor, make_reference
from tests.services.people.people import enrolled

COUNTERS = ("G1", "G2", "G3", "G4", "A1", "A2", "A3", "A4", "B1")
CALLING = ("G4", "A4", "B1")
TOMORROW = MORNING + timedelta(days=1)
LATER = TOMORROW + timedelta(hours=3)


def full_floor(db: Database) -> Floor:
    """Return a floor with a day that is sealed, and on the next people in every state, slips to print and staff."""
    floor = install_floor(db)
    _sealed_day(floor)
    floor.begin = TOMORROW - timedelta(minutes=next(floor.minutes))
    _staff(floor)
    floor.book(*(NewBooking(make_reference(f"ARN-000{n}"), TOMORROW + timedelta(hours=1), "PCC") for n in range(3)))
    _people(floor)
    return floor


def _sealed_day(floor: Floor) -> None:
    floor.open("G1", "A1")
    for service in ("NORMAL", "TATKAAL", "NORMAL", "PCC"):
        floor.issue(service)
    floor.serve("G1")
    floor.serve("G1")
    floor.serve("A1")
    floor.close_day()
    for centre in floor.db.read(centres_behind):
        roll_up(floor.db, centre)


def _staff(floor: Floor) -> None:
    floor.key(Role.INTEGRATION)
    floor.key(Role.KIOSK, device="K1")
    floor.key(Role.COUNTER, counter="A1")

    def sign_one_in(tx: Transaction) -> None:
        sign_in.add_staff(tx, "asha", Role.COUNTER, "hash", TOMORROW)
        person = sign_in.person_named(tx.conn, "asha", TOMORROW)
        assert person is not None
        enrolled(tx, person, str(sign_in.settle(tx, person, True, TOMORROW)), TOMORROW)
        assert sign_in.settle(tx, person, True, TOMORROW)
        pins.keep(tx, Whose(person.id, person.user, "a session"), pins.Chosen("hash", 1), TOMORROW)

    floor.write(sign_one_in)
    asked = Asked(Guarded.ROLE, "asha", "lead")
    floor.write(lambda tx: approvals.waited_for(tx, [Guarded.ROLE], asked, TOMORROW, By("cli:ravi")))


def _people(floor: Floor) -> None:
    """Leave somebody waiting, called, serving, held, missed, paused, beside a party and gone, at several stages."""
    floor.open(*COUNTERS)
    for need in (None, "senior", None, "disability", None, None, None, None):
        floor.issue(need=need, printer="printer-k1")
    for service in ("TATKAAL", "PCC", "NORMAL", "TATKAAL", "PCC", "NORMAL"):
        floor.issue(service)
    for _ in range(6):
        floor.serve("G1")
    floor.serve("A2")  # who waits at B
    floor.call("A1")
    floor.start("A1")  # served
    floor.call("A2")
    floor.start("A2")
    floor.hold("A2")  # held
    floor.call("G1")
    floor.lose("G1")  # missed
    floor.call("A3")  # called
    floor.pause(floor.issue())
    floor.cancel(floor.issue())
    floor.call_token("G2", floor.issue(party=2))
    floor.start("G2")  # a party, with G3 beside
    floor.lease()
    floor.freeze()
    floor.unfreeze()


class Undone(Exception):
    """Takes a command back after its result is known."""


def next_call(floor: Floor, counter: str) -> str:
    """Return who would be called to a counter, and call nobody."""

    def call_and_undo(tx: Transaction) -> None:
        raise Undone(call.call_next(at_time(tx, LATER), By("test", counter)).token.label)

    try:
        floor.write(call_and_undo)
    except Undone as undone:
        return str(undone)
    raise AssertionError("a call that was not taken back")


@dataclass(frozen=True)
class Picture:
    """All that a floor holds and shows."""

    rows: dict[str, list[tuple[Any, ...]]]
    faults: list[Any]
    lines: dict[str, Any]
    next_calls: dict[str, str]
    snapshot: Any
    report: Any


def picture(floor: Floor) -> Picture:
    """Return what a floor holds, in the columns that the models know, and what it shows at one instant."""
    views = Projections(lambda: None).of(floor.centre_id)
    lines = {c: floor.db.read(lambda read, c=c: views.line(read, c, LATER)).body for c in COUNTERS}  # type: ignore[misc]
    snapshot = floor.db.read(lambda read: views.snapshot(read, LATER, staff=True)).body
    report = DayReports(floor.db, lambda: DerivedKey(1, b"secret")).report(CENTRE, DAY, LATER)
    return Picture(
        rows=floor.db.read(all_rows),
        faults=list(floor.verdict().faults),
        lines={counter: json.loads(body) for counter, body in lines.items()},
        next_calls={counter: next_call(floor, counter) for counter in CALLING},
        snapshot=json.loads(snapshot),
        report=TypeAdapter(DayReport).dump_python(report),
    )


def all_rows(conn: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table, as the database holds them."""
    rows = {}
    for table in METADATA.sorted_tables:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        rows[table.name] = sorted(map(tuple, conn.execute(text(f"SELECT {columns} FROM {table.name}"))), key=repr)
    return rows
