"""Devices of a centre and the outbox of its printers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from server.domain.tokens import Token
from server.storage.models import Device, PrintJob


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A kiosk, a board or a printer."""

    id: str
    centre_id: int
    kind: str
    name: str
    zone: str | None
    printer: str | None
    settings: dict[str, Any]


DEVICE = select(
    Device.id, Device.centre_id, Device.kind, Device.name, Device.zone, Device.printer, Device.settings
)


def device_by_id(conn: Connection, device_id: str) -> DeviceRow | None:
    """Return a device, None when there is none of that id."""
    row = conn.execute(DEVICE.where(Device.id == device_id)).one_or_none()
    return None if row is None else DeviceRow(*row)


def devices_of(conn: Connection, centre_id: int, kind: str) -> list[DeviceRow]:
    """Return the devices of a kind in a centre, in the order of their ids."""
    query = DEVICE.where(Device.centre_id == centre_id, Device.kind == kind).order_by(Device.id)
    return [DeviceRow(*row) for row in conn.execute(query)]


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
            changed_at=now,
        )
    )
