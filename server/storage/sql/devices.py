"""Devices of a centre."""

from sqlalchemy import Connection, select, update

from server.domain.devices import Device
from server.storage.tables.people import DeviceTable

DEVICE = select(
    DeviceTable.id,
    DeviceTable.centre_id,
    DeviceTable.kind,
    DeviceTable.name,
    DeviceTable.zone,
    DeviceTable.printer,
    DeviceTable.settings,
)


def device_by_id(conn: Connection, device_id: str) -> Device | None:
    """Return a device, None when there is none of that id."""
    row = conn.execute(DEVICE.where(DeviceTable.id == device_id)).one_or_none()
    return None if row is None else Device(*row)


def devices_of(conn: Connection, centre_id: int, kind: str) -> list[Device]:
    """Return the devices of a kind in a centre, in the order of their ids."""
    query = DEVICE.where(DeviceTable.centre_id == centre_id, DeviceTable.kind == kind).order_by(DeviceTable.id)
    return [Device(*row) for row in conn.execute(query)]


def set_address(conn: Connection, device_id: str, host: str, port: int) -> bool:
    """Write where a printer listens; returns whether there is such a printer."""
    mine = update(DeviceTable).where(DeviceTable.id == device_id, DeviceTable.kind == "printer")
    return conn.execute(mine.values(settings={"host": host, "port": port})).rowcount == 1
