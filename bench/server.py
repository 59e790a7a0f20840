"""`baari serve` on the benchmark's database, in a process of its own."""

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOST = "127.0.0.1"
READY_S = 30.0


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(database_url: str, folder: Path) -> Iterator[int]:
    """Serve the database while the block runs; gives the port. Raises TimeoutError when it does not get ready."""
    port = free_port()
    env = {
        **os.environ,
        "BAARI_DATABASE_URL": database_url,
        "BAARI_DATA_DIR": str(folder),
        "BAARI_SECRET_KEY": secrets.token_hex(16),
        "BAARI_THREADS": "700",
        "BAARI_MAX_SOCKETS": "600",
    }
    command = [sys.executable, "-m", "server", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=env, start_new_session=True)  # noqa: S603 - our own program
    try:
        _wait_until_ready(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=2)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"the server was not ready after {READY_S:.0f} s")
