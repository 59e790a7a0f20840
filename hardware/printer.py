"""What every printer driver keeps: it says how the printer is, prints a job, and tells what came of it."""

from typing import Protocol

from hardware.profiles.profile import Profile
from hardware.values import PrinterState, Printout, PrintResult


class Printer(Protocol):
    """A printer at the end of some connection. A driver raises nothing of its connection: the answers tell it."""

    @property
    def profile(self) -> Profile:
        """Return its model; a slip is laid out and encoded for it."""

    def look(self) -> PrinterState:
        """Return how the printer is, OFF when it cannot be reached."""

    def send(self, printout: Printout) -> PrintResult:
        """Print a job and tell what came of it. REFUSED is promised to mean that no byte of it was sent."""
