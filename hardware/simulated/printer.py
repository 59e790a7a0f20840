"""A receipt printer that is not there: speaks ESC/POS over TCP, holds jobs when offline, and shows its paper.

Faithful where it matters: status in real time even inside raster data, in-stream answers only after printing, a
job held while the paper is out and resumed when it is back, one client at a time.
"""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from enum import StrEnum

from PIL import Image, ImageOps

BYTES_A_SECOND = 60_000
KEPT = 12


class Fault(StrEnum):
    """What can be wrong with it."""

    NONE = "none"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFF = "off"
    MUTE = "mute"
    RESET_MID_JOB = "reset_mid_job"


STATUS = {
    Fault.NONE: (0x12, 0x12, 0x12, 0x12),
    Fault.NEAR_END: (0x12, 0x12, 0x12, 0x1E),
    Fault.PAPER_OUT: (0x1A, 0x32, 0x12, 0x7E),
    Fault.COVER_OPEN: (0x1A, 0x16, 0x12, 0x12),
}
OFFLINE = (Fault.PAPER_OUT, Fault.COVER_OPEN)


class SimulatedPrinter:
    """Listens on a port of this machine; `papers` are the slips cut off so far, the latest last."""

    def __init__(self, port: int = 0, *, host: str = "127.0.0.1", reset_after: int = 4000) -> None:
        self.host, self.reset_after = host, reset_after
        self.fault = Fault.NONE
        self.papers: list[Image.Image] = []
        self.count = 0
        self._stopped = threading.Event()
        self._socket = socket.create_server((host, port), backlog=8)
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name=f"printer {self.port}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._stopped.set()
        self._thread.join()
        self._socket.close()

    def cut(self, paper: Image.Image) -> None:
        """Let a slip fall out."""
        self.papers = [*self.papers[-KEPT + 1 :], paper]
        self.count += 1

    def _serve(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(TimeoutError, OSError):
                link, _ = self._socket.accept()
                with contextlib.closing(link):
                    if self.fault is Fault.OFF:
                        _reset(link)
                    else:
                        _Session(self, link, self._stopped).run()


class _Session:
    """One client: bytes come in, real-time commands are answered at once, the others in their order."""

    def __init__(self, printer: SimulatedPrinter, link: socket.socket, stopped: threading.Event) -> None:
        self._printer, self._link, self._stopped = printer, link, stopped
        self._buffer = bytearray()
        self._seen = b""
        self._received = 0
        self._paper: list[Image.Image] = []
        link.settimeout(0.05)

    def run(self) -> None:
        """Serve until the client hangs up; what is held then is printed when the printer can."""
        while not self._stopped.is_set():
            try:
                piece = self._link.recv(4096)
            except TimeoutError:
                piece = None
            if piece == b"" or self._printer.fault is Fault.OFF:
                return
            if piece:
                self._take(piece)
                if self._breaks():
                    return
            self._execute()

    def _take(self, piece: bytes) -> None:
        self._received += len(piece)
        self._buffer += piece
        window = self._seen + piece
        for place in range(len(window) - 2):
            if window[place : place + 2] == b"\x10\x04" and 1 <= window[place + 2] <= 4:
                self._answer_status(window[place + 2])
        self._seen = window[-2:]

    def _answer_status(self, number: int) -> None:
        if self._printer.fault is not Fault.MUTE:
            status = STATUS.get(self._printer.fault, STATUS[Fault.NONE])
            self._link.sendall(bytes((status[number - 1],)))

    def _breaks(self) -> bool:
        if self._printer.fault is not Fault.RESET_MID_JOB or self._received < self._printer.reset_after:
            return False
        _reset(self._link)
        return True

    def _execute(self) -> None:
        """Carry out the whole commands in the buffer while the printer is online."""
        while self._buffer and self._printer.fault not in OFFLINE:
            used = self._command(bytes(self._buffer[:8]))
            if used == 0:
                return
            del self._buffer[:used]

    def _command(self, head: bytes) -> int:
        """Carry out the command at the head and return its length, 0 when it has not arrived whole."""
        for begin, length, act in self._commands():
            if head.startswith(begin):
                return self._whole(length(head), act) if len(head) >= min(8, len(begin) + 2) else 0
        return 1  # a byte of text or of a command that leaves no trace

    def _commands(self) -> tuple[tuple[bytes, Callable[[bytes], int], Callable[[bytes], None]], ...]:
        return (
            (b"\x10\x04", lambda head: 3, lambda job: None),
            (b"\x1b@", lambda head: 2, lambda job: self._paper.clear()),
            (b"\x1dv0", lambda head: 8 + _raster_size(head) if len(head) == 8 else 9, self._raster),
            (b"\x1dV\x42", lambda head: 4, self._cut),
            (b"\x1d(H", lambda head: 5 + head[3] + 256 * head[4], self._acknowledge),
            (b"\x1b", lambda head: 3, lambda job: None),
        )

    def _whole(self, length: int, act: Callable[[bytes], None]) -> int:
        if len(self._buffer) < length:
            return 0
        act(bytes(self._buffer[:length]))
        return length

    def _raster(self, job: bytes) -> None:
        width, height = (job[4] + 256 * job[5]) * 8, job[6] + 256 * job[7]
        strip = Image.frombytes("1", (width, height), job[8:])
        self._paper.append(ImageOps.invert(strip.convert("L")).convert("1"))
        time.sleep(len(job) / BYTES_A_SECOND)

    def _cut(self, _job: bytes) -> None:
        if self._paper:
            self._printer.cut(_joined(self._paper))
            self._paper.clear()

    def _acknowledge(self, job: bytes) -> None:
        if self._printer.fault is not Fault.MUTE:
            self._link.sendall(b"\x37\x22" + job[7:11] + b"\x00")


def _raster_size(head: bytes) -> int:
    return (head[4] + 256 * head[5]) * (head[6] + 256 * head[7])


def _joined(strips: list[Image.Image]) -> Image.Image:
    paper = Image.new("1", (max(s.width for s in strips), sum(s.height for s in strips)), 1)
    y = 0
    for strip in strips:
        paper.paste(strip, (0, y))
        y += strip.height
    return paper


def _reset(link: socket.socket) -> None:
    """Hang up so that the other side gets a reset, as a printer does that loses its power."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
