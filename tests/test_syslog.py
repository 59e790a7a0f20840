"""The log goes over TLS to the syslog server of the house, whole and without secrets; a dead one harms nothing."""

import json
import logging
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from server.addresses import Place
from server.config import ConfigError, load_settings
from server.domain.permissions import Role
from server.logs import Folded, JsonLine
from server.operations.doctor import machine
from server.operations.doctor.finding import Patient
from server.syslog import TEXT_MAX, Collector, Syslog
from tests.factories import Floor
from tests.processes import ServerProcess, free_port

HEAD = re.compile(r"<(\d+)>1 (\S+Z) (\S+) baari (\d+) (\S+) - (.*)", re.DOTALL)
SOON_S = 20.0


class Listener:
    """A syslog server that reads frames as RFC 5425 counts them, one connection after the other."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port, self.lines, self.cut = port, list[str](), 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "site.pem", folder / "site.key")
        self._socket = socket.create_server(("127.0.0.1", port))
        self._open: list[socket.socket] = []
        self._thread = Thread(target=self._listen)
        self._thread.start()

    def close(self) -> None:
        """End, and cut whoever is connected."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for each in self._open:
            each.close()
        self._thread.join(10)

    def cut_off(self) -> None:
        """Cut whoever is connected, and listen on."""
        for each in self._open:
            each.close()

    def wait_for(self, number: int) -> list[str]:
        """Return the lines once there are so many."""
        deadline = time.monotonic() + SOON_S
        while len(self.lines) < number and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.lines

    def _listen(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(plain, server_side=True) as connection:
                    self._open = [connection]
                    self._read(connection)
            except (OSError, ValueError):
                self.cut += 1

    def _read(self, connection: ssl.SSLSocket) -> None:
        with connection.makefile("rb") as stream:
            while (digits := _until_space(stream.read)) != b"":
                self.lines.append(stream.read(int(digits)).decode())


def _until_space(read: Callable[[int], bytes]) -> bytes:
    digits = b""
    while (sign := read(1)) not in (b" ", b""):
        digits += sign
    return digits


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the certificate of a syslog server on this machine, and its key."""
    make_certificate(tmp_path, "localhost")
    return tmp_path


@pytest.fixture
def listener(folder: Path) -> Iterator[Listener]:
    one = Listener(folder, free_port())
    yield one
    one.close()


@pytest.fixture
def syslog(folder: Path, listener: Listener) -> Iterator[Syslog]:
    handler = syslog_to(listener.port, folder / "site.pem")
    yield handler
    handler.close()


def make_certificate(folder: Path, name: str) -> None:
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += ["-days", "30", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    files = ["-out", str(folder / "site.pem"), "-keyout", str(folder / "site.key")]
    subprocess.run([*words, *files], check=True, capture_output=True)


def syslog_to(port: int, trusted: Path) -> Syslog:
    handler = Syslog(Collector(Place("localhost", port), trusted))
    handler.setFormatter(JsonLine())
    return handler


def record(text: str, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("server.web", level, "", 0, "%s", (text,), None)


def test_a_line_is_counted_in_octets_has_its_head_and_no_secret(listener: Listener, syslog: Syslog) -> None:
    for text in ("नमस्ते\nzwei Zeilen", "call +919812345678", "x" * 20_000):
        syslog.handle(record(text))
    syslog.handle(record("broken", logging.ERROR))
    heads = [HEAD.fullmatch(line) for line in listener.wait_for(4)]
    assert all(heads)
    told = [head.groups() for head in heads if head]
    assert [groups[0] for groups in told] == ["132", "132", "132", "131"]
    assert {groups[4] for groups in told} == {"server.web"}
    assert json.loads(told[0][5])["message"] == "नमस्ते\nzwei Zeilen"
    assert "9812345678" not in told[1][5]
    assert len(told[2][5]) == TEXT_MAX


def test_a_server_that_comes_back_gets_what_waited_and_hears_how_much_was_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.syslog.WAITING", 100)
    port = free_port()
    handler = syslog_to(port, folder / "site.pem")
    begun = time.monotonic()
    for number in range(5000):
        handler.handle(record(f"line {number}"))
    assert time.monotonic() - begun < 5  # nobody waits: a try to connect takes longer
    late = Listener(folder, port)
    try:
        lines = late.wait_for(101)
        assert "4900 lines were lost" in lines[0]
        assert [re.search(r"line (\d+)", line)[1] for line in lines[1:]] == [str(n) for n in range(4900, 5000)]  # type: ignore[index]
        late.cut_off()
        time.sleep(0.2)
        handler.handle(record("after the cut"))
        assert "after the cut" in late.wait_for(102)[-1]
    finally:
        handler.close()
        late.close()


def test_nothing_goes_to_a_server_that_is_another(listener: Listener, folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    make_certificate(other, "localhost")
    handler = syslog_to(listener.port, other / "site.pem")
    handler.handle(record("for the house alone"))
    deadline = time.monotonic() + SOON_S
    while not listener.cut and time.monotonic() < deadline:
        time.sleep(0.01)
    handler.close()
    assert (listener.cut > 0, listener.lines) == (True, [])


def test_what_is_folded_on_the_screen_is_folded_there_too(listener: Listener, syslog: Syslog) -> None:
    class Nowhere:
        def write(self, _text: str) -> None: ...
        def flush(self) -> None: ...

    folded = Folded(Nowhere(), syslog)  # type: ignore[arg-type]
    folded.setFormatter(JsonLine())
    for _ in range(50):
        folded.handle(record("commit failed"))
    folded.close()
    assert [re.search(r'"message": "(.*?)"', line)[1] for line in listener.wait_for(2)] == [  # type: ignore[index]
        "commit failed",
        "49 times more in a minute: %s",
    ]


def test_a_server_of_ours_sends_its_log_there_and_serves_without_it(
    sqlite_floor: Floor, tmp_path_factory: pytest.TempPathFactory, folder: Path
) -> None:
    port, data = free_port(), tmp_path_factory.mktemp("served")
    there, trusted = f"localhost:{port}", str(folder / "site.pem")
    with ServerProcess(
        sqlite_floor.db.url, data, BAARI_ACCESS_LOG="1", BAARI_SYSLOG=there, BAARI_SYSLOG_TRUSTED=trusted
    ) as server:
        server.client(Role.KIOSK).issue(phone="+919812345678")
        assert httpx.get(f"{server.url}/readyz").status_code == 200  # though nobody listens yet
        listener = Listener(folder, port)
        try:
            httpx.get(f"{server.url}/t/a-secret-of-a-slip")
            deadline = time.monotonic() + SOON_S
            while not any("/t/… 404" in line for line in listener.lines) and time.monotonic() < deadline:
                time.sleep(0.05)
            text = "\n".join(listener.lines)
            assert "/t/… 404" in text
            assert "POST" in text  # of before somebody listened
            assert [word for word in ("9812345678", "a-secret-of-a-slip") if word in text] == []
        finally:
            listener.close()


def test_the_doctor_tells_whether_it_is_reached(listener: Listener, folder: Path) -> None:
    def look(**settings: str) -> list[tuple[str, str]]:
        given = {f"BAARI_{name}": value for name, value in settings.items()}
        patient = Patient(load_settings({"BAARI_DATA_DIR": str(folder), **given}), None)
        return [(finding.code, finding.level.value) for finding in machine.syslog(patient)]

    there, trusted = f"localhost:{listener.port}", str(folder / "site.pem")
    assert look() == []
    assert look(SYSLOG=there, SYSLOG_TRUSTED=trusted) == [("syslog", "fine")]
    assert look(SYSLOG=there) == [("syslog_silent", "warning")]
    assert look(SYSLOG=f"localhost:{free_port()}", SYSLOG_TRUSTED=trusted) == [("syslog_silent", "warning")]
    assert look(SYSLOG=there, SYSLOG_TRUSTED=str(folder / "missing.pem")) == [("syslog_silent", "warning")]


@pytest.mark.parametrize("value", ["syslog://host", "host:0", "two hosts", "host:99999"])
def test_a_server_that_cannot_be_named_so_stops_the_start(value: str) -> None:
    with pytest.raises(ConfigError, match="BAARI_SYSLOG"):
        load_settings({"BAARI_SYSLOG": value})
