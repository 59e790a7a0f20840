"""Bring a demo quickly into the situations of the queue engine: short absences, closed hours, another centre."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page
from sqlalchemy import insert, select, update

from server.domain.actors import By
from server.domain.notice import NoticeKind
from server.domain.plan.hours import WEEKDAYS
from server.services.floor import notice
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.tables.bookings import BookingTable
from server.storage.tables.centre import CentreTable
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


def move_bookings_elsewhere(demo: DemoProcess, tail: str) -> None:
    """Let another centre of the installation hold the bookings whose references end so."""

    def change(tx: Transaction) -> None:
        columns = [column for column in CentreTable.__table__.columns if column.name != "id"]
        row = tx.conn.execute(select(*columns).where(CentreTable.id == tx.centre.id)).one()._asdict()
        name = {"en": "Pune Centre", "hi": "पुणे केंद्र", "mr": "पुणे केंद्र"}
        other = {**row, "code": "PSK-PUNE", "name": name, "epoch": "other"}
        id_ = tx.conn.execute(insert(CentreTable).values(**other).returning(CentreTable.id)).scalar_one()
        tx.conn.execute(update(BookingTable).where(BookingTable.tail == tail).values(centre_id=id_))

    _write(demo, change)


def _write(demo: DemoProcess, change: Callable[[Transaction], None]) -> None:
    db = Database(demo.database_url)
    try:
        centre = db.read(lambda conn: centres.centre_by_code(conn, CENTRE))
        db.write(centre.id, change)
    finally:
        db.close()


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
