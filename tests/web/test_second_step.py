"""The second step on the pages: nothing is open before it, and only who knows the password changes it."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient

from server.app import Server, build_server
from server.config import ConfigError, load_settings
from server.live.sockets import NAMESPACE
from server.services.people.second_step import STEP_S
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import PASSWORD, add_person
from tests.web.test_account import notice
from tests.web.test_sign_in import FORM, session_of, token_of

Serve = Callable[..., Server]


@pytest.fixture
def serve(sqlite_floor: Floor, tmp_path: Path) -> Serve:
    """Return what gives a server with some settings."""
    add_person(sqlite_floor, "asha")

    def serve(**settings: str) -> Server:
        own = {f"BAARI_{name.upper()}": value for name, value in settings.items()}
        environ = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url, **own}
        sqlite_floor.db.clock = StillClock(MORNING)
        return build_server(load_settings(environ), db=sqlite_floor.db, clock=sqlite_floor.db.clock)

    return serve


class Person:
    """Somebody at a browser, and their phone once it is set up."""

    def __init__(self, server: Server) -> None:
        self.server, self.client, self.secret = server, server.app.test_client(), ""

    def sign_in(self) -> str | None:
        return self.client.post("/login", data=FORM).location

    def post(self, path: str, **form: str) -> tuple[int, str | None]:
        """Send a form of this site; return the status, and where it leads or what it says."""
        data = {"csrf": token_of(self.server, self.client), **form}
        answer = self.client.post(f"{path}?lang=en", data=data)
        return answer.status_code, answer.location or notice(answer.get_data(as_text=True))

    def offered(self) -> dict[str, str]:
        page = self.client.get("/account/second-step?lang=en").text
        self.secret = str(re.search(r"<code>(\w+)</code>", page)[1])  # type: ignore[index]
        return {"token": str(re.search(r'name="token" value="([^"]+)"', page)[1])}  # type: ignore[index]

    def code(self, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(time.time() + steps * STEP_S)

    def enrol(self) -> list[str]:
        """Set the phone up; return the codes on paper."""
        data = {"csrf": token_of(self.server, self.client), **self.offered(), "code": self.code(), "password": PASSWORD}
        answer = self.client.post("/account/second-step?lang=en", data=data)
        assert answer.status_code == 200
        return re.findall(r"<li><code>([A-Z2-7-]+)</code>", answer.text)

    def socket_opens(self) -> bool:
        socketio = self.server.app.extensions["socketio"]
        headers = {"Cookie": f"baari_staff={session_of(self.client)}"}
        return bool(socketio.test_client(self.server.app, namespace=NAMESPACE, headers=headers).is_connected(NAMESPACE))


def snapshot(client: FlaskClient) -> int:
    return client.get(f"/api/v1/centres/{CENTRE}/snapshot").status_code


def test_a_phone_is_set_up_and_asked_for_from_then_on(serve: Serve) -> None:
    asha = Person(serve())
    assert asha.sign_in() == "/counter"
    paper = asha.enrol()
    assert len(paper) == 10
    assert snapshot(asha.client) == 200
    assert "Codes on paper left: 10" in asha.client.get("/account?lang=en").text
    asha.post("/logout")
    assert asha.sign_in() == "/second-step"
    assert asha.post("/second-step", code=asha.code(1)) == (302, "/counter")
    assert snapshot(asha.client) == 200
    asha.post("/logout")
    asha.sign_in()
    other = Person(asha.server)
    other.sign_in()
    said = (401, "This code does not fit, or was used already.")
    for code in (asha.code(1), "000000", "", "१२३४५६", "é" * 5000):
        assert asha.post("/second-step", code=code) == said
    assert other.post("/second-step", code=paper[0])[0] == 409


def test_a_code_on_paper_lets_in_once(serve: Serve) -> None:
    asha = Person(serve())
    asha.sign_in()
    paper = asha.enrol()
    for code, came in ((paper[0], 302), (paper[0], 401), (paper[1].replace("-", " ").lower(), 302)):
        asha.post("/logout")
        assert asha.sign_in() == "/second-step"
        assert asha.post("/second-step", code=code)[0] == came


def test_before_the_second_step_nothing_is_open(serve: Serve) -> None:
    asha = Person(serve())
    asha.sign_in()
    assert asha.socket_opens()
    asha.enrol()
    asha.post("/logout")
    asha.sign_in()
    for path in ("/counter", "/manager", "/account", "/account/second-step"):
        assert asha.client.get(path).location == "/login"
    assert asha.client.get("/login").location == "/second-step"
    assert (snapshot(asha.client), asha.socket_opens()) == (403, False)
    new = "a long password"
    for path, form in (
        ("/account/password", {"old": PASSWORD, "new": new, "again": new}),
        ("/account/sessions/end", {"session": "x"}),
        ("/account/second-step", {"token": "x", "code": asha.code(1), "password": PASSWORD}),
        ("/account/second-step/end", {"password": PASSWORD}),
    ):
        assert asha.post(path, **form) == (302, "/login")
    assert asha.post("/second-step", code=asha.code(1), csrf="") == (302, "/login")
    assert asha.post("/second-step", code=asha.code(1)) == (302, "/counter")
    assert asha.socket_opens()


def test_who_is_not_signed_in_or_needs_none_is_led_on(serve: Serve) -> None:
    asha = Person(serve())
    for path in ("/second-step", "/account/second-step"):
        assert asha.client.get(path).location == "/login"
        assert asha.client.post(path, data={}).location == "/login"
    asha.sign_in()
    assert asha.client.get("/second-step").location == "/login"
    assert asha.post("/second-step", code="000000") == (302, "/login")


def test_a_phone_is_set_up_and_ended_with_the_password_alone(serve: Serve) -> None:
    asha = Person(serve())
    asha.sign_in()
    offer = asha.offered()
    assert asha.post("/account/second-step", **offer, code=asha.code(), password="wrong") == (
        422,
        "The password is another one.",
    )
    assert asha.post("/account/second-step", **offer, code="000000", password=PASSWORD) == (
        422,
        "This code does not fit. Is the clock of your phone right?",
    )
    elsewhere = Person(asha.server)
    elsewhere.sign_in()
    stolen = elsewhere.offered()
    assert asha.post("/account/second-step", **stolen, code=elsewhere.code(), password=PASSWORD)[0] == 422
    asha.enrol()
    assert elsewhere.client.get("/counter").location == "/login"
    assert asha.post("/account/second-step/end", password="wrong")[0] == 422
    assert asha.post("/account/second-step/end", password=PASSWORD) == (302, "/account")
    asha.post("/logout")
    assert asha.sign_in() == "/counter"


def test_guesses_at_the_password_are_bounded_here_too(serve: Serve) -> None:
    asha = Person(serve())
    asha.sign_in()
    offer = asha.offered()
    came = [asha.post("/account/second-step", **offer, code=asha.code(), password="wrong")[0] for _ in range(6)]
    assert came == [422] * 5 + [409]
    assert asha.post("/account/second-step/end", password=PASSWORD)[0] == 409


def test_a_role_that_must_have_one_does_nothing_before_it_is_set_up(serve: Serve) -> None:
    asha = Person(serve(second_step="counter, administrator"))
    assert asha.sign_in() == "/account/second-step"
    assert "Your role needs a second step before you go on." in asha.client.get("/account/second-step?lang=en").text
    assert asha.client.get("/login").location == "/account/second-step"
    for path in ("/account", "/counter"):
        assert asha.client.get(path).location == "/login"
    assert (snapshot(asha.client), asha.socket_opens()) == (403, False)
    asha.enrol()
    assert (snapshot(asha.client), asha.client.get("/counter").status_code) == (200, 200)
    assert asha.post("/account/second-step/end", password=PASSWORD) == (302, "/login")
    assert asha.client.get("/login").location == "/account/second-step"


def test_only_roles_of_people_can_need_one(serve: Serve) -> None:
    for wrong in ("kiosk", "boss"):
        with pytest.raises(ConfigError, match="BAARI_SECOND_STEP"):
            load_settings({"BAARI_SECOND_STEP": wrong})
