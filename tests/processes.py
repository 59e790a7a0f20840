"""A real server in a process of its own, and a client that speaks to it."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Protocol, Self

import httpx
import pytest

from server import cli
from server.domain.permissions import Role
from server.services.people.keys import create_key
from server.storage.database import Database
from server.storage.sql import centres
from tests.factories import CENTRE, MORNING
from tests.guards.canaries import CANARIES
from tests.guards.ledger import LEDGER

READY_S = 60.0
KEPT_S = 1.0  # a connection is not used again after that long; the server closes a quiet one after two seconds
ROOT = Path(__file__).parents[1]
BAARI = str(Path(sys.executable).with_name("baari"))


def run_baari(data_dir: Path, *words: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command of `baari` in a bare environment; what it writes to standard error is judged like a server's."""
    bare = {"BAARI_DATA_DIR": str(data_dir), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    bare |= {"PYTHONWARNINGS": "default", **env}
    done = subprocess.run([BAARI, *words], env=bare, input=stdin, capture_output=True, text=True)
    sys.stderr.write(done.stderr)
    return done


def run_baari_here(
    patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of `baari` in this process, which saves the seconds of starting one."""
    for name, value in env.items():
        patch.setenv(name, value)
    patch.setattr(sys, "argv", ["baari", *words])
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        cli.main()
    written = capsys.readouterr()
    return subprocess.CompletedProcess(words, int(left.value.code or 0), written.out, written.err)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _judge(answer: httpx.Response) -> None:
    asked = answer.request
    headers = [*asked.headers.items(), *answer.headers.items()]
    CANARIES.plant_request(asked.url.raw_path.decode(), headers, asked.read())
    LEDGER.note_answer(answer.status_code, answer.request.method, answer.request.url.path)


class Client:
    """Speaks to a server with one key; every command gets an Idempotency-Key of its own."""

    def __init__(self, url: str, key: str) -> None:
        headers, hooks = {"Authorization": f"Bearer {key}"}, {"response": [_judge]}
        kept = httpx.Limits(keepalive_expiry=KEPT_S)
        self.http = httpx.Client(base_url=url, headers=headers, event_hooks=hooks, timeout=30, limits=kept)

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Read."""
        return self.http.get(f"/api/v1/{path}", params=params)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> httpx.Response:
        """Send a command."""
        headers = {"Idempotency-Key": key or secrets.token_hex(8)}
        return self.http.post(f"/api/v1/{path}", json=body, headers=headers)

    def issue(self, service: str = "NORMAL", *, key: str | None = None, **more: Any) -> httpx.Response:
        """Take a token."""
        return self.post(f"centres/{CENTRE}/tokens", {"service": service, **more}, key=key)

    def snapshot(self) -> Any:
        """Get the floor."""
        return self.get(f"centres/{CENTRE}/snapshot").json()


class Running(Protocol):
    """A process that runs, the first of its group."""

    @property
    def pid(self) -> int:
        """Its id, and that of its group."""

    def wait(self, timeout: float) -> object:
        """Wait until it has ended."""


class ServerProcess:
    """`baari serve` on a database; ends by its own process id."""

    def __init__(
        self, database_url: str, data_dir: Path, *, port: int | None = None, at: str = "127.0.0.1", **env: str
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://{at}:{self.port}"
        self.database_url, self.data_dir = database_url, data_dir
        self._env = {
            "BAARI_DATABASE_URL": database_url,
            "BAARI_DATA_DIR": str(data_dir),
            "BAARI_RATE_LIMITS": "0",
            **env,
        }
        self._process: Running | None = None
        self._clients: list[Client] = []
        self._program, self._words = [BAARI], ["serve"]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients:
            client.http.close()  # first: the server would wait two seconds for connections that are kept alive
        self.stop()

    def start(self) -> None:
        """Start and wait until it is ready."""
        self._process = self._launch()
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            time.sleep(0.05)
        self.kill()
        raise TimeoutError(f"not ready after {READY_S} s")

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL)

    def processes(self) -> list[int]:
        """Return the ids of its processes."""
        master = 0 if self._process is None else self._process.pid
        return [master, *map(int, Path(f"/proc/{master}/task/{master}/children").read_text().split())]

    def _launch(self) -> Running:
        words = [*self._program, *self._words, "--port", str(self.port)]
        return subprocess.Popen(words, env={**os.environ, **self._env}, start_new_session=True)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, how)
            self._process.wait(30)
            self._process = None
            CANARIES.log_files(self.data_dir)

    def client(self, role: Role = Role.MANAGER, *, device: str | None = None, counter: str | None = None) -> Client:
        """Return a client with a new key of a role."""
        client = Client(self.url, make_key(self.database_url, role, device=device, counter=counter))
        self._clients.append(client)
        return client


def make_key(database_url: str, role: Role, *, device: str | None = None, counter: str | None = None) -> str:
    """Make a bearer key in a database, as `baari key create` does."""
    db = Database(database_url)
    try:
        centre = db.read(lambda conn: centres.centre_by_code(conn, CENTRE))
        key = db.write(centre.id, lambda tx: create_key(tx, role, "test", MORNING, device=device, counter=counter))
        CANARIES.plant([key])
        return key
    finally:
        db.close()


class DemoProcess(ServerProcess):
    """`baari demo` in a data folder of its own; `facts` is what it wrote for integrators."""

    def __init__(self, data_dir: Path, *options: str, database_url: str | None = None) -> None:
        super().__init__(database_url or f"sqlite:///{data_dir / 'baari.sqlite'}", data_dir)
        self._words = ["demo", *(options or ["--no-simulate"])]

    @property
    def facts(self) -> Any:
        """What stands in `demo.json`."""
        facts = json.loads((self.data_dir / "demo.json").read_text("utf-8"))
        CANARIES.plant([*facts["keys"].values(), *(login["password"] for login in facts["logins"].values())])
        return facts

    def restart(self) -> None:
        """Go on with the same database after a crash."""
        self._words = [*self._words, "--keep"]
        self.start()
