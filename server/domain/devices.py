"""A device of a centre: a kiosk, a board or a printer."""

from dataclasses import dataclass

from server.domain.json import Stored


@dataclass(frozen=True, slots=True)
class Device:
    """A kiosk, a board or a printer."""

    id: str
    centre_id: int
    kind: str
    name: str
    zone: str | None
    printer: str | None
    settings: Stored
