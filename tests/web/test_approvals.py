"""Where the setting asks for it a second person approves a role, on the pages and at the machine."""

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from flask.testing import FlaskClient

from server.app import Server, build_server
from server.clock import SystemClock
from server.config import ConfigError, load_settings
from server.domain.actors import CLI, By
from server.domain.permissions import Role
from server.services.people import accounts, approvals
from server.web.guard import csrf_token
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.processes import run_baari_here
from tests.services.people.people import PASSWORD, add_person
from tests.web.test_sign_in import session_of, token_of

AT = f"/api/v1/centres/{CENTRE}"
Baari = Callable[..., CompletedProcess[str]]


@pytest.fixture
def server(sqlite_floor: Floor, tmp_path: Path) -> Server:
    """Return a server at which a second person approves roles; Asha and Ravi manage, and Meera serves."""
    for user, role in (("asha", Role.MANAGER), ("ravi", Role.MANAGER), ("meera", Role.COUNTER)):
        add_person(sqlite_floor, user, role)
    environ = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url}
    sqlite_floor.db.clock = StillClock(MORNING)
    settings = load_settings({**environ, "BAARI_SECOND_PERSON": "role"})
    return build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)


Browser = Callable[[str], FlaskClient]


@pytest.fixture
def browser(server: Server) -> Browser:
    """Return what gives the browser of somebody who is signed in."""

    def browser(user: str) -> FlaskClient:
        client = server.app.test_client()
        client.post("/login", data={"user": user, "password": PASSWORD})
        client.environ_base["HTTP_X_CSRF_TOKEN"] = token_of(server, client)
        return client

    return browser


def send(client: FlaskClient, path: str, attempt: str, **body: str) -> tuple[int, dict[str, object]]:
    answer = client.post(f"{AT}/{path}", json=body, headers={"Idempotency-Key": attempt})
    return answer.status_code, answer.get_json()


def role_of(floor: Floor, user: str) -> Role | None:
    people = floor.db.read(lambda read: accounts.people_of(read, floor.centre_id, MORNING, CLI))
    return next((each.role for each in people if each.user == user), None)


ROLES = {
    "people/3/role": {"role": "lead"},
    "people": {"user": "zoya", "role": "lead", "password": "a long password"},
}


@pytest.mark.parametrize("path", ROLES)
def test_a_role_is_given_after_somebody_else_approved_it(browser: Browser, sqlite_floor: Floor, path: str) -> None:
    asha, ravi, body = browser("asha"), browser("ravi"), ROLES[path]
    user = body.get("user", "meera")
    before = role_of(sqlite_floor, user)
    status, told = send(asha, path, "first", **body)
    approval = told["approval"]
    assert isinstance(approval, dict)
    assert (status, told["person"], approval["state"], approval["about"]) == (202, None, "pending", user)
    assert role_of(sqlite_floor, user) is before
    number = approval["id"]
    assert send(asha, f"approvals/{number}/approve", "own")[1]["code"] == "own_approval"
    assert send(ravi, f"approvals/{number}/approve", "other")[0] == 200
    listed = asha.get(f"{AT}/approvals").get_json()["approvals"]
    assert [(each["state"], each["decided_by"], each["mine"]) for each in listed] == [("approved", "ravi", True)]
    status, told = send(asha, path, "second", **body)
    assert (status, told["approval"]) == (201 if path == "people" else 200, None)
    assert role_of(sqlite_floor, user) is Role.LEAD
    assert asha.get("/manager/approvals").status_code == 200


def test_a_key_with_the_role_of_people_waits_for_a_second_person_and_one_of_a_device_does_not(
    browser: Browser,
) -> None:
    asha, ravi, secret = browser("asha"), browser("ravi"), "baari_" + "s" * 43
    order = {"name": "office", "role": "manager", "secret": secret}
    status, told = send(asha, "keys", "one", **order)
    approval = told["approval"]
    assert isinstance(approval, dict)
    assert (status, told["key"], approval["about"], approval["detail"]) == (202, None, "key office", "manager")
    assert secret not in str(told)
    assert send(ravi, f"approvals/{approval['id']}/approve", "two")[0] == 200
    assert send(asha, "keys", "three", **order)[0] == 201
    status, told = send(asha, "keys", "four", name="hall", role="kiosk", secret="baari_" + "k" * 43)
    assert (status, told["approval"]) == (201, None)


def test_a_key_gives_no_role_where_a_named_person_is_asked_for(server: Server, sqlite_floor: Floor) -> None:
    key = sqlite_floor.key(Role.MANAGER)
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
    answer = server.app.test_client().post(f"{AT}/people/3/role", json={"role": "lead"}, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "named_person_needed")


def test_an_erasure_waits_for_a_second_person(sqlite_floor: Floor, tmp_path: Path) -> None:
    add_person(sqlite_floor, "asha", Role.MANAGER)
    sqlite_floor.open("G1")
    sqlite_floor.issue(phone="+919876543210")
    sqlite_floor.serve("G1")
    sqlite_floor.close_day()
    environ = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url}
    settings = load_settings({**environ, "BAARI_SECOND_PERSON": "erasure"})
    client = build_server(settings, db=sqlite_floor.db).app.test_client()
    client.post("/login", data={"user": "asha", "password": PASSWORD})
    with client.application.app_context():
        client.environ_base["HTTP_X_CSRF_TOKEN"] = csrf_token(str(session_of(client)))
    status, told = send(client, "personal-data/erase", "one", phone="9876543210", reason="asked by letter")
    approval = told["approval"]
    assert isinstance(approval, dict)
    assert (status, told["erased"], approval["act"], approval["about"]) == (202, 0, "erasure", "N001 2026-11-24")


