"""A screen is told of the floor while its key holds, and is cut off when it does not."""

import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from flask_socketio import SocketIO, SocketIOTestClient

from server.app import Server, build_server
from server.clock import SystemClock
from server.config import load_settings
from server.domain.permissions import Role
from server.domain.screens import Screen, ScreenKind
from server.live.sockets import NAMESPACE
from server.services.people import keys, pairing, screens
from server.services.people.pairing import Origin
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.histories.watcher import Line
from tests.processes import BAARI, Client, ServerProcess, make_key
from tests.services.people.people import TWIN, twin_centre

SOON_S = 2.0


@pytest.fixture
def here(sqlite_floor: Floor, tmp_path: Path) -> Iterator[Server]:
    """Return a server in this process, with its relay."""
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    server = build_server(settings, db=sqlite_floor.db, clock=StillClock(MORNING))
    server.relay.start()
    yield server
    server.relay.stop()


def key(floor: Floor, name: str, role: Role = Role.DISPLAY) -> str:
    return floor.write(lambda tx: keys.create_key(tx, role, name, MORNING))


def screen(here: Server, secret: str) -> SocketIOTestClient:
    socketio: SocketIO = here.app.extensions["socketio"]
    return socketio.test_client(here.app, namespace=NAMESPACE, auth={"key": secret})


def watch(client: SocketIOTestClient, centre: str = CENTRE) -> Any:
    return client.emit("watch", {"centre": centre, "after": 0}, callback=True, namespace=NAMESPACE)


def connected(here: Server) -> int:
    """Return how many screens the server counts."""
    return int(here.relay._screens())


def wait_until(here: Server, count: int) -> None:
    deadline = time.monotonic() + SOON_S
    while connected(here) != count:
        assert time.monotonic() < deadline, f"{connected(here)} screens are connected"
        time.sleep(0.02)


def heard(client: SocketIOTestClient) -> list[str]:
    """Return the kinds of the events that a screen was told since it was last asked."""
    told = client.get_received(namespace=NAMESPACE)
    return [message["args"][0]["type"] for message in told if message["name"] == "event"]


def test_a_screen_whose_key_is_revoked_hears_nothing_more_and_the_others_go_on(
    sqlite_floor: Floor, here: Server
) -> None:
    stolen, kept = (screen(here, key(sqlite_floor, name)) for name in ("stolen", "kept"))
    assert [watch(client)["events"] for client in (stolen, kept)] == [[], []]
    sqlite_floor.open("G1")
    assert [heard(client) for client in (stolen, kept)] == [["day.opened", "counter.opened"]] * 2
    sqlite_floor.write(lambda tx: keys.revoke_key(tx, "stolen", MORNING))
    wait_until(here, 1)
    sqlite_floor.issue()
    assert heard(kept) == ["token.issued"]
    assert not stolen.is_connected(NAMESPACE)
    assert not screen(here, key(sqlite_floor, "new") + "x").is_connected(NAMESPACE)


def test_a_screen_that_is_looked_for_is_told_its_name_once_and_the_others_are_not(
    sqlite_floor: Floor, here: Server
) -> None:
    secrets = [keys.new_secret() for _ in range(2)]
    for id_, new in zip(("K1", "K2"), secrets, strict=True):
        link = sqlite_floor.key(Role.KIOSK, device=id_)
        sqlite_floor.write(lambda tx, link=link, new=new: pairing.redeem(tx, link, new, Origin("", ""), MORNING))  # type: ignore[misc]
    first, second = (screen(here, secret) for secret in secrets)
    wait_until(here, 2)
    which, now = Screen(ScreenKind.KIOSK, "K1"), SystemClock().now()
    sqlite_floor.write(lambda tx: screens.identify(tx, which, now))
    time.sleep(SOON_S)
    named = [[m["args"][0] for m in each.get_received(NAMESPACE) if m["name"] == "named"] for each in (first, second)]
    assert named == [[{"centre": CENTRE, "name": "Kiosk 1"}], []]


def test_a_screen_whose_holder_became_another_comes_back_as_that(sqlite_floor: Floor, here: Server) -> None:
    watch(screen(here, key(sqlite_floor, "hall", Role.COUNTER)))
    assert connected(here) == 1

    def demote(tx: Any) -> None:
        tx.conn.exec_driver_sql("UPDATE access_key SET role = 'display'")
        keys.revoke_key(tx, "nobody", MORNING)

    sqlite_floor.write(demote)
    wait_until(here, 0)


