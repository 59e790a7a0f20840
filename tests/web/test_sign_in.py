"""Signing in and out on the pages: only from this site, only with one's own token, and no name is given away."""

import html
import json
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
from tests.domain.test_proofs_of_work import sent as proof_of
from tests.domain.test_proofs_of_work import solved
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


Reach = Callable[..., FlaskClient]
HTTPS = {"X-Forwarded-Proto": "https", "Host": "seva.example"}
PLAIN = {"X-Forwarded-Proto": "http", "Host": "seva.example"}


@pytest.fixture
def reach(sqlite_floor: Floor, tmp_path: Path) -> Reach:
    """Return what gives a browser at a server with some settings, behind a proxy of its own machine."""
    add_person(sqlite_floor, "asha")

    def reach(**settings: str) -> FlaskClient:
        own = {f"BAARI_{name.upper()}": value for name, value in settings.items()}
        environ = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_PUBLIC_URL": "https://seva.example", **own}
        return build_server(load_settings(environ), db=sqlite_floor.db, clock=StillClock(MORNING)).app.test_client()

    return reach


def kept(client: FlaskClient, **sent: str) -> tuple[int, str]:
    """Return the status of signing in, and the cookie as it was set."""
    answer = client.post("/login", data=FORM, headers={name.replace("_", "-"): value for name, value in sent.items()})
    return answer.status_code, answer.headers.get("Set-Cookie", "")


def test_a_cookie_is_sent_encrypted_only_where_it_came_so(reach: Reach) -> None:
    client = reach(plain_http="1", trusted_hosts="board.example")
    for sent, secure in ((HTTPS, True), (PLAIN, False), ({**PLAIN, "Host": "board.example"}, False), ({}, False)):
        status, cookie = kept(client, **sent)
        assert (status, "Secure" in cookie, cookie.startswith("__Host-baari_staff=")) == (302, secure, secure)
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))


def test_a_word_of_encryption_is_believed_of_a_trusted_proxy_only(reach: Reach) -> None:
    for settings in ({"trusted_proxies": ""}, {"trusted_proxies": "192.0.2.5"}, {"public_url": "http://seva.example"}):
        status, cookie = kept(reach(plain_http="1", **settings), **HTTPS)
        assert (status, "Secure" in cookie) == (302, False)


def test_a_password_is_asked_for_only_where_nobody_reads_along(reach: Reach) -> None:
    client = reach()
    assert kept(client, **PLAIN) == (403, "")
    page = client.get("/login", headers=PLAIN)
    assert (page.status_code, "<form" in page.text) == (200, False)
    for word in ("not encrypted", 'href="https://seva.example/login"', "BAARI_PLAIN_HTTP=1", "BAARI_TRUSTED_PROXIES"):
        assert word in page.text
    assert "<form" in client.get("/login", headers=HTTPS).text
    assert kept(client, **HTTPS)[0] == 302


def test_a_centre_without_an_encrypted_address_names_none(reach: Reach) -> None:
    page = reach(public_url="http://seva.example").get("/login", headers=PLAIN).text
    assert ("not encrypted" in page, 'href="http' in page) == (True, False)


def test_whoever_asks_by_the_name_of_the_machine_itself_from_another_one_is_no_exception(reach: Reach) -> None:
    far = reach(trusted_proxies="").post("/login", data=FORM, environ_base={"REMOTE_ADDR": "192.0.2.77"})
    assert far.status_code == 403
    assert kept(reach())[0] == 302


def test_who_signs_out_has_no_cookie_left_of_either_kind(reach: Reach) -> None:
    client = reach(plain_http="1")
    for scheme in ("http", "https"):
        client.post("/login", data=FORM, base_url=f"{scheme}://seva.example")
    csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/counter", base_url="https://seva.example").text)
    assert csrf is not None
    answer = client.post("/logout", data={"csrf": csrf[1]}, base_url="https://seva.example")
    dropped = [cookie.partition("=")[0] for cookie in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in cookie]
    assert sorted(dropped) == ["__Host-baari_staff", "baari_staff"]
    assert client.get("/counter", base_url="https://seva.example").location == "/login"


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


@pytest.mark.parametrize(("who", "seated"), [("asha", "staff"), ("meera", "nobody")])
def test_who_signs_in_ends_the_session_of_before_and_keeps_their_own_seat_alone(
    sqlite_floor: Floor, server: Server, client: FlaskClient, ask: Ask, who: str, seated: str
) -> None:
    add_person(sqlite_floor, "meera", Role.MANAGER)
    client.post("/login", data=FORM)
    former = str(session_of(client))
    assert ask("G1", "sit") == 200
    assert client.post("/login", data={**FORM, "user": who, "password": "another"}).status_code == 401
    assert sessions(sqlite_floor) == 1, "a wrong password ends nobody's session"
    client.post("/login", data={**FORM, "user": who})
    assert (sessions(sqlite_floor), session_of(client) != former) == (1, True)
    counter = sqlite_floor.db.read(lambda read: counter_by_id(read, sqlite_floor.centre_id, "G1"))
    assert (counter.operator or "nobody").split(":")[0] == seated
    with server.app.test_client() as another:
        another.set_cookie("baari_staff", former)
        assert another.get(f"/api/v1/centres/{CENTRE}/snapshot").status_code == 401


def work_of(page: str) -> str | None:
    """Return the proof that the widget of a page would send, None when the page asks for none."""
    found = re.search(r'<altcha-widget [^>]*challenge="([^"]+)"', page)
    return None if found is None else proof_of(solved(json.loads(html.unescape(found[1]))))


def tried(client: FlaskClient, user: str, password: str, place: int, proof: str = "") -> tuple[int, str]:
    """Return the status and the page after a try from one of many addresses; this machine's own stand for HTTPS."""
    form = {"user": user, "password": password, "proof": proof}
    answer = client.post("/login", data=form, environ_base={"REMOTE_ADDR": f"127.0.0.{place}"})
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("user", ["asha", "nobody"])
def test_a_name_that_is_tried_from_everywhere_is_looked_at_with_a_proof_of_work_alone(
    client: FlaskClient, hashes: Counting, user: str
) -> None:
    before = [tried(client, user, "wrong", place) for place in range(1, 6)]
    assert [(status, work_of(page) is not None) for status, page in before] == [(401, False)] * 4 + [(401, True)]
    status, page = tried(client, user, PASSWORD, 6)
    assert (status, "type the password again" in page, hashes.count) == (409, True, 5)
    proof = work_of(page)
    assert proof is not None
    assert tried(client, user, "wrong", 7, proof)[0] == 401
    assert tried(client, user, PASSWORD, 8, proof)[0] == 409  # it was for one try
    assert hashes.count == 6


def test_whoever_proves_work_signs_in_however_often_a_stranger_tried(client: FlaskClient) -> None:
    page = [tried(client, "asha", "wrong", place)[1] for place in range(1, 6)][-1]
    assert tried(client, "asha", PASSWORD, 9, str(work_of(page)))[0] == 302


def test_where_no_browser_can_prove_work_none_is_asked_for(reach: Reach) -> None:
    client = reach(plain_http="1")
    for place in range(1, 8):
        far = {"REMOTE_ADDR": f"192.0.2.{place}"}
        answer = client.post(
            "/login", data={**FORM, "password": "wrong"}, headers={"Host": "seva.example"}, environ_base=far
        )
        assert (answer.status_code, work_of(answer.text)) == (401, None)
    assert client.post("/login", data=FORM, headers={"Host": "seva.example"}).status_code == 302
