"""Servers to crash: one whose system calls are recorded, and one that is there again at once."""

import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from server.domain.permissions import Role
from server.storage import schema
from server.storage.database import Database
from tests.conftest import skip_or_fail
from tests.crash.launch import launch_apart
from tests.factories import install_floor
from tests.processes import Running, ServerProcess, make_key

CALLS = "pwrite64,pwritev,pwritev2,writev,ftruncate,fallocate,fsync,fdatasync,unlink,rename,renameat,renameat2,sendto"
LONGEST = 1 << 20
LETS_GO_S = 20.0
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", "tests.crash.launch"])


def install(url: str) -> str:
    """Make an installation that is open all day in an empty database; returns a manager's key."""
    schema.migrate(url)
    with closing(Database(url)) as db:
        install_floor(db, always=True)
    return make_key(url, Role.MANAGER)


def require_strace() -> None:
    """Skip the test, or fail in CI, where system calls cannot be recorded."""
    probe = ["strace", "-f", "-o", os.devnull, sys.executable, "-c", ""]
    if shutil.which("strace") is None or subprocess.run(probe).returncode != 0:
        skip_or_fail("strace is not installed or may not trace: a power cut cannot be simulated")


def wait_until_free(port: int) -> None:
    """Wait until a killed server has let go of its port: a process may die only after the disk has answered."""
    give_up = time.monotonic() + LETS_GO_S
    while time.monotonic() < give_up:
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return
        time.sleep(0.01)
    raise TimeoutError(f"port {port} is still taken after {LETS_GO_S} s")


class TracedServer(ServerProcess):
    """`baari serve` under strace; `trace` is the file with what it wrote, synced and sent."""

    def __init__(self, database_url: str, data_dir: Path, fault: str = "none") -> None:
        super().__init__(database_url, data_dir)
        self.trace = data_dir / "trace"
        strace = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-qq", "-s", str(LONGEST), "-e", "signal=none"]
        record = ["-e", f"trace={CALLS}", "-o", str(self.trace)]
        self._program = [*strace, *record, sys.executable, "-m", "tests.crash.launch", fault]


class ForkedServer(ServerProcess):
    """`baari serve` forked from a process that has its modules loaded: a restart costs a third."""

    def __init__(self, database_url: str, data_dir: Path, fault: str = "none", **settings: Any) -> None:
        super().__init__(database_url, data_dir, **settings)
        self._fault = fault

    def _launch(self) -> Running:
        wait_until_free(self.port)
        return _Forked(self._env, self._fault, [*self._words, "--port", str(self.port)])


class _Forked:
    """A forked process, to be ended as one that was started by `subprocess`."""

    def __init__(self, environ: dict[str, str], fault: str, words: list[str]) -> None:
        self._process = FORKS.Process(target=launch_apart, args=(environ, fault, words))
        self._process.start()

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def wait(self, timeout: float) -> object:
        self._process.join(timeout)
        return self._process.exitcode