@pytest.fixture
def taker(sqlite_floor: Floor, tmp_path: Path) -> FlaskClient:
    """Return the browser of Asha, at a server where a second person approves what is taken out."""
    for user in ("asha", "ravi"):
        add_person(sqlite_floor, user, Role.MANAGER)
    environ = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url}
    settings = load_settings({**environ, "BAARI_SECOND_PERSON": "export"})
    client = build_server(settings, db=sqlite_floor.db).app.test_client()
    client.post("/login", data={"user": "asha", "password": PASSWORD})
    with client.application.app_context():
        client.environ_base["HTTP_X_CSRF_TOKEN"] = csrf_token(str(session_of(client)))
    return client


def approve(floor: Floor, number: int) -> None:
    floor.write(lambda tx: approvals.decide(tx, number, True, SystemClock().now(), By("staff:2")))


def test_what_is_known_of_somebody_is_shown_after_a_second_person_approved_it(
    taker: FlaskClient, sqlite_floor: Floor
) -> None:
    sqlite_floor.issue(phone="+919876543210")
    asked = {"phone": "9876543210", "reason": "asked by letter"}
    status, told = send(taker, "personal-data/show", "one", **asked)
    approval = told["approval"]
    assert isinstance(approval, dict)
    assert (status, told["known"], approval["act"], approval["about"]) == (202, [], "export", "N001 2026-11-24")
    assert send(taker, "personal-data/show", "one", **asked) == (status, told)
    approve(sqlite_floor, approval["id"])
    status, told = send(taker, "personal-data/show", "two", **asked)
    assert (status, told["approval"], "N001" in str(told["known"])) == (200, None, True)
    status, told = send(taker, "personal-data/show", "three", phone="9800000000", reason="asked by letter")
    assert (status, told["known"], told["approval"]) == (200, [], None)


def test_the_trail_is_taken_out_once_after_a_second_person_approved_it(taker: FlaskClient, sqlite_floor: Floor) -> None:
    file = f"{AT}/trail/export?first=2026-11-24&form=csv"
    asked = taker.get(file)
    approval = asked.get_json()["approval"]
    assert (asked.status_code, approval["act"], approval["about"]) == (202, "export", "trail 2026-11-24 – …")
    approve(sqlite_floor, approval["id"])
    assert taker.get(f"{AT}/trail/export?first=2026-11-23&form=csv").status_code == 202
    taken = taker.get(file)
    assert (taken.status_code, taken.mimetype) == (200, "text/csv")
    assert taker.get(file).status_code == 202


def test_no_key_takes_the_trail_out_where_a_named_person_is_asked_for(taker: FlaskClient, sqlite_floor: Floor) -> None:
    key = {"Authorization": f"Bearer {sqlite_floor.key(Role.MANAGER)}"}
    answer = taker.application.test_client().get(f"{AT}/trail/export", headers=key)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "named_person_needed")


def test_a_setting_that_names_what_nobody_knows_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="BAARI_SECOND_PERSON"):
        load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_SECOND_PERSON": "role, lunch"})


@pytest.fixture
def baari(
    sqlite_floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Baari:
    """Return what runs a command of `baari` as somebody who logged in at the machine."""
    add_person(sqlite_floor, "meera")
    env = {"BAARI_DATABASE_URL": sqlite_floor.db.url, "BAARI_DATA_DIR": str(tmp_path), "BAARI_SECOND_PERSON": "role"}
    monkeypatch.setattr(os, "getuid", lambda: 0)

    def run(who: str, *words: str) -> CompletedProcess[str]:
        return run_baari_here(monkeypatch, capsys, *words, **env, SUDO_USER=who)

    return run


def test_the_command_line_asks_tells_and_does_the_same(baari: Baari, sqlite_floor: Floor) -> None:
    words = ("user", "role", "--user", "Meera", "--role", "lead")
    asked = baari("asha", *words)
    assert (asked.returncode, asked.stdout) == (3, "")
    assert "baari approval approve 1" in asked.stderr
    assert baari("asha", "approval", "approve", "1").returncode == 1
    assert role_of(sqlite_floor, "meera") is Role.COUNTER
    assert "pending" in baari("ravi", "approval", "list").stdout
    assert "approved" in baari("ravi", "approval", "approve", "1").stdout
    done = baari("asha", *words)
    assert (done.returncode, role_of(sqlite_floor, "meera")) == (0, Role.LEAD)
    listed = baari("ravi", "approval", "list").stdout.split()
    assert listed == ["1", "role", "used", "meera", "lead", "asha", "ravi"]
    refused = baari("root", *words[:-1], "manager")
    assert (refused.returncode, "person who is signed in" in refused.stderr) == (1, True)
