"""Prints over TCP, one connection for each job: printers hang up on a connection that idles."""

import fcntl
import os
import socket
import struct
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from hardware import conversation
from hardware.profiles.profile import Profile
from hardware.settings import Settings, number_of, text_of
from hardware.values import PrinterState, Printout, PrintResult

PORT = 9100
CONNECT_S = 2.0
WRITE_S = 5.0
SETTLE_S = 12.0
GLANCE_S = 0.02


@dataclass(frozen=True, slots=True)
class TcpPrinter:
    """A printer that listens on a port of the network."""

    profile: Profile
    host: str
    port: int = PORT

    @classmethod
    def of(cls, profile: Profile, settings: Settings) -> Self:
        """Return the driver from the settings `host` and `port` (9100); raises WrongSettings."""
        return cls(profile, text_of(settings, "host"), number_of(settings, "port", PORT))

    def look(self) -> PrinterState:
        """Return how the printer is."""
        return conversation.look(self._connect, self.profile)

    def send(self, printout: Printout) -> PrintResult:
        """Print a job and tell what came of it."""
        return conversation.send(self._connect, self.profile, printout)

    def _connect(self) -> conversation.Wire:
        link = socket.create_connection((self.host, self.port), timeout=CONNECT_S)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _TcpWire(link)


class _TcpWire:
    """A connection that is open."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link

    def write(self, piece: bytes) -> None:
        self._link.settimeout(WRITE_S)
        self._link.sendall(piece)

    def settle(self) -> None:
        """Wait until nothing is left in the queue of the kernel: what it holds, a dead printer never gets."""
        end = time.monotonic() + SETTLE_S
        while self._left():
            if time.monotonic() > end:
                raise TimeoutError("the printer stopped taking bytes")
            time.sleep(GLANCE_S)

    def _left(self) -> int:
        """Return how many bytes the other end has not confirmed (SIOCOUTQ, tcp(7)); raises OSError after a reset."""
        (left,) = struct.unpack("i", fcntl.ioctl(self._link, termios.TIOCOUTQ, bytes(4)))
        broken = self._link.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if broken:
            raise OSError(broken, os.strerror(broken))
        return int(left)

    def listen(self, seconds: float) -> Iterator[bytes]:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._link.settimeout(left)
            try:
                piece = self._link.recv(256)
            except TimeoutError:
                return
            if not piece:
                raise ConnectionResetError("the printer closed the connection")
            yield piece

    def close(self) -> None:
        self._link.close()
