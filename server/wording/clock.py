"""What became of the clock of a day, in words."""

from collections.abc import Mapping

CLOCK_CHANGES: Mapping[str, str] = {
    "doubted": "{was}: the server's clock said {shown}. The floor kept its own.",
    "followed": "Clock set from {was} to {shown}. Nobody was there.",
    "floor": "{was}: the floor's own clock was chosen.",
    "wall": "{was}: the server's clock was chosen. It said {shown}.",
}
"""By `server.services.figures.reports.ClockChange.what`."""
