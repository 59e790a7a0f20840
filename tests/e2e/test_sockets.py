"""A foreign client, Node's socket.io-client, ends with the server's state whatever happens in between."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from server.domain.permissions import Role
from server.storage.database import Database
from tests.conftest import skip_or_fail
from tests.factories import CENTRE
from tests.processes import Client, ServerProcess, make_key, run_baari

ROOT = Path(__file__).parents[2]
SETTLE_S = 10.0


class Watcher:
    """A Node process that follows the centre."""

    def __init__(self, url: str, key: str, transport: str = "websocket") -> None:
        self._process = subprocess.Popen(
            ["node", "tests/js/watcher.mjs", url, key, CENTRE, transport],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=10)

    def tell(self, command: str) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def line(self) -> Any:
        """Return what it says next."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def state(self) -> Any:
        """Return what its screen shows."""
        self.tell("state")
        while "seq" not in (told := self.line()):
            pass  # a connection refused while the server was away
        return told


def picture(state: Any) -> Any:
    """Return what two screens must agree on."""
    by_id = {name: {item["id"]: item for item in state[name]} for name in ("tokens", "counters")}
    return state.get("epoch"), state.get("seq"), by_id


def assert_equal_soon(watcher: Watcher, client: Client) -> None:
    """Wait until the watcher shows what a fresh snapshot says."""
    deadline = time.monotonic() + SETTLE_S
    while picture(watcher.state()) != picture(client.snapshot()):
        assert time.monotonic() < deadline, "the watcher stays behind the server"
        time.sleep(0.1)


def move_floor(client: Client) -> None:
    """Issue three tokens and serve one at the gate."""
    client.post(f"centres/{CENTRE}/counters/G1/open")
    for _ in range(3):
        client.issue()
    for verb in ("call-next", "recall", "start", "finish"):
        client.post(f"centres/{CENTRE}/counters/G1/{verb}")


@pytest.fixture(autouse=True)
def _node_is_there() -> None:
    if shutil.which("node") is None or not (ROOT / "node_modules" / "socket.io-client").exists():
        skip_or_fail("Node with socket.io-client is not installed: npm ci")


@pytest.fixture
def client(server: ServerProcess) -> Client:
    return server.client()


def key_of(client: Client) -> str:
    return str(client.http.headers["Authorization"]).removeprefix("Bearer ")


@pytest.fixture
def watcher(server: ServerProcess, client: Client) -> Iterator[Watcher]:
    with Watcher(server.url, key_of(client)) as node:
        yield node


def test_a_client_that_polls_equals_the_snapshot(server: ServerProcess, client: Client) -> None:
    """Where a proxy lets no websocket through."""
    with Watcher(server.url, key_of(client), "polling") as polling:
        assert_equal_soon(polling, client)
        move_floor(client)
        assert_equal_soon(polling, client)
        assert len(polling.state()["tokens"]) == 3


def test_a_watching_client_equals_the_snapshot(watcher: Watcher, client: Client) -> None:
    move_floor(client)
    assert_equal_soon(watcher, client)
    assert len(watcher.state()["tokens"]) == 3


def test_a_client_that_was_cut_off_catches_up(watcher: Watcher, client: Client) -> None:
    assert_equal_soon(watcher, client)
    watcher.tell("cut")
    move_floor(client)
    assert picture(watcher.state()) != picture(client.snapshot())
    watcher.tell("join")
    assert_equal_soon(watcher, client)


def test_a_client_too_far_behind_loads_a_new_snapshot(watcher: Watcher, client: Client) -> None:
    assert_equal_soon(watcher, client)
    watcher.tell("cut")
    for _ in range(501):
        client.issue()
    watcher.tell("join")
    assert_equal_soon(watcher, client)
    assert len(watcher.state()["tokens"]) == 501


def test_a_client_survives_a_crash_of_the_server(server: ServerProcess, watcher: Watcher, client: Client) -> None:
    move_floor(client)
    assert_equal_soon(watcher, client)
    server.kill()
    server.start()
    move_floor(client)
    assert_equal_soon(watcher, client)


def test_a_client_sees_what_the_command_line_commits(
    server: ServerProcess, watcher: Watcher, client: Client, tmp_path: Path
) -> None:
    move_floor(client)
    before, rule = watcher.state()["seq"], tmp_path / "missed.yaml"
    rule.write_text("{calls: 2, minutes: 4}")
    done = run_baari(server.data_dir, "policy", "set", "missed", str(rule), BAARI_DATABASE_URL=server.database_url)
    assert done.returncode == 0
    assert_equal_soon(watcher, client)
    assert watcher.state()["seq"] > before


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_client_of_a_second_process_sees_what_the_first_commits(
    db: Database, server: ServerProcess, client: Client, tmp_path: Path
) -> None:
    with ServerProcess(db.url, tmp_path) as second:
        mine = second.client()
        with Watcher(second.url, make_key(db.url, Role.DISPLAY)) as watcher:
            display = Client(second.url, make_key(db.url, Role.DISPLAY))
            move_floor(client)
            assert_equal_soon(watcher, display)
            mine.post(f"centres/{CENTRE}/counters/G1/call-next")
            assert_equal_soon(watcher, display)
            display.http.close()


def test_a_socket_without_a_known_key_is_refused(server: ServerProcess) -> None:
    with Watcher(server.url, "baari_unknown") as stranger:
        assert stranger.line() == {"refused": "unauthenticated"}


def test_staff_see_needs_and_the_public_does_not(server: ServerProcess, client: Client) -> None:
    client.issue(need="senior")
    display = server.client(Role.DISPLAY)
    assert "staff" not in display.snapshot()["tokens"][0]
    assert client.snapshot()["tokens"][0]["staff"]["need"] == "senior"
