"""Where everything is, for the signpost."""

from sqlalchemy import select

from server.storage.tables.people import DeviceTable
from server.storage.transaction import Read


def places(read: Read) -> dict[str, list[str]]:
    """Return the ids of all kiosks and boards, for the signpost."""
    rows = read.execute(select(DeviceTable.kind, DeviceTable.id).order_by(DeviceTable.id)).all()
    return {kind: [row.id for row in rows if row.kind == kind] for kind in ("kiosk", "board")}
