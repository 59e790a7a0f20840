"""Bring a demo quickly into the situations of the queue engine: short absences, closed hours, another centre."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page
from sqlalchemy import select, update

from server.domain.actors import By
from server.domain.notice import NoticeKind
from server.domain.plan.hours import WEEKDAYS
from server.services.floor import notice
from server.services.setup.presets import install_centre, load_preset
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.tables.bookings import BookingTable
from server.storage.tables.plan import PolicyTable
from server.storage.transaction import Transaction
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

ZONE = ZoneInfo("Asia/Kolkata")
AT_ONCE = {"calls": 1, "minutes": 0}


def change_policy(demo: DemoProcess, kind: str, **changes: Any) -> None:
    """Write over the rule of a day that has begun, which no command may do."""

    def change(tx: Transaction) -> None:
        mine = (PolicyTable.centre_id == tx.centre.id, PolicyTable.kind == kind)
        body = tx.conn.execute(select(PolicyTable.body).where(*mine)).scalar_one()
        tx.conn.execute(update(PolicyTable).where(*mine).values(body={**body, **changes}))
        tx.change_centre(plan_version=tx.centre.plan_version + 1)

    _write(demo, change)


def move_booking_elsewhere(demo: DemoProcess, tail: str) -> None:
    """Let another centre of the installation hold the one booking whose reference ends so."""
    preset = load_preset("M")
    name = {"en": "Pune Centre", "hi": "पुणे केंद्र", "mr": "पुणे केंद्र"}
    centre = preset.centre.model_copy(update={"code": "PSK-PUNE", "name": name})
    pune = preset.model_copy(update={"centre": centre, "kiosks": []})
    with _opened(demo) as db:
        id_ = db.write(None, lambda tx: install_centre(tx, pune, date(2026, 1, 1), "pune", demo=True))
    move = update(BookingTable).where(BookingTable.tail == tail).values(centre_id=id_)

    def change(tx: Transaction) -> None:
        assert tx.conn.execute(move).rowcount == 1

    _write(demo, change)


def keep_bookings_as_before(demo: DemoProcess) -> int:
    """Let all bookings of the centre stand under a key of before; returns how many there are."""
    before = update(BookingTable).values(key_number=0)
    counted: list[int] = []
    _write(
        demo, lambda tx: counted.append(tx.conn.execute(before.where(BookingTable.centre_id == tx.centre.id)).rowcount)
    )
    return counted[0]


@contextmanager
def _opened(demo: DemoProcess) -> Iterator[Database]:
    db = Database(demo.database_url)
    try:
        yield db
    finally:
        db.close()


def _write(demo: DemoProcess, change: Callable[[Transaction], None]) -> None:
    with _opened(demo) as db:
        centre = db.read(lambda conn: centres.centre_by_code(conn, CENTRE))
        db.write(centre.id, change)


def end_notices(demo: DemoProcess) -> None:
    """Let somebody who is signed in end whatever the centre tells everybody."""

    def end(tx: Transaction) -> None:
        for kind in NoticeKind:
            notice.lift_notice(tx, kind, By("staff:1"))

    _write(demo, end)


def speak(demo: DemoProcess, *languages: str) -> None:
    """Let the centre have other languages."""
    _write(demo, lambda tx: tx.change_centre(languages=list(languages)))


def all_days_but_today() -> list[str]:
    """Return the days on which a centre works that is closed today."""
    return [day for number, day in enumerate(WEEKDAYS) if number != datetime.now(ZONE).weekday()]


def slot(**later: float) -> str:
    """Return the slot of a booking so much later than now."""
    return (datetime.now(ZONE) + timedelta(**later)).replace(second=0, microsecond=0).isoformat()


def book(api: Client, reference: str, service: str, at: datetime) -> None:
    """Import one booking with a slot at this minute."""
    booking = {"reference": reference, "slot": at.replace(second=0, microsecond=0).isoformat(), "service": service}
    answer = api.post(f"centres/{CENTRE}/appointments", {"bookings": [booking]})
    assert [row["result"] for row in answer.json()["rows"]] == ["created"], answer.text


def serve(api: Client, counter: str, *verbs: str) -> Any:
    """Open a counter and do one thing after the other; returns the last answer."""
    answer = api.post(f"centres/{CENTRE}/counters/{counter}/open")
    for verb in verbs:
        answer = api.post(f"centres/{CENTRE}/counters/{counter}/{verb}")
        assert answer.status_code == 200, answer.text
    return answer.json()


def scan(kiosk: Page, code: str) -> None:
    """Type a code as a scanner does."""
    kiosk.keyboard.type(code)
    kiosk.keyboard.press("Enter")
