"""One's own account: a password of somebody else's choice opens nothing else, and sessions elsewhere are ended."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import Server, build_server
from server.config import load_settings
from server.domain.actors import CLI
from server.services.people import accounts, passwords
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import PASSWORD, add_person
from tests.web.test_sign_in import FORM, session_of, site_presence, token_of

NEW = "a long password"
START = "given at the start"


@pytest.fixture
def server(sqlite_floor: Floor, tmp_path: Path) -> Server:
    environ = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url, "BAARI_PLAIN_HTTP": "1"}
    settings = load_settings(environ)
    add_person(sqlite_floor, "asha")
    sqlite_floor.db.clock = StillClock(MORNING)
    return build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)


@pytest.fixture
def client(server: Server) -> Iterator[FlaskClient]:
    with server.app.test_client() as client:
        yield client


def notice(text: str) -> str | None:
    found = re.search(r'role="alert">([^<]+)<', text)
    return found[1].strip() if found else None


def choose(server: Server, client: FlaskClient, **form: str) -> tuple[int, str | None]:
    values = {"csrf": token_of(server, client), "old": PASSWORD, "new": NEW, "again": NEW, **form}
    answer = client.post("/account/password?lang=en", data=values)
    return answer.status_code, answer.location or notice(answer.get_data(as_text=True))


def test_who_is_not_signed_in_is_led_to_the_sign_in(client: FlaskClient) -> None:
    assert client.get("/account").location == "/login"
    assert client.post("/account/password", data={}).location == "/login"
    assert client.post("/account/sessions/end", data={}).location == "/login"


def test_a_person_changes_their_password_by_the_one_of_before(server: Server, client: FlaskClient) -> None:
    client.post("/login", data=FORM)
    for form, why in (
        ({"old": "wrong"}, "The password of before is another one."),
        ({"again": "typed otherwise"}, "The new password was typed in two ways."),
        ({"new": "short", "again": "short"}, "A password has at least 8 characters."),
        ({"new": "x" * 257, "again": "x" * 257}, "A password has at most 256 characters."),
        ({"new": "Password@123", "again": "Password@123"}, "Many people use this password. Choose another."),
    ):
        assert choose(server, client, **form) == (422, why)
    assert choose(server, client, csrf="é") == (302, "/login")
    assert choose(server, client) == (302, "/counter")
    with server.app.test_client() as other:
        assert other.post("/login", data=FORM).status_code == 401
        assert other.post("/login", data={**FORM, "password": NEW}).location == "/counter"
    assert client.get("/counter").status_code == 200


def test_wrong_passwords_at_one_s_own_account_are_counted_as_at_the_sign_in(
    server: Server, client: FlaskClient
) -> None:
    client.post("/login", data=FORM)
    for _ in range(5):
        assert choose(server, client, old="wrong")[0] == 422
    assert choose(server, client) == (409, "Please try again in a moment.")


def test_a_password_that_was_given_opens_the_own_account_alone_until_it_is_changed(
    sqlite_floor: Floor, server: Server, client: FlaskClient
) -> None:
    kept = passwords.hashed(START)
    sqlite_floor.write(lambda tx: accounts.give_password(tx, 1, kept, MORNING, CLI))
    assert client.post("/login", data={**FORM, "password": START}).location == "/account"
    assert client.get("/login").location == "/account"
    assert client.get("/counter").location == "/login"
    refused = client.get(f"/api/v1/centres/{CENTRE}/snapshot")
    assert (refused.status_code, refused.get_json()["code"]) == (403, "forbidden")
    page = client.get("/account?lang=hi").get_data(as_text=True)
    assert "कृपया अपना पासवर्ड चुनें।" in page
    assert choose(server, client, old=START, new=START, again=START)[1] == (
        "This is the password of before. Choose another."
    )
    assert choose(server, client, old=START) == (302, "/counter")
    assert client.get("/counter").status_code == 200
    assert client.get(f"/api/v1/centres/{CENTRE}/snapshot").status_code == 200


def test_sessions_elsewhere_are_listed_with_their_address_and_ended(server: Server, client: FlaskClient) -> None:
    client.post("/login", data=FORM, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    lost = server.app.test_client()
    lost.post("/login", data=FORM, environ_base={"REMOTE_ADDR": "192.0.2.8"})
    server.db.read(site_presence(server).look)
    secret, page = session_of(lost), client.get("/account").get_data(as_text=True)
    assert all(address in page for address in ("192.0.2.7", "192.0.2.8"))
    assert str(secret) not in page
    (ended,) = re.findall(r'value="(\w{64})">\s*<span>[^<]*192\.0\.2\.8', page)
    for _ in range(2):
        form = {"csrf": token_of(server, client), "session": ended}
        assert client.post("/account/sessions/end", data=form).location == "/account"
    assert lost.get("/counter").location == "/login"
    assert client.get("/counter").status_code == 200
