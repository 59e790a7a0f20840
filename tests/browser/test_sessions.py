"""A page of staff shows nothing as live that it no longer hears, and says why: session, seat, link."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, WebSocketRoute, expect
from sqlalchemy import text

from server.storage.database import Database
from tests.browser.conftest import signed_in, violations
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

SAID_MS = 10_000
CLOSED_S = 2.0
ENDED = "Your session has ended. Please sign in again."


@pytest.fixture(scope="module")
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


@pytest.fixture
def clerk(browser: Browser, demo: DemoProcess) -> Iterator[Page]:
    """Return the picker of a clerk who has just signed in."""
    page = signed_in(browser, demo, "counter")
    expect(page.locator(".dot.on")).to_be_visible()
    yield page
    page.context.close()


def sit(page: Page, counter: str) -> None:
    page.locator(".seats button").filter(has_text=counter).click()
    expect(page.locator("body")).not_to_have_attribute("data-state", "picker")


def sign_in(context: BrowserContext, demo: DemoProcess, role: str) -> Page:
    """Sign somebody in in another tab of a browser."""
    page = context.new_page()
    login = demo.facts["logins"][role]
    page.goto(f"{demo.url}/login")
    page.get_by_label("User name").fill(login["user"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    return page


def alert(page: Page) -> Any:
    return page.locator(".over[role=alert]")


def sockets_of(page: Page) -> list[WebSocket]:
    """Return the sockets that a page opens from now on; it is loaded anew."""
    opened: list[WebSocket] = []
    page.on("websocket", lambda socket: opened.append(socket))
    page.reload()
    expect(page.locator(".dot.on")).to_be_visible()
    return opened


def wait_for_close(page: Page, opened: list[WebSocket]) -> float:
    """Wait until a socket is closed; returns the seconds that took."""
    begin = time.monotonic()
    while not opened[0].is_closed() and time.monotonic() - begin < 2 * CLOSED_S:
        page.wait_for_timeout(50)
    return time.monotonic() - begin


def test_who_is_signed_out_in_another_tab_is_told_and_hears_nothing_more(clerk: Page, demo: DemoProcess) -> None:
    opened = sockets_of(clerk)
    another = clerk.context.new_page()
    another.goto(f"{demo.url}/counter")
    another.get_by_role("button", name="Sign out").click()
    another.wait_for_url("**/login")
    assert wait_for_close(clerk, opened) < CLOSED_S
    expect(alert(clerk)).to_contain_text(ENDED, timeout=SAID_MS)
    expect(clerk.locator(".dot.off")).to_be_visible()
    expect(clerk.locator(".strip")).to_contain_text("not live")
    assert violations(clerk) == []
    alert(clerk).get_by_role("button", name="Sign in").click()
    clerk.wait_for_url("**/login")


def test_a_session_whose_row_was_deleted_is_over_too(clerk: Page, demo: DemoProcess) -> None:
    opened = sockets_of(clerk)
    db = Database(demo.database_url)
    try:
        db.write(None, lambda tx: tx.conn.execute(text("DELETE FROM staff_session")))
    finally:
        db.close()
    assert wait_for_close(clerk, opened) < CLOSED_S
    expect(alert(clerk)).to_contain_text(ENDED, timeout=SAID_MS)


@pytest.mark.provokes("asked wrongly: GET .*/(seats|counters/E1/line) 403")
@pytest.mark.parametrize("role", ["manager", "counter"])
def test_a_page_says_who_has_signed_in_in_another_tab(clerk: Page, demo: DemoProcess, role: str) -> None:
    sit(clerk, "E1")
    user = demo.facts["logins"][role]["user"]
    sign_in(clerk.context, demo, role).wait_for_url("**/manager" if role == "manager" else "**/counter")
    expect(alert(clerk)).to_contain_text(f"{user} is signed in here now.", timeout=SAID_MS)
    clerk.keyboard.press("o")
    expect(clerk.locator(".refusal")).to_have_text(f"{user} is signed in here now.")
    assert violations(clerk) == []
    alert(clerk).get_by_role("button", name=f"Go on as {user}").click()
    expect(alert(clerk)).to_have_count(0)
    expect(clerk.locator(".strip")).to_contain_text(user)
    picker = expect(clerk.get_by_role("heading", name="Where do you sit?"))
    if role == "manager":
        picker.to_be_visible()  # the seat was another's
    else:
        picker.not_to_be_visible()


@pytest.mark.provokes("asked wrongly: GET .*/(seats|counters/E1/line) 403")
def test_who_signs_in_in_another_tab_ends_the_session_before(clerk: Page, demo: DemoProcess) -> None:
    opened, former = sockets_of(clerk), clerk.context.cookies()
    sign_in(clerk.context, demo, "manager").wait_for_url("**/manager")
    assert wait_for_close(clerk, opened) < CLOSED_S
    held = {str(cookie.get("name")): str(cookie.get("value")) for cookie in former}
    answer = httpx.get(f"{demo.url}/api/v1/centres/{CENTRE}/snapshot", cookies=held)
    assert answer.status_code == 401


def test_a_counter_that_was_taken_over_says_by_whom(clerk: Page, browser: Browser, demo: DemoProcess) -> None:
    sit(clerk, "E1")
    manager = signed_in(browser, demo, "manager")
    manager.goto(f"{demo.url}/counter")
    manager.locator(".seats button").filter(has_text="E1").click()
    manager.get_by_role("button", name="Take over").click()
    user = demo.facts["logins"]["manager"]["user"]
    taken = clerk.locator(".over")
    expect(taken).to_contain_text(f"{user} has taken over E1.", timeout=SAID_MS)
    clerk.keyboard.press("o")
    expect(clerk.get_by_role("alert")).to_have_text("Somebody else has taken this counter over.")
    expect(clerk.locator(".middle.offline")).to_be_visible()
    assert violations(clerk) == []
    taken.get_by_role("button", name="Choose a counter").click()
    expect(clerk.get_by_role("heading", name="Where do you sit?")).to_be_visible()
    manager.get_by_role("button", name="Other counter").click()
    expect(manager.get_by_role("heading", name="Where do you sit?")).to_be_visible()
    manager.context.close()


def test_who_opens_the_console_anew_is_told_whom_they_still_hold_and_gets_there(
    clerk: Page, demo: DemoProcess, api: Client
) -> None:
    sit(clerk, "G2")
    label = api.issue("NORMAL").json()["token"]["label"]
    for verb in ("open", "call-next", "start"):
        assert api.post(f"centres/{CENTRE}/counters/G2/{verb}").status_code == 200
    expect(clerk.locator("body")).to_have_attribute("data-state", "serving")
    reopened = clerk.context.new_page()
    reopened.set_viewport_size({"width": 1366, "height": 500})
    reopened.goto(f"{demo.url}/counter")
    held = reopened.locator(".over[role=status]")
    expect(held).to_contain_text(f"You still hold {label} at G2", timeout=SAID_MS)
    reopened.locator(".seats button").filter(has_text="E2").click()
    refusal = reopened.get_by_role("alert")
    expect(refusal).to_have_text("Somebody is still with you at G2. Go there first.")
    expect(refusal).to_be_in_viewport()
    assert violations(reopened) == []
    held.get_by_role("button", name="Go to G2").click()
    expect(reopened.locator(".number")).to_contain_text(label)
    api.post(f"centres/{CENTRE}/counters/G2/finish")


def test_a_link_that_stands_half_open_is_said_and_the_picture_stops(clerk: Page, demo: DemoProcess) -> None:
    silent: list[bool] = []

    def relayed(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda message: None if silent else route.send(message))

    clerk.route_web_socket("**/socket.io/**", relayed)
    clerk.reload()
    expect(clerk.locator(".dot.on")).to_be_visible()
    silent.append(True)
    expect(clerk.locator(".strip")).to_contain_text("not live, as of", timeout=SAID_MS)
    silent.clear()
    expect(clerk.locator(".dot.on")).to_be_visible(timeout=SAID_MS)


@pytest.mark.provokes("HTTP 503 GET .*/outlook")
def test_figures_that_cannot_be_read_are_not_shown_as_of_now(browser: Browser, demo: DemoProcess) -> None:
    page = signed_in(browser, demo, "manager")
    expect(page.locator("h1")).not_to_have_text("…")
    page.route("**/outlook", lambda route: route.fulfill(status=503, json={"code": "unavailable", "status": 503}))
    expect(page.locator(".notice[role=status]")).to_contain_text("What you see is of ", timeout=SAID_MS)
    assert violations(page) == []
    page.unroute("**/outlook")
    expect(page.locator(".notice[role=status]")).to_have_count(0, timeout=SAID_MS)
    page.context.close()
