"""Signing in and out on the pages: only from this site, only with one's own token, and no name is given away."""

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import argon2
import pytest
from flask.testing import FlaskClient

from server.app import Server, build_server
from server.config import load_settings
from server.domain.permissions import Role
from server.services.people import passwords
from server.storage.database import Database
from server.storage.sql.counters import counter_by_id
from server.web.guard import csrf_token
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import PASSWORD, add_person

FORM = {"user": "asha", "password": PASSWORD}


@pytest.fixture
def server(sqlite_floor: Floor, tmp_path: Path) -> Server:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    add_person(sqlite_floor, "asha")
    sqlite_floor.db.clock = StillClock(MORNING)
    return build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)


@pytest.fixture
def client(server: Server) -> Iterator[FlaskClient]:
    with server.app.test_client() as client:
        yield client


def session_of(client: FlaskClient) -> str | None:
    """Return the secret in the browser's cookie."""
    cookie = client.get_cookie("baari_staff")
    return None if cookie is None else cookie.value


def token_of(server: Server, client: FlaskClient) -> str:
    """Return the CSRF token that belongs to the browser's cookie."""
    with server.app.app_context():
        return csrf_token(str(session_of(client)))


def sessions(floor: Floor) -> int:
    return int(floor.db.read(lambda read: read.exec_driver_sql("SELECT count(*) FROM staff_session").scalar_one()))


def test_a_person_signs_in_with_a_cookie_no_script_reads_and_no_other_site_sends(client: FlaskClient) -> None:
    answer = client.post("/login", data=FORM)
    cookie = client.get_cookie("baari_staff")
    assert (answer.status_code, answer.location) == (302, "/counter")
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Strict")
    assert client.get("/counter").status_code == 200


def test_a_centre_with_an_address_that_encrypts_sends_the_cookie_by_no_other(
    sqlite_floor: Floor, tmp_path: Path
) -> None:
    add_person(sqlite_floor, "asha")
    for address, secure in (("https://seva.example", True), ("http://seva.example", False)):
        settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_PUBLIC_URL": address})
        server = build_server(settings, db=sqlite_floor.db, clock=StillClock(MORNING))
        answer = server.app.test_client().post("/login", data=FORM, base_url=address)
        assert ("Secure" in answer.headers["Set-Cookie"], answer.status_code) == (secure, 302)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_signs_nobody_in(sqlite_floor: Floor, client: FlaskClient, site: str) -> None:
    answer = client.post("/login", data=FORM, headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, session_of(client), sessions(sqlite_floor)) == (403, None, 0)


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_page_signs_in_and_so_does_its_form_when_it_is_loaded_again(client: FlaskClient, site: str) -> None:
    assert client.post("/login", data=FORM, headers={"Sec-Fetch-Site": site}).status_code == 302


def test_nobody_is_signed_out_without_the_token_of_their_own_cookie(
    sqlite_floor: Floor, server: Server, client: FlaskClient
) -> None:
    client.post("/login", data=FORM)
    right = token_of(server, client)
    with server.app.test_client() as another:
        another.post("/login", data=FORM)
        foreign = token_of(server, another)
    with server.app.app_context():
        client.set_cookie("baari_device", "of the screen", domain="localhost")
        devices = csrf_token("of the screen")
    for form in ({}, {"csrf": ""}, {"csrf": "é"}, {"csrf": foreign}, {"csrf": devices}):
        client.post("/logout", data=form)
        assert session_of(client) is not None, form
    assert sessions(sqlite_floor) == 2
    assert client.post("/logout", data={"csrf": right}).location == "/login"
    assert (session_of(client), sessions(sqlite_floor)) == (None, 1)


def test_who_is_signed_out_has_left_the_seat_and_their_cookie_opens_nothing(
    sqlite_floor: Floor, server: Server, client: FlaskClient
) -> None:
    client.post("/login", data=FORM)
    sqlite_floor.db.read(site_presence(server).look)  # as the relay does
    secret = str(session_of(client))
    headers = {"X-CSRF-Token": token_of(server, client), "Idempotency-Key": "sit"}
    assert client.post(f"/api/v1/centres/{CENTRE}/counters/G1/sit", json={}, headers=headers).status_code == 200
    client.post("/logout", data={"csrf": token_of(server, client)})
    client.set_cookie("baari_staff", secret)
    assert client.get(f"/api/v1/centres/{CENTRE}/snapshot").status_code == 401
    assert client.get("/counter").location == "/login"
    counter = sqlite_floor.db.read(lambda read: counter_by_id(read, sqlite_floor.centre_id, "G1"))
    assert counter.operator is None


def site_presence(server: Server) -> Any:
    """Return who is there, as this server keeps it."""
    return server.app.extensions["baari"].presence


def test_a_session_that_is_over_is_signed_out_all_the_same(
    sqlite_floor: Floor, server: Server, client: FlaskClient
) -> None:
    client.post("/login", data=FORM)
    sqlite_floor.db.write(None, lambda tx: tx.conn.exec_driver_sql("DELETE FROM staff_session"))
    assert client.post("/logout", data={"csrf": token_of(server, client)}).location == "/login"
    assert session_of(client) is None


