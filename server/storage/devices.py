"""Devices of a centre and the outbox of its printers."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from server.domain.tokens import Token
from server.storage.models import Device, PrintJob


def is_printer(conn: Connection, centre_id: int, device_id: str) -> bool:
    """Whether a device of the centre is a printer."""
    query = select(Device.id).where(
        Device.centre_id == centre_id, Device.id == device_id, Device.kind == "printer"
    )
    return conn.execute(query).first() is not None


def printer_of(conn: Connection, device_id: str) -> str | None:
    """Return the printer of a device."""
    return conn.execute(select(Device.printer).where(Device.id == device_id)).scalar_one_or_none()


def queue_print(conn: Connection, centre_id: int, printer: str, token: Token, now: datetime) -> None:
    """Put the slip of a token into the outbox of a printer."""
    conn.execute(
        insert(PrintJob).values(
            centre_id=centre_id,
            token_id=token.id,
            printer=printer,
            state="queued",
            copy=0,
            content={"label": token.label},
            created_at=now,
        )
    )
