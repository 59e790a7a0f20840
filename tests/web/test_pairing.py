"""What a browser gets that opens the page of a screen, or a link: its own page, and no other."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.domain.permissions import Role
from tests.api.test_api import Api
from tests.factories import CENTRE, second_centre
from tests.services.people.people import TWIN, add_person, twin_centre

AT = f"/api/v1/centres/{CENTRE}/devices"
PAGES = {"kiosk": "/kiosk", "board": "/display", "counter": "/counter"}
SCREENS = {"kiosk": ("K1", "K2"), "board": ("board-g", "board-a"), "counter": ("G1", "G2")}
HERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def screen(api: Api) -> FlaskClient:
    """Return another browser than that of the tests of the API."""
    return api.client.application.test_client()


def say(client: FlaskClient, what: str, kind: str = "kiosk", id_: str = "K1", centre: str = CENTRE, **more: Any) -> Any:
    """Let the page of a screen ask for a code, or whether it was accepted."""
    page = {"centre": centre, "kind": kind, "id": id_}
    return client.post(f"/pair/{what}", json=page, environ_overrides=HERE, **more)


def opens(client: FlaskClient, kind: str, id_: str, centre: str = CENTRE) -> bool:
    """Whether a browser is shown the screen itself."""
    answer = client.get(f"{PAGES[kind]}/{centre}/{id_}")
    assert answer.status_code == 200
    return "unpaired" not in (text := answer.get_data(as_text=True)) and "pairing.js" not in text


def accept(api: Api, code: str, **how: Any) -> TestResponse:
    return api.send("POST", f"{AT}/pair", json={"code": code, **how})


def paired(api: Api, client: FlaskClient, kind: str, id_: str) -> None:
    code = say(client, "ask", kind, id_).get_json()["code"]
    assert accept(api, code).status_code == 200
    assert say(client, "collect", kind, id_).get_json()["state"] == "paired"


def test_a_page_is_paired_by_its_code_and_gets_a_cookie_of_its_own(api: Api, screen: FlaskClient) -> None:
    assert not opens(screen, "kiosk", "K1")
    asked = say(screen, "ask")
    pending = asked.headers["Set-Cookie"]
    assert "HttpOnly" in pending
    assert "SameSite=Strict" in pending
    assert say(screen, "ask").get_json()["code"] == asked.get_json()["code"]  # the page was loaded anew
    assert say(screen, "collect").get_json()["state"] == "asking"
    seen = api.send("GET", f"{AT}/codes/{asked.get_json()['code'].lower()}").get_json()["pairing"]
    assert (seen["id"], seen["address"], seen["replaces"]) == ("K1", "192.0.2.7", None)
    assert accept(api, asked.get_json()["code"]).status_code == 200
    assert not opens(screen, "kiosk", "K1")  # nothing was collected
    answer = say(screen, "collect")
    assert answer.get_json() == {"state": "paired", "page": f"/kiosk/{CENTRE}/K1"}
    assert opens(screen, "kiosk", "K1")
    assert say(screen, "collect").get_json() == {"state": "lapsed"}


@pytest.mark.parametrize(("kind", "id_"), [("kiosk", "K1"), ("board", "board-g"), ("counter", "G1")])
def test_a_cookie_opens_the_page_of_its_own_screen_and_no_other(
    api: Api, screen: FlaskClient, kind: str, id_: str
) -> None:
    twin_centre(api.floor)
    paired(api, screen, kind, id_)
    every = [(kind, id_) for kind, ids in SCREENS.items() for id_ in ids]
    assert [each for each in every if opens(screen, *each)] == [(kind, id_)]
    assert not opens(screen, kind, id_, TWIN)


def test_several_screens_live_in_one_browser_and_one_is_revoked_by_itself(api: Api, screen: FlaskClient) -> None:
    paired(api, screen, "kiosk", "K1")
    paired(api, screen, "board", "board-g")
    assert (opens(screen, "kiosk", "K1"), opens(screen, "board", "board-g")) == (True, True)
    assert api.send("POST", f"{AT}/board/board-g/revoke").status_code == 200
    assert (opens(screen, "kiosk", "K1"), opens(screen, "board", "board-g")) == (True, False)


def test_only_the_page_that_shows_the_code_becomes_the_screen(api: Api, screen: FlaskClient) -> None:
    code = say(screen, "ask").get_json()["code"]
    other = api.client.application.test_client()
    assert say(other, "collect").get_json() == {"state": "lapsed"}
    accept(api, code)
    assert say(other, "collect").get_json() == {"state": "lapsed"}
    assert not opens(other, "kiosk", "K1")


def test_a_page_goes_to_the_screen_that_it_was_accepted_as(api: Api, screen: FlaskClient) -> None:
    code = say(screen, "ask").get_json()["code"]
    assert accept(api, code, as_screen="kiosk:K2").status_code == 200
    assert say(screen, "collect").get_json()["page"] == f"/kiosk/{CENTRE}/K2"
    assert (opens(screen, "kiosk", "K1"), opens(screen, "kiosk", "K2")) == (False, True)


def test_no_session_of_a_person_opens_a_screen(api: Api, screen: FlaskClient) -> None:
    add_person(api.floor, "asha", Role.MANAGER)
    assert screen.post("/login", data={"user": "asha", "password": "right"}).location == "/manager"
    assert [opens(screen, kind, id_) for kind, id_ in (("kiosk", "K1"), ("board", "board-g"))] == [False, False]


def test_a_page_of_another_site_asks_for_no_code(screen: FlaskClient) -> None:
    for what in ("ask", "collect"):
        assert say(screen, what, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert screen.post("/pair?key=x", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(
    ("page", "status"),
    [(("kiosk", "K9"), 404), (("printer", "K1"), 422), (("kiosk", "x" * 65), 422), (("kiosk", "K1", "NOWHERE"), 404)],
)
def test_a_page_that_is_not_there_says_so_and_gets_no_code(screen: FlaskClient, page: Any, status: int) -> None:
    assert say(screen, "ask", *page).status_code == status


def test_a_page_that_is_not_there_is_shown_all_the_same(screen: FlaskClient) -> None:
    for path in (f"/kiosk/{CENTRE}/K9", "/display/NOWHERE/board-a", "/counter/NOWHERE/G1"):
        assert screen.get(path).status_code == 200


@pytest.fixture
def real(api: Api) -> Api:
    """Return a centre that is no demo, beside a key of each role of its own."""
    api.floor.write(lambda tx: tx.change_centre(demo=False))
    return api


def test_a_link_shows_a_button_and_works_once(real: Api, screen: FlaskClient) -> None:
    key = real.floor.key(Role.DISPLAY, device="board-g")
    for _ in range(2):  # whoever only looks uses nothing up
        page = screen.get(f"/pair?key={key}")
        assert page.status_code == 200
        assert key not in page.get_data(as_text=True)
        assert "Set-Cookie" not in page.headers
    redeemed = screen.post(f"/pair?key={key}")
    assert (redeemed.status_code, redeemed.location) == (302, f"/display/{CENTRE}/board-g")
    assert key not in redeemed.headers["Set-Cookie"]
    assert opens(screen, "board", "board-g")
    other = real.client.application.test_client()
    for again in (other.get(f"/pair?key={key}"), other.post(f"/pair?key={key}")):
        assert (again.status_code, "Set-Cookie" in again.headers) == (401, False)
    snapshot = {"Authorization": f"Bearer {key}"}
    assert screen.get(f"/api/v1/centres/{CENTRE}/snapshot", headers=snapshot).status_code == 401


@pytest.mark.parametrize("role", [Role.MANAGER, Role.INTEGRATION, Role.COUNTER, Role.DISPLAY])
def test_a_key_of_no_screen_makes_no_link(real: Api, screen: FlaskClient, role: Role) -> None:
    for answer in (screen.get(f"/pair?key={real.keys[role]}"), screen.post(f"/pair?key={real.keys[role]}")):
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (401, False)
    headers = {"Authorization": f"Bearer {real.keys[role]}"}
    assert screen.get(f"/api/v1/centres/{CENTRE}/snapshot", headers=headers).status_code == 200


def test_a_link_of_a_demo_may_be_used_again_and_one_for_all_boards_opens_each(api: Api, screen: FlaskClient) -> None:
    for _ in range(2):
        assert screen.post(f"/pair?key={api.keys[Role.DISPLAY]}").status_code == 302
    assert [opens(screen, "board", id_) for id_ in ("board-g", "board-a")] == [True, True]
    assert not opens(screen, "kiosk", "K1")


def test_a_screen_lists_no_devices_and_a_manager_of_another_centre_sees_none_of_these(api: Api) -> None:
    second_centre(api.floor)
    for role in (Role.KIOSK, Role.COUNTER, Role.DISPLAY, Role.INTEGRATION):
        assert api.send("GET", AT, role).status_code == 403
    assert api.send("GET", "/api/v1/centres/PSK-2/devices").status_code == 403
    listed = api.send("GET", AT).get_json()
    assert {each["kind"] for each in listed["screens"]} == {"kiosk", "board", "counter"}
    assert listed["connected"] == []


def test_the_old_cookie_of_a_screen_opens_its_own_page_still(api: Api, screen: FlaskClient) -> None:
    screen.set_cookie("baari_device", api.floor.key(Role.KIOSK, device="K1"))
    assert [opens(screen, "kiosk", id_) for id_ in ("K1", "K2")] == [True, False]