class Counting:
    """Stands beside the real hash: counts how often it is computed, notes its cost, and whether others may write."""

    def __init__(self, db: Database) -> None:
        self.count = 0
        self.inside: list[bool] = []
        self.costs: list[argon2.Parameters] = []
        self._db, self._real = db, passwords.PASSWORDS

    def verify(self, password_hash: str, password: str) -> bool:
        """Count, and note whether another thread could write now."""
        self.count += 1
        self.inside.append(self._db.writer_of(None).busy)
        self.costs.append(argon2.extract_parameters(password_hash))
        return self._real.verify(password_hash, password)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch, sqlite_floor: Floor, server: Server) -> Counting:
    counting = Counting(sqlite_floor.db)
    monkeypatch.setattr(passwords, "PASSWORDS", counting)
    return counting


def test_a_name_that_nobody_has_costs_one_hash_and_gets_the_answer_of_a_wrong_password(
    client: FlaskClient, hashes: Counting
) -> None:
    answers = [
        client.post("/login", data={"user": user, "password": "wrong"}).get_data(as_text=True).replace(user, "NAME")
        for user in ("asha", "nobody")
    ]
    assert answers[0] == answers[1]
    assert "do not fit together" in answers[0]
    assert hashes.count == 2
    assert hashes.costs[0] == hashes.costs[1]


def test_while_a_password_is_computed_others_can_write(client: FlaskClient, hashes: Counting) -> None:
    for user, password in (("asha", PASSWORD), ("asha", "wrong"), ("nobody", "wrong")):
        client.post("/login", data={"user": user, "password": password})
    assert hashes.inside == [False] * 3


def test_who_is_locked_out_is_told_so_without_a_hash(client: FlaskClient, hashes: Counting) -> None:
    wrong = [client.post("/login", data={**FORM, "password": "wrong"}).status_code for _ in range(5)]
    assert (wrong, hashes.count) == ([401] * 5, 5)
    answer = client.post("/login", data=FORM)
    assert (answer.status_code, "Too many wrong passwords" in answer.get_data(as_text=True)) == (409, True)
    assert (session_of(client), hashes.count) == (None, 5)


Ask = Callable[[str, str], int]


@pytest.fixture
def ask(server: Server, client: FlaskClient) -> Ask:
    """Return what sends a command at a counter as the person in the browser, and gives the status."""
    attempts = iter(range(100))

    def send(counter: str, verb: str) -> int:
        headers = {"X-CSRF-Token": token_of(server, client), "Idempotency-Key": f"k{next(attempts)}"}
        path = f"/api/v1/centres/{CENTRE}/counters/{counter}/{verb}"
        return client.post(path, json={}, headers=headers).status_code

    return send


def test_a_clerk_acts_where_they_sit_and_nowhere_else(sqlite_floor: Floor, client: FlaskClient, ask: Ask) -> None:
    client.post("/login", data=FORM)
    assert ask("G1", "open") == 409
    assert [ask("G1", "sit"), ask("G1", "open"), ask("G2", "open")] == [200, 200, 409]
    sqlite_floor.issue()
    assert [ask("G2", "call-next"), ask("G1", "call-next")] == [409, 200]


def test_a_manager_opens_every_counter_but_calls_only_where_they_sit(
    sqlite_floor: Floor, client: FlaskClient, ask: Ask
) -> None:
    add_person(sqlite_floor, "meera", Role.MANAGER)
    client.post("/login", data={**FORM, "user": "meera"})
    sqlite_floor.issue()
    assert [ask("G1", "open"), ask("G1", "call-next")] == [200, 409]
    assert [ask("G1", "sit"), ask("G1", "call-next")] == [200, 200]


def test_a_page_knows_the_role_of_its_person(client: FlaskClient) -> None:
    client.post("/login", data=FORM)
    page = client.get("/counter").get_data(as_text=True)
    assert re.search(r'"role": ?"counter"', html.unescape(page))


def test_a_page_of_before_is_told_who_is_signed_in_in_its_browser_now(server: Server, client: FlaskClient) -> None:
    client.post("/login", data=FORM)
    before = {"X-CSRF-Token": token_of(server, client)}
    assert client.get(f"/api/v1/centres/{CENTRE}/seats", headers=before).json == {"user": FORM["user"], "seats": []}
    client.post("/login", data=FORM)
    refusal = client.get(f"/api/v1/centres/{CENTRE}/seats", headers=before)
    assert refusal.json is not None
    assert (refusal.status_code, refusal.json["code"], refusal.json["signed_in"]) == (403, "forbidden", FORM["user"])
    client.post("/logout", data={"csrf": token_of(server, client)})
    assert client.get(f"/api/v1/centres/{CENTRE}/seats", headers=before).status_code == 401
    client.set_cookie("baari_device", "of a screen")
    refusal = client.get(f"/api/v1/centres/{CENTRE}/seats", headers=before)
    assert refusal.json is not None
    assert (refusal.status_code, refusal.json["signed_in"]) == (403, None)
