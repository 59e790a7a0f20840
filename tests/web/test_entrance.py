"""By which names a server is asked, from which pages its socket is opened, and whose word is taken about that."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import request
from flask.testing import FlaskClient

from server.addresses import Place, own_addresses
from server.app import build_server
from server.config import load_settings
from tests.factories import MORNING, Floor, StillClock

SOCKET = "/socket.io/?EIO=4&transport=polling"
Open = Callable[..., FlaskClient]


@pytest.fixture
def served(sqlite_floor: Floor, tmp_path: Path) -> Open:
    """Return what gives a browser at a server with some settings."""

    def serve(**settings: str) -> FlaskClient:
        environ = {
            "BAARI_DATA_DIR": str(tmp_path),
            **{f"BAARI_{name.upper()}": value for name, value in settings.items()},
        }
        app = build_server(load_settings(environ), db=sqlite_floor.db, clock=StillClock(MORNING)).app
        app.add_url_rule("/seen", "seen", lambda: [request.scheme, request.host, request.remote_addr])
        return app.test_client()

    return serve


def asked(client: FlaskClient, host: str) -> int:
    return client.get("/healthz", headers={"Host": host}).status_code


def opened(client: FlaskClient, host: str, origin: str | None, **headers: str) -> int:
    """Return the status that a page gets for its socket."""
    sent = {"Host": host, **({} if origin is None else {"Origin": origin})}
    return client.get(
        SOCKET, headers=sent | {name.replace("_", "-"): said for name, said in headers.items()}
    ).status_code


def test_a_server_answers_to_its_names_whatever_the_port_and_to_no_other(served: Open) -> None:
    client = served(public_url="https://psk1.example", trusted_hosts="board.example, 192.0.2.7, fd00::7")
    ours = ["psk1.example", "PSK1.Example:443", "board.example:8161", "192.0.2.7:1", "[FD00:0::7]:8080", "localhost"]
    assert [asked(client, host) for host in (*ours, "[::1]:8080")] == [200] * 7
    foreign = [
        "evil.example",
        "evil.psk1.example",
        "psk1.example.evil",
        "127.evil.example",
        "0.0.0.0",  # noqa: S104
        "[::]",
        "192.0.2.8",
    ]
    assert [asked(client, host) for host in (*foreign, "", "a b", "psk1.example:0", "psk1.example:x")] == [400] * 11


def test_a_foreign_name_is_refused_with_the_setting_that_it_may_belong_into(served: Open) -> None:
    for path in ("/login", SOCKET, "/api/v1/centres"):
        answer = served().get(path, headers={"Host": "hall.example"})
        assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")
        assert "hall.example" in answer.get_json()["detail"]
        assert "BAARI_TRUSTED_HOSTS" in answer.get_json()["detail"]


def test_who_does_not_come_in_is_told_in_the_log_once_and_cannot_fill_it(
    served: Open, caplog: pytest.LogCaptureFixture
) -> None:
    client = served(public_url="https://psk1.example")
    for _ in range(3):
        asked(client, "hall.example")
        opened(client, "psk1.example", "https://evil.example")
    told = [record.message for record in caplog.records if record.name == "server.web.entrance"]
    assert ["hall.example" in told[0], "evil.example" in told[1], len(told)] == [True, True, 2]
    for number in range(100):
        asked(client, f"hall{number}.example")
    assert len([record for record in caplog.records if record.name == "server.web.entrance"]) == 64


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104
def test_what_listens_on_every_address_answers_to_those_of_the_machine(served: Open, host: str) -> None:
    client = served(host=host)
    own = [address for address in own_addresses() if host == "::" or ":" not in address]
    for address in own:
        assert asked(client, f"{Place(address)}:8080") == 200
    assert [asked(client, other) for other in ("198.51.100.7", host, "evil.example")] == [400] * 3
    assert [asked(served(), address) for address in own] == [400] * len(own)


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("psk1.example", "https://psk1.example"),
        ("psk1.example:443", "https://psk1.example"),
        ("psk1.example:80", "http://psk1.example"),
        ("PSK1.Example", "https://psk1.example"),
        ("psk1.example:8161", "http://psk1.example:8161"),
        ("xn--y2bft8a.example", "https://xn--y2bft8a.example"),
        ("[fd00:0::7]:8080", "http://[fd00::7]:8080"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("127.0.0.1:8080", "https://psk1.example"),  # by a proxy that asks in its own name
        ("127.0.0.1:8080", "http://board.example:8161"),
        ("board.example", "http://board.example:8161"),  # by a proxy that leaves the port out
        ("psk1.example", None),
    ],
)
def test_a_page_that_is_served_opens_its_socket(served: Open, host: str, origin: str | None) -> None:
    client = served(public_url="https://psk1.example", trusted_hosts="सेवा.example, board.example, fd00::7")
    assert asked(client, host) == 200
    assert opened(client, host, origin) == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("psk1.example", "https://evil.example"),
        ("psk1.example", "https://psk1.example.evil"),
        ("psk1.example", "https://psk1.example:8443"),
        ("psk1.example", "null"),
        ("psk1.example", ""),
        ("board.example:8161", "http://board.example:9999"),
        ("board.example", "http://other.example"),
        ("127.0.0.1:8080", "http://127.0.0.1:8081"),
        ("127.0.0.1:8080", "https://evil.example"),
        ("evil.example", "https://evil.example"),
    ],
)
def test_a_page_of_another_site_opens_no_socket(served: Open, host: str, origin: str) -> None:
    client = served(public_url="https://psk1.example", trusted_hosts="board.example, other.example")
    for more in ({}, {"X_Forwarded_Host": "evil.example"}, {"Upgrade": "websocket", "Connection": "Upgrade"}):
        assert opened(client, host, origin, **more) == 400


def test_a_page_that_was_not_encrypted_opens_no_encrypted_socket(served: Open) -> None:
    client = served(public_url="https://psk1.example", trusted_hosts="board.example")
    for origin, status in (("https://board.example", 200), ("http://board.example", 400)):
        assert opened(client, "board.example", origin, X_Forwarded_Proto="https") == status


FORWARDED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "psk1.example",
    "X-Forwarded-For": "198.51.100.9, 192.0.2.66",
}


def test_a_proxy_is_believed_when_it_is_named(served: Open) -> None:
    names = {"public_url": "https://psk1.example", "host": "192.0.2.1"}
    believed = served(**names, trusted_proxies="127.0.0.1, 192.0.2.0/24")
    assert believed.get("/seen", headers=FORWARDED).get_json() == ["https", "psk1.example", "198.51.100.9"]
    near = served(**names, trusted_proxies="127.0.0.1")
    assert near.get("/seen", headers=FORWARDED).get_json() == ["https", "psk1.example", "192.0.2.66"]
    for client in (served(**names, trusted_proxies="192.0.2.66"), served(**names, trusted_proxies="")):
        assert client.get("/seen", headers=FORWARDED).get_json() == ["http", "localhost", "127.0.0.1"]
    by_default = served(public_url="https://psk1.example")
    assert by_default.get("/seen", headers=FORWARDED).get_json() == ["https", "psk1.example", "192.0.2.66"]


@pytest.mark.parametrize(
    "header", [{"X-Forwarded-Proto": "ftp"}, {"X-Forwarded-For": "x, é, "}, {"X-Forwarded-Host": ""}]
)
def test_what_a_proxy_says_that_makes_no_sense_is_left_alone(served: Open, header: dict[str, str]) -> None:
    client = served(trusted_proxies="127.0.0.1")
    assert client.get("/seen", headers=header).get_json() == ["http", "localhost", "127.0.0.1"]


def test_a_proxy_cannot_bring_somebody_in_who_asks_for_another_server(served: Open) -> None:
    client = served(trusted_proxies="127.0.0.1")
    assert client.get("/healthz", headers={"X-Forwarded-Host": "evil.example"}).status_code == 400
