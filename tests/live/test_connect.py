"""Who may connect, how many, and which centre they hear of."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_socketio import SocketIOTestClient

from server.app import Server, build_server
from server.config import load_settings
from server.domain.permissions import TABLE, Permission, Role, Scope, may
from server.live.sockets import NAMESPACE
from server.services.people.keys import create_key, create_key_of_all
from tests.factories import CENTRE, MORNING, Floor, StillClock, second_centre

MOST = 2
Connect = Callable[..., SocketIOTestClient]


@pytest.fixture
def server(sqlite_floor: Floor, tmp_path: Path) -> Iterator[Server]:
    settings = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_MAX_SOCKETS": str(MOST)}
    server = build_server(load_settings(settings), db=sqlite_floor.db, clock=StillClock(MORNING))
    server.relay.start()
    yield server
    server.relay.stop()


@pytest.fixture
def connect(server: Server, sqlite_floor: Floor) -> Connect:
    key = sqlite_floor.key(Role.DISPLAY)

    def connect(key: str = key, **headers: str) -> SocketIOTestClient:
        socketio = server.app.extensions["socketio"]
        return socketio.test_client(server.app, namespace=NAMESPACE, auth={"key": key}, headers=headers)

    return connect


def watch(screen: SocketIOTestClient, centre: str) -> Any:
    return screen.emit("watch", {"centre": centre, "after": 0}, namespace=NAMESPACE, callback=True)


def heard(screen: SocketIOTestClient) -> list[str]:
    return [message["args"][0]["token"]["label"] for message in screen.get_received(NAMESPACE)]


@pytest.mark.parametrize("role", TABLE[Permission.WATCH_FLOOR])
def test_a_screen_watches_what_its_role_may_and_as_far_as_it_goes(
    connect: Connect, server: Server, sqlite_floor: Floor, role: Role
) -> None:
    second_centre(sqlite_floor)
    everywhere = sqlite_floor.write(lambda tx: create_key_of_all(tx, role, "office", MORNING))
    own, far = connect(sqlite_floor.key(role)), connect(everywhere)
    assert "seq" in watch(own, CENTRE)
    assert watch(own, "PSK-2") == {"code": "forbidden"}
    assert ("seq" in watch(far, "PSK-2")) is (TABLE[Permission.WATCH_FLOOR][role] is Scope.ALL)
    sqlite_floor.issue()
    tokens = [message["args"][0]["token"] for message in own.get_received(NAMESPACE)]
    assert {"staff" in token for token in tokens if token} == {may(role, Permission.WATCH_STAFF)}


def test_a_screen_hears_of_its_own_centre_and_of_no_other(connect: Connect, sqlite_floor: Floor) -> None:
    second_centre(sqlite_floor)
    screen = connect()
    assert watch(screen, "PSK-2") == {"code": "forbidden"}
    assert watch(screen, "NOWHERE") == {"code": "forbidden"}
    sqlite_floor.issue()
    assert heard(screen) == []
    assert watch(screen, CENTRE)["seq"] == 2  # the first token opened the day
    sqlite_floor.issue()
    assert heard(screen) == ["N002"]


def test_a_screen_of_another_centre_hears_nothing_of_this_one(connect: Connect, sqlite_floor: Floor) -> None:
    stranger = sqlite_floor.db.write(
        second_centre(sqlite_floor), lambda tx: create_key(tx, Role.MANAGER, "test", MORNING)
    )
    screen = connect(stranger)
    assert watch(screen, CENTRE) == {"code": "forbidden"}
    assert watch(screen, "PSK-2")["seq"] == 0
    sqlite_floor.issue()
    assert heard(screen) == []


@pytest.mark.parametrize(("role", "staff"), [(Role.DISPLAY, False), (Role.COUNTER, True)])
def test_only_staff_hear_of_a_citizen_what_is_for_staff(
    connect: Connect, sqlite_floor: Floor, role: Role, staff: bool
) -> None:
    screen = connect(sqlite_floor.key(role))
    watch(screen, CENTRE)
    sqlite_floor.issue(need="senior")
    _opened, message = screen.get_received(NAMESPACE)
    _opened, missed = watch(screen, CENTRE)["events"]
    for event in (message["args"][0], missed):
        assert ("staff" in event["token"], "senior" in str(event)) == (staff, staff)


def counted(server: Server) -> str:
    """Return how many screens are connected, as the metrics tell it."""
    lines = server.app.test_client().get("/metrics").text.splitlines()
    return next(line for line in lines if line.startswith("baari_sockets "))


def test_no_more_screens_connect_than_the_setting_says(server: Server, connect: Connect) -> None:
    first, second = connect(), connect()
    assert (first.is_connected(NAMESPACE), second.is_connected(NAMESPACE)) == (True, True)
    assert not connect().is_connected(NAMESPACE)
    assert counted(server) == "baari_sockets 2.0"
    first.disconnect(NAMESPACE)
    assert counted(server) == "baari_sockets 1.0"
    assert connect().is_connected(NAMESPACE)


@pytest.mark.parametrize("key", ["", "baari_unknown"])
def test_a_screen_without_a_known_key_does_not_connect(connect: Connect, key: str) -> None:
    assert not connect(key).is_connected(NAMESPACE)
