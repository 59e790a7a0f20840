"""Receipt printers: how each is reached, on record."""

from collections.abc import Mapping

from server.domain.actors import By
from server.domain.events.payloads import PrinterSet
from server.domain.json import Json
from server.storage.sql import devices
from server.storage.transaction import Transaction


def set_printer(tx: Transaction, device_id: str, settings: Mapping[str, Json], by: By) -> bool:
    """Write how a printer is reached and what its model is; returns whether there is such a printer."""
    if not devices.set_printer(tx.conn, tx.centre.id, device_id, settings):
        return False
    tx.record(PrinterSet(device_id, dict(settings)), by)
    return True
