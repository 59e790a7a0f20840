"""Devices of a centre."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from server.storage.people import Device


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


DEVICE = select(Device.id, Device.centre_id, Device.kind, Device.name, Device.zone, Device.printer, Device.settings)


def device_by_id(conn: Connection, device_id: str) -> DeviceRow | None:
    """Return a device, None when there is none of that id."""
    row = conn.execute(DEVICE.where(Device.id == device_id)).one_or_none()
    return None if row is None else DeviceRow(*row)


def devices_of(conn: Connection, centre_id: int, kind: str) -> list[DeviceRow]:
    """Return the devices of a kind in a centre, in the order of their ids."""
    query = DEVICE.where(Device.centre_id == centre_id, Device.kind == kind).order_by(Device.id)
    return [DeviceRow(*row) for row in conn.execute(query)]


def set_address(conn: Connection, device_id: str, host: str, port: int) -> bool:
    """Write where a printer listens on the network; returns whether there is such a printer."""
    return set_printer(conn, device_id, {"host": host, "port": port})


def set_printer(conn: Connection, device_id: str, settings: Mapping[str, object]) -> bool:
    """Write how a printer is reached and what its model is; returns whether there is such a printer."""
    printer = update(Device).where(Device.id == device_id, Device.kind == "printer")
    return conn.execute(printer.values(settings=dict(settings))).rowcount == 1
