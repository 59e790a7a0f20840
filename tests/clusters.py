"""PostgreSQL in processes of a test's own: one that can be stopped, killed and followed by a replica."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.conftest import skip_or_fail
from tests.processes import free_port

Tell = Callable[[signal.Signals], None]


@contextmanager
def cluster(of: str | None = None) -> Iterator[tuple[str, Tell]]:
    """Run a PostgreSQL of the test's own, or a replica `of` another.

    Gives its address, and what sends all its processes a signal.
    """
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs or os.geteuid() != 0:
        skip_or_fail("a PostgreSQL of its own needs initdb, and root to run it as postgres")
    home, port = Path(tempfile.mkdtemp()), free_port()  # which another user reaches
    shutil.chown(home, "postgres")
    at = programs[-1].parent
    quiet = {"user": "postgres", "check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    new = [at / "initdb", "-A", "trust", "-N", "-D", home]
    copy = [at / "pg_basebackup", "-R", "-N", "-X", "stream", "-c", "fast", "-D", home, "-d", of]
    subprocess.run(new if of is None else copy, **quiet)  # type: ignore[call-overload]
    words = ["-D", str(home), "-p", str(port), "-k", str(home), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    server = subprocess.Popen([at / "postgres", *words], user="postgres", cwd="/", stderr=subprocess.DEVNULL)

    def tell(what: signal.Signals) -> None:
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        for process in (server.pid, *map(int, children)):
            os.kill(process, what)

    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres", tell
    finally:
        tell(signal.SIGCONT)
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(home)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.2)
        else:
            return
