"""What is said with an ESC/POS printer over any wire: its status first, then the job, then its acknowledgement.

The protocol is Epson's ESC/POS: DLE EOT n asks for status in real time, GS ( H function 48 is answered in stream
order with `37 22 id 00` after everything before it has been printed.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Protocol

from hardware.profiles.profile import Profile
from hardware.values import PrinterState, Printout, PrintResult, Verdict

STATUS_S = 0.7
ACK_S = 12.0
PIECE = 1024
ACK_BEGIN = b"\x37\x22"


class Wire(Protocol):
    """The bytes to and from one printer; every method raises OSError when the connection breaks."""

    def write(self, piece: bytes) -> None:
        """Send bytes; raises TimeoutError when the printer takes none for too long."""

    def settle(self) -> None:
        """Return when the other end has taken every byte written; raises TimeoutError when it does not."""

    def listen(self, seconds: float) -> Iterator[bytes]:
        """Yield what the printer says for so long."""

    def close(self) -> None:
        """Hang up."""


def look(connect: Callable[[], Wire], profile: Profile) -> PrinterState:
    """Return how the printer is."""
    try:
        with contextlib.closing(connect()) as wire:
            return _status(wire, profile)
    except OSError:
        return PrinterState.OFF


def send(connect: Callable[[], Wire], profile: Profile, printout: Printout) -> PrintResult:
    """Print a job and tell what came of it."""
    try:
        wire = connect()
    except OSError as error:
        return PrintResult(Verdict.REFUSED, PrinterState.OFF, str(error))
    with contextlib.closing(wire):
        try:
            state = _status(wire, profile)
        except OSError as error:
            return PrintResult(Verdict.REFUSED, PrinterState.OFF, str(error))
        if not state.can_print:
            return PrintResult(Verdict.REFUSED, state)
        return _transmit(wire, profile, printout, state)


def _transmit(wire: Wire, profile: Profile, printout: Printout, state: PrinterState) -> PrintResult:
    try:
        for begin in range(0, len(printout.commands), PIECE):
            wire.write(printout.commands[begin : begin + PIECE])
        if not profile.acknowledges:
            wire.settle()
            return PrintResult(Verdict.SENT, state)
        if _acknowledged(wire, printout.id):
            return PrintResult(Verdict.PRINTED, state)
        return PrintResult(Verdict.UNCONFIRMED, _status(wire, profile), "no acknowledgement")
    except OSError as error:
        return PrintResult(Verdict.UNCONFIRMED, PrinterState.OFF, str(error) or type(error).__name__)


def _acknowledged(wire: Wire, job_id: str) -> bool:
    """Wait for the acknowledgement; it is searched for, since other answers may come before it."""
    expected = ACK_BEGIN + job_id.encode() + b"\x00"
    heard = b""
    for piece in wire.listen(ACK_S):
        heard += piece
        if expected in heard:
            return True
    return False


def _status(wire: Wire, profile: Profile) -> PrinterState:
    """Ask DLE EOT n and return the state the answers tell together; one that answers none is READY when it is there."""
    for _ in wire.listen(0.01):
        pass  # what is left of earlier answers
    answers: dict[int, int] = {}
    for number in profile.status:
        wire.write(bytes((0x10, 0x04, number)))
        answer = next((byte for piece in wire.listen(STATUS_S) for byte in piece if byte & 0x93 == 0x12), None)
        if answer is None:
            return PrinterState.SILENT
        answers[number] = answer
    return _state(answers)


def _state(answers: dict[int, int]) -> PrinterState:
    printer, cause, error, paper = (answers.get(number, 0) for number in (1, 2, 3, 4))
    if cause & 0x04:
        return PrinterState.COVER_OPEN
    if cause & 0x20 or paper & 0x60 == 0x60:
        return PrinterState.PAPER_OUT
    if printer & 0x08 or cause & 0x40 or error & 0x6C:
        return PrinterState.FAULT
    return PrinterState.NEAR_END if paper & 0x0C == 0x0C else PrinterState.READY
