"""`baari serve` on the benchmark's database, in a process of its own."""

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
READY_S = 30.0
SECRET = secrets.token_hex(16)
"""One for all servers of a run: those that share a database share it."""
THREADS, SOCKETS = "700", "600"


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs: its port, and the process group that it is."""

    port: int
    group: int

    def cpu_s(self) -> float:
        """Return the processor time that all processes of the server have used, in seconds."""
        ticks = sum(_ticks(stat) for stat in _stats() if int(stat[2]) == self.group)
        return ticks / os.sysconf("SC_CLK_TCK")

    def metric(self, name: str) -> float | None:
        """Return what a metric of the server says, all its labels together; None when there is none of this name."""
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=10)) as connection:
            connection.request("GET", "/metrics")
            lines = connection.getresponse().read().decode().splitlines()
        values = [line.rpartition(" ")[2] for line in lines if line.partition(" ")[0].partition("{")[0] == name]
        return sum(map(float, values)) if values else None


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(database_url: str, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Serve the database while the block runs, by more settings perhaps.

    Raises TimeoutError when it does not get ready.
    """
    env = {
        "BAARI_DATABASE_URL": database_url,
        "BAARI_DATA_DIR": str(folder),
        "BAARI_SECRET_KEY": SECRET,
        "BAARI_THREADS": THREADS,
        "BAARI_MAX_SOCKETS": SOCKETS,
        "BAARI_MAX_SOCKETS_OF_KEY": SOCKETS,
        "BAARI_RATE_LIMITS": "0",
        **(more or {}),
    }
    with running(["server", "serve", "--port"], env, "/readyz") as served:
        yield served


@contextmanager
def running(words: list[str], env: Mapping[str, str], ready: str, *, loud: bool = True) -> Iterator[Served]:
    """Run one of our modules on a free port, which is its last word, until the block ends.

    It is ready when it answers 200 at `ready`; what it complains of is shown when it is `loud`.
    Raises TimeoutError when it does not get ready.
    """
    port = free_port()
    command = [sys.executable, "-m", *words, str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        command,
        env={**os.environ, **env},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=None if loud else subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(port, ready)
        yield Served(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait_until_ready(port: int, path: str) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=2)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"the server was not ready after {READY_S:.0f} s")


def _stats() -> Iterator[list[str]]:
    """Return the fields of `/proc/*/stat` from the state on (proc(5)): the state, the parent, the group …"""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield path.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue


def _ticks(stat: list[str]) -> int:
    """Return user and system time in clock ticks: fields 14 and 15, of which the first two are cut off."""
    return int(stat[11]) + int(stat[12])
