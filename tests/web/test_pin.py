"""A console is locked and goes on by the PIN; meanwhile nothing is told to it and nothing is done by it."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_socketio import SocketIO

from server.app import Server, build_server
from server.config import ConfigError, load_settings
from server.domain.actors import CLI
from server.domain.notice import NoticeKind
from server.domain.permissions import Role
from server.live.sockets import NAMESPACE
from server.services.floor import notice
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import PASSWORD, add_person
from tests.web.test_sign_in import session_of, token_of

AT = f"/api/v1/centres/{CENTRE}"
PIN = "83051946"
SOON_S = 2.0
Send = Callable[..., tuple[int, str]]


@pytest.fixture
def server(sqlite_floor: Floor, tmp_path: Path) -> Server:
    add_person(sqlite_floor, "asha", Role.COUNTER)
    sqlite_floor.db.clock = StillClock(MORNING)
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    return build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)


@pytest.fixture
def console(server: Server) -> FlaskClient:
    """Return the browser of Asha, who has a PIN."""
    client = server.app.test_client()
    client.post("/login", data={"user": "asha", "password": PASSWORD})
    client.environ_base |= {"HTTP_X_CSRF_TOKEN": token_of(server, client), "HTTP_ACCEPT_LANGUAGE": "en"}
    assert send(client, "/account/pin", password=PASSWORD, pin=PIN, again=PIN) == (302, "/account")
    return client


def send(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    """Send a form of the page; return the status and where it leads, or what the page says is wrong."""
    answer = client.post(path, data={"csrf": client.environ_base["HTTP_X_CSRF_TOKEN"], **fields})
    said = re.search(r'role="alert">([^<]*)</p>', answer.get_data(as_text=True))
    return answer.status_code, answer.headers.get("Location") or (said[1] if said else "")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"pin": "739", "again": "739"}, "A PIN has 4 to 8 digits."),
        ({"pin": "1234", "again": "1234"}, "This PIN is soon guessed. Choose another."),
        ({"pin": "7391", "again": "7392"}, "The new PIN was typed in two ways."),
        ({"pin": "7391", "again": "7391", "password": "wrong"}, "The password is another one."),
    ],
)
def test_a_pin_is_chosen_by_who_knows_the_password(console: FlaskClient, fields: dict[str, str], why: str) -> None:
    assert send(console, "/account/pin", **{"password": PASSWORD} | fields) == (422, why)


def test_a_locked_console_is_told_nothing_and_does_nothing_until_the_pin_comes(console: FlaskClient) -> None:
    session = session_of(console)
    assert console.get(f"{AT}/seats").status_code == 200
    assert send(console, "/account/lock") == (302, "/locked")
    for path in ("seats", "counters", "outlook"):
        answer = console.get(f"{AT}/{path}")
        assert (answer.status_code, answer.get_json()["due"]) == (403, "lock"), path
    order = console.post(f"{AT}/counters/G1/sit", headers={"Idempotency-Key": "one"}, json={})
    assert (order.status_code, order.get_json()["due"]) == (403, "lock")
    for page in ("/counter", "/manager", "/account", "/account/pin"):
        assert console.get(page).headers.get("Location") == "/login", page
    assert console.get("/login").headers["Location"] == "/locked"
    assert send(console, "/account/password", old=PASSWORD, new="x" * 9, again="x" * 9) == (302, "/login")
    assert send(console, "/locked", pin="0000")[0] == 401
    status, home = send(console, "/locked", pin=PIN)
    assert (status, home, session_of(console)) == (302, "/counter", session)
    assert console.get(f"{AT}/seats").status_code == 200


def test_the_socket_of_a_locked_console_is_cut_off_and_opens_again_after_the_pin(
    console: FlaskClient, server: Server
) -> None:
    socketio: SocketIO = server.app.extensions["socketio"]
    auth = {"csrf": console.environ_base["HTTP_X_CSRF_TOKEN"]}

    def opens() -> bool:
        screen = socketio.test_client(server.app, namespace=NAMESPACE, auth=auth, flask_test_client=console)
        return bool(screen.is_connected(NAMESPACE))

    server.relay.start()
    try:
        assert opens()
        send(console, "/account/lock")
        give_up = time.monotonic() + SOON_S
        while server.relay._screens():
            assert time.monotonic() < give_up
            time.sleep(0.02)
        assert not opens()
        send(console, "/locked", pin=PIN)
        assert opens()
    finally:
        server.relay.stop()


def test_a_locked_console_hears_of_an_emergency(console: FlaskClient, sqlite_floor: Floor) -> None:
    send(console, "/account/lock")
    sqlite_floor.write(lambda tx: notice.set_notice(tx, NoticeKind.EMERGENCY, "fire", CLI))
    told = console.get(f"{AT}/notice")
    assert (told.status_code, told.get_json()["notice"]["kind"]) == (200, "emergency")


def test_wrong_pins_end_the_session_and_the_password_is_needed(console: FlaskClient) -> None:
    send(console, "/account/lock")
    assert [send(console, "/locked", pin="7390")[0] for _ in range(5)] == [401] * 4 + [302]
    assert send(console, "/locked", pin=PIN) == (302, "/login")
    assert session_of(console) is None
    assert console.get("/login").status_code == 200


def test_a_pin_signs_nobody_in_and_no_other_form_unlocks(console: FlaskClient, server: Server) -> None:
    send(console, "/account/lock")
    stranger = server.app.test_client()
    assert stranger.post("/locked", data={"pin": PIN}).headers["Location"] == "/login"
    assert stranger.post("/login", data={"user": "asha", "password": PIN}).status_code == 401
    forged = console.post("/locked", data={"csrf": "another", "pin": PIN})
    assert forged.headers["Location"] == "/login"
    assert console.get(f"{AT}/seats").status_code == 403


def test_who_has_no_pin_is_asked_for_one_and_may_end_it(console: FlaskClient) -> None:
    assert send(console, "/account/pin/end") == (302, "/account")
    assert send(console, "/account/lock") == (302, "/account/pin")
    assert console.get(f"{AT}/seats").status_code == 200


def test_somebody_else_signs_in_at_a_locked_console_once_it_is_left(console: FlaskClient) -> None:
    send(console, "/account/lock")
    assert send(console, "/logout") == (302, "/login")
    assert session_of(console) is None


def test_the_minutes_of_the_lock_are_bounded(tmp_path: Path) -> None:
    for minutes in ("0", "60"):
        with pytest.raises(ConfigError, match="BAARI_LOCK_MINUTES"):
            load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_LOCK_MINUTES": minutes})
