"""Prints over TCP: looks at the printer first, sends, and waits until it says that the paper is out.

The protocol is Epson's ESC/POS: DLE EOT n asks for status in real time, GS ( H function 48 is answered in stream
order with `37 22 id 00` after everything before it has been printed.
"""

import contextlib
import socket
import time
from collections.abc import Iterator

from hardware.values import PrinterState, PrintResult, Verdict

CONNECT_S = 2.0
STATUS_S = 0.7
WRITE_S = 5.0
ACK_S = 12.0
PIECE = 1024
ACK_BEGIN = b"\x37\x22"


def look(host: str, port: int) -> PrinterState:
    """Return how the printer is."""
    try:
        with _connection(host, port) as link:
            return _status(link)
    except OSError:
        return PrinterState.OFF


def send(host: str, port: int, job: bytes, job_id: str) -> PrintResult:
    """Print a job and tell what came of it.

    REFUSED: no byte of it was sent, it may be tried again. UNCONFIRMED: some were, and nobody can be sure.
    """
    try:
        link = _connect(host, port)
    except OSError as error:
        return PrintResult(Verdict.REFUSED, PrinterState.OFF, str(error))
    with contextlib.closing(link):
        try:
            state = _status(link)
        except OSError as error:
            return PrintResult(Verdict.REFUSED, PrinterState.OFF, str(error))
        if not state.can_print:
            return PrintResult(Verdict.REFUSED, state)
        return _transmit(link, job, job_id, state)


def _transmit(link: socket.socket, job: bytes, job_id: str, state: PrinterState) -> PrintResult:
    try:
        link.settimeout(WRITE_S)
        for begin in range(0, len(job), PIECE):
            link.sendall(job[begin : begin + PIECE])
        if _acknowledged(link, job_id):
            return PrintResult(Verdict.PRINTED, state)
        return PrintResult(Verdict.UNCONFIRMED, _status(link), "no acknowledgement")
    except OSError as error:
        return PrintResult(Verdict.UNCONFIRMED, PrinterState.OFF, str(error) or type(error).__name__)


def _acknowledged(link: socket.socket, job_id: str) -> bool:
    """Wait for the acknowledgement; it is searched for, since other answers may come before it."""
    expected = ACK_BEGIN + job_id.encode() + b"\x00"
    heard = b""
    for piece in _listen(link, ACK_S):
        heard += piece
        if expected in heard:
            return True
    return False


def _status(link: socket.socket) -> PrinterState:
    """Ask DLE EOT 1 to 4 and return the state they tell together."""
    for _ in _listen(link, 0.01):
        pass  # what is left of earlier answers
    answers: dict[int, int] = {}
    for number in (1, 2, 3, 4):
        link.sendall(bytes((0x10, 0x04, number)))
        answer = next((byte for piece in _listen(link, STATUS_S) for byte in piece if byte & 0x93 == 0x12), None)
        if answer is None:
            return PrinterState.SILENT
        answers[number] = answer
    return _state(answers)


def _state(answers: dict[int, int]) -> PrinterState:
    offline, cause, paper = answers[1] & 0x08, answers[2], answers[4]
    if cause & 0x04:
        return PrinterState.COVER_OPEN
    if cause & 0x20 or paper & 0x60 == 0x60:
        return PrinterState.PAPER_OUT
    if offline or cause & 0x40 or answers[3] & 0x6C:
        return PrinterState.FAULT
    return PrinterState.NEAR_END if paper & 0x0C == 0x0C else PrinterState.READY


def _listen(link: socket.socket, seconds: float) -> Iterator[bytes]:
    """Yield what the printer says for so long; raises OSError when it hangs up."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        link.settimeout(left)
        try:
            piece = link.recv(256)
        except TimeoutError:
            return
        if not piece:
            raise ConnectionResetError("the printer closed the connection")
        yield piece


def _connect(host: str, port: int) -> socket.socket:
    link = socket.create_connection((host, port), timeout=CONNECT_S)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


@contextlib.contextmanager
def _connection(host: str, port: int) -> Iterator[socket.socket]:
    link = _connect(host, port)
    with contextlib.closing(link):
        yield link
