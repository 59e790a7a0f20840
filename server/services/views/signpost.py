"""Where everything is, for the signpost."""

from server.storage.sql import devices
from server.storage.transaction import Read


def places(read: Read) -> dict[str, list[tuple[str, str]]]:
    """Return (centre, id) of all kiosks and boards, for the signpost."""
    return {kind: devices.places_of(read, kind) for kind in ("kiosk", "board")}


def centre_of_device(read: Read, kind: str, device_id: str) -> str | None:
    """Return the code of the only centre that has a device of this id, None when there is none or more than one."""
    codes = [centre for centre, id_ in devices.places_of(read, kind) if id_ == device_id]
    return codes[0] if len(codes) == 1 else None
