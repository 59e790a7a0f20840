"""Where everything is, for the signpost."""

from server.storage.sql import devices
from server.storage.transaction import Read


def places(read: Read) -> dict[str, list[tuple[str, str]]]:
    """Return (centre, id) of all kiosks and boards, for the signpost."""
    return {kind: devices.places_of(read, kind) for kind in ("kiosk", "board")}
