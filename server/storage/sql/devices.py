"""Devices of a centre."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from server.domain.devices import Device
from server.storage.tables.centre import CentreTable
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


def device_by_id(conn: Connection, centre_id: int, device_id: str) -> Device | None:
    """Return a device of a centre, None when there is none of that id."""
    query = DEVICE.where(DeviceTable.centre_id == centre_id, DeviceTable.id == device_id)
    row = conn.execute(query).one_or_none()
    return None if row is None else Device(*row)


def devices_of(conn: Connection, centre_id: int, kind: str) -> list[Device]:
    """Return the devices of a kind in a centre, in the order of their ids."""
    query = DEVICE.where(DeviceTable.centre_id == centre_id, DeviceTable.kind == kind).order_by(DeviceTable.id)
    return [Device(*row) for row in conn.execute(query)]


def set_name(conn: Connection, centre_id: int, device_id: str, name: str) -> None:
    """Write the name of a device."""
    named = (DeviceTable.centre_id == centre_id, DeviceTable.id == device_id)
    conn.execute(update(DeviceTable).where(*named).values(name=name))


def set_printer(conn: Connection, centre_id: int, device_id: str, settings: Mapping[str, object]) -> bool:
    """Write how a printer is reached and what its model is; returns whether there is such a printer."""
    printer = update(DeviceTable).where(
        DeviceTable.centre_id == centre_id, DeviceTable.id == device_id, DeviceTable.kind == "printer"
    )
    return conn.execute(printer.values(settings=dict(settings))).rowcount == 1


def set_address(conn: Connection, centre_id: int, device_id: str, host: str, port: int) -> bool:
    """Write where a printer listens on the network; returns whether there is such a printer."""
    return set_printer(conn, centre_id, device_id, {"host": host, "port": port})


def places_of(conn: Connection, kind: str) -> list[tuple[str, str]]:
    """Return (code of the centre, id) of all devices of a kind."""
    query = select(CentreTable.code, DeviceTable.id).join(CentreTable, CentreTable.id == DeviceTable.centre_id)
    rows = conn.execute(query.where(DeviceTable.kind == kind).order_by(CentreTable.code, DeviceTable.id))
    return [(centre, id_) for centre, id_ in rows]
