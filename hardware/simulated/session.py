"""One client of a simulated printer: real-time commands are answered at once, the others when their turn comes."""

import contextlib
import socket
import struct
import threading

from hardware.simulated.faults import STATUS, Fault
from hardware.simulated.mechanism import Mechanism


class Session:
    """A connection, served until the client hangs up or the printer loses power."""

    def __init__(self, mechanism: Mechanism, link: socket.socket, stopped: threading.Event, reset_after: int) -> None:
        self._mechanism, self._link, self._stopped, self._reset_after = mechanism, link, stopped, reset_after
        self._seen = b""
        self._received = 0
        link.settimeout(0.05)

    def run(self) -> None:
        """Serve."""
        while not self._stopped.is_set():
            try:
                piece = self._link.recv(4096)
            except TimeoutError:
                piece = None
            if self._is_powerless(len(piece or b"")):
                self._mechanism.lose_power()
                hang_up_hard(self._link)
                return
            if piece == b"":
                return
            if piece:
                self._take(piece)
            self._mechanism.work(self._answer)

    def _is_powerless(self, more: int) -> bool:
        self._received += more
        fault = self._mechanism.fault
        return fault is Fault.OFF or (fault is Fault.RESET_MID_JOB and self._received >= self._reset_after)

    def _take(self, piece: bytes) -> None:
        """Hold a piece, and answer what it asks in real time, which stands even inside the data of a raster."""
        self._mechanism.take(piece)
        window = self._seen + piece
        for place in range(len(window) - 2):
            if window[place : place + 2] == b"\x10\x04":
                self._answer_status(window[place + 2])
        self._seen = window[-2:]

    def _answer_status(self, number: int) -> None:
        fault = self._mechanism.fault
        if number in self._mechanism.profile.status and fault is not Fault.MUTE:
            self._answer(bytes((STATUS.get(fault, STATUS[Fault.NONE])[number - 1],)))

    def _answer(self, answer: bytes) -> None:
        with contextlib.suppress(OSError):  # whoever hung up hears nothing, and the paper comes out all the same
            self._link.sendall(answer)


def hang_up_hard(link: socket.socket) -> None:
    """Let the other side get a reset when the link closes, as from a printer that loses its power."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