def test_a_key_watches_its_own_centre_and_one_of_all_centres_every_one(sqlite_floor: Floor, here: Server) -> None:
    twin_centre(sqlite_floor)
    office = sqlite_floor.write(lambda tx: keys.create_key_of_all(tx, Role.MANAGER, "office", MORNING))
    own, everywhere = screen(here, key(sqlite_floor, "hall")), screen(here, office)
    assert watch(own, TWIN) == {"code": "forbidden"}
    assert watch(everywhere, TWIN)["events"] == []
    assert watch(everywhere, "NOWHERE") == {"code": "unknown_centre"}


def test_a_screen_that_is_cut_off_while_it_asks_to_watch_hears_nothing(sqlite_floor: Floor, here: Server) -> None:
    client, answers = screen(here, key(sqlite_floor, "late")), []
    sockets: Any = here.relay._screens.__self__  # type: ignore[attr-defined]  # the method of the server's sockets
    asking = threading.Thread(target=lambda: answers.append(watch(client)))
    with sockets._lock:
        asking.start()
        time.sleep(0.2)  # it is known still, and waits to enter the room
        sockets._screens.clear()
    asking.join()
    sqlite_floor.issue()
    assert (answers[0]["events"], heard(client)) == ([], [])
    assert watch(client) == {"code": "unauthenticated"}


def opened(server: ServerProcess, secret: str | None, cookie: str | None = None) -> tuple[socket.socket, Line]:
    """Open a websocket with a key or a cookie and watch the centre."""
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname, address.port or 80), timeout=0.1)
    line = Line(connection, address.netloc, cookie)
    answers = {"0": f"40{NAMESPACE},{json.dumps({'key': secret} if secret else {})}"}
    answers["40"] = f"42{NAMESPACE},1{json.dumps(['watch', {'centre': CENTRE, 'after': 0}])}"
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for frame in line.read():
            kind = frame.partition(f"{NAMESPACE},")[0]
            if kind == "43":
                return connection, line
            if answer := answers.get(kind if kind == "40" else kind[:1]):
                line.send(answer)
    pytest.fail("the screen did not get to watch")


def ends(line: Line, deadline: float) -> bool:
    """Read on, and return whether the connection ended in time; it may still hear a heartbeat."""
    try:
        while time.monotonic() < deadline:
            list(line.read())
    except OSError:
        return True
    return False


def baari(server: ServerProcess, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "BAARI_DATABASE_URL": server.database_url, "BAARI_DATA_DIR": str(server.data_dir)}
    return subprocess.run([BAARI, *words], env=env, capture_output=True, text=True, timeout=60, input=stdin)


def test_a_key_revoked_on_the_command_line_ends_its_websocket_and_opens_nothing(server: ServerProcess) -> None:
    secret = make_key(server.database_url, Role.DISPLAY)
    board = Client(server.url, secret)
    assert board.snapshot()["centre"] == CENTRE
    connection, line = opened(server, secret)
    told = baari(server, "key", "revoke", "--name", "test")
    revoked = time.monotonic()
    assert (told.returncode, told.stdout) == (0, "1 key of the name 'test' revoked.\n")
    assert ends(line, revoked + SOON_S)
    assert board.get(f"centres/{CENTRE}/snapshot").status_code == 401
    connection.close()
    board.http.close()
    again = baari(server, "key", "revoke", "--name", "test")
    assert (again.returncode, "no key of the name" in again.stderr) == (1, True)


@pytest.mark.parametrize("act", ["disable", "password", "leave"])
def test_a_page_in_another_process_ends_with_the_account_or_work_of_its_person(server: ServerProcess, act: str) -> None:
    typed = "a long secret\na long secret\n"
    assert baari(server, "user", "add", "--user", "Asha", "--role", "counter", stdin=typed).returncode == 0
    with httpx.Client(base_url=server.url) as browser:
        signed_in = browser.post("/login", data={"user": "ASHA", "password": "a long secret"})
        assert signed_in.headers["Location"] == "/counter"
        cookie = f"baari_staff={browser.cookies['baari_staff']}"
        connection, line = opened(server, None, cookie)
        told = baari(server, "user", act, "--user", "asha", stdin=typed.replace("secret", "password"))
        done = time.monotonic()
        assert told.returncode == 0, told.stderr
        assert ends(line, done + SOON_S)
        assert browser.get(f"/api/v1/centres/{CENTRE}/snapshot").status_code == 401
        again = browser.post("/login", data={"user": "asha", "password": "a long secret"})
        assert again.status_code == 401
    connection.close()
