"""The log over TLS to a syslog server of the house (RFC 5425): a thread sends it, and nobody waits for that.

Where the server does not answer, so many lines wait for it; those beyond are counted, and told once it is back.
"""

import logging
import os
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Condition, Thread

from server.addresses import Place, place_of

PORT = 6514
WAITING = 10_000
PATIENCE_S, CALM_S, LAST_S = 5.0, 60.0, 2.0
LOCAL0 = 16
"""The facility: of local use, as the house means it."""
SEVERITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
DEBUG = 7
TEXT_MAX = 8000  # bytes; a receiver takes 8192 with the head (RFC 5425, section 4.3.1)


@dataclass(frozen=True, slots=True)
class Collector:
    """Where the log goes, and by which file of certificates it is believed; None: the machine's."""

    place: Place
    trusted: Path | None

    def open(self) -> ssl.SSLSocket:
        """Return a connection to it; raises OSError."""
        context = ssl.create_default_context(cafile=self.trusted)
        plain = socket.create_connection((self.place.host, self.place.port or PORT), PATIENCE_S)
        try:
            return context.wrap_socket(plain, server_hostname=self.place.host)
        except BaseException:
            plain.close()
            raise


def collector_at(text: str, trusted: Path | None) -> Collector | None:
    """Return the collector that a setting names, `host` or `host:6514`; None for none."""
    return Collector(place_of(text), trusted) if text else None


def frame(record: logging.LogRecord, text: str) -> bytes:
    """Return a line as it goes over TLS: counted in octets, with the head of RFC 5424; what is too long is cut off."""
    severity = next((severity for level, severity in SEVERITIES if record.levelno >= level), DEBUG)
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    name = "".join(each for each in record.name if "!" <= each <= "~")[:32] or "-"
    head = f"<{LOCAL0 * 8 + severity}>1 {at} {socket.gethostname()} baari {os.getpid()} {name} - "
    line = head.encode() + text.encode()[:TEXT_MAX].decode(errors="ignore").encode()
    return b"%d %s" % (len(line), line)


class Syslog(logging.Handler):
    """Hands each record to a thread of this process, which sends it when it can."""

    def __init__(self, collector: Collector) -> None:
        super().__init__()
        self._collector = collector
        self._process: int | None = None
        self._lines: deque[bytes] = deque()
        self._more = Condition()
        self._over, self._lost = False, 0
        self._thread = Thread(target=self._send, name="syslog", daemon=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Let a record wait to be sent."""
        if self._process != os.getpid():  # a worker is a fork of its master, without the threads of that
            self._begin()
        line = frame(record, self.format(record))
        with self._more:
            if len(self._lines) == WAITING:
                self._lines.popleft()
                self._lost += 1
            self._lines.append(line)
            self._more.notify()

    def close(self) -> None:
        """Give what waits a moment to be sent."""
        if self._process == os.getpid():
            with self._more:
                self._over = True
                self._more.notify()
            self._thread.join(LAST_S)
        super().close()

    def _begin(self) -> None:
        self._process, self._lost = os.getpid(), 0
        self._lines, self._more = deque(), Condition()
        self._thread = Thread(target=self._send, name="syslog", daemon=True)
        self._thread.start()

    def _send(self) -> None:
        """Send what waits until it is over; after a fault, anew and more and more calmly."""
        pause = 1.0
        while True:
            try:
                with self._collector.open() as connection:
                    pause = 1.0
                    if not self._send_over(connection):
                        return
            except OSError:
                with self._more:
                    if self._more.wait_for(lambda: self._over, pause):
                        return
                pause = min(2 * pause, CALM_S)

    def _send_over(self, connection: ssl.SSLSocket) -> bool:
        """Send lines one by one; a line leaves the queue once it was sent. Returns False when it is over."""
        while True:
            with self._more:
                self._more.wait_for(lambda: self._lines or self._over)
                if not self._lines:
                    return False
                line, lost, self._lost = self._lines[0], self._lost, 0
            try:
                _require_there(connection)
                connection.sendall(self._told(lost) + line)
            except OSError:
                with self._more:
                    self._lost += lost
                raise
            with self._more:
                if self._lines and self._lines[0] is line:
                    self._lines.popleft()

    def _told(self, lost: int) -> bytes:
        """Return a line that tells how many were lost, nothing for none."""
        if not lost:
            return b""
        record = logging.LogRecord("server.syslog", logging.WARNING, "", 0, "%d lines were lost", (lost,), None)
        return frame(record, self.format(record))


def _require_there(connection: ssl.SSLSocket) -> None:
    """Raise OSError where the other side has closed, which a line that is sent would not show."""
    connection.setblocking(False)
    try:
        if connection.recv(1) == b"":
            raise ConnectionResetError
    except ssl.SSLWantReadError:
        pass
    finally:
        connection.settimeout(PATIENCE_S)
