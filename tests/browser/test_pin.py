"""An officer locks the desk and goes on by the PIN in the same seat; a locked screen shows an emergency alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sideways, signed_in, violations
from tests.factories import CENTRE
from tests.processes import DemoProcess

PIN = "83051946"


@pytest.fixture
def desk(browser: Browser, demo: DemoProcess) -> Iterator[Page]:
    """Return the page of the demo's officer, who has a PIN."""
    page = signed_in(browser, demo, "counter")
    page.goto(f"{demo.url}/account/pin")
    page.get_by_label("Your password").fill(demo.facts["logins"]["counter"]["password"])
    page.get_by_label("New PIN, 4 to 8 digits").fill(PIN)
    page.get_by_label("New PIN once more").fill(PIN)
    shot(page, "pin")
    page.get_by_role("button", name="Keep the PIN").click()
    page.goto(f"{demo.url}/counter")
    yield page
    page.context.close()


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for it."""
    if folder := os.environ.get("BAARI_TEST_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def give(page: Page, pin: str) -> None:
    page.get_by_label("PIN").fill(pin)
    page.get_by_role("button", name="Go on").click()


@pytest.mark.provokes("asked wrongly: GET .*/seats 403")
def test_a_desk_is_locked_in_every_tab_and_goes_on_by_the_pin(desk: Page, demo: DemoProcess) -> None:
    other = desk.context.new_page()
    other.goto(f"{demo.url}/counter")
    expect(other.get_by_role("button", name="Lock")).to_be_visible()
    desk.get_by_role("button", name="Lock").click()
    expect(desk.get_by_label("PIN")).to_be_focused()
    other.wait_for_url("**/locked", timeout=10_000)
    shot(desk, "locked")
    give(desk, "7390")
    expect(desk.get_by_role("alert")).to_contain_text("This is not the PIN.")
    give(desk, PIN)
    desk.wait_for_url("**/counter")
    expect(desk.get_by_role("button", name="Lock")).to_be_visible()


def tell(manager: Page, on: bool) -> None:
    """Let a manager give an emergency, or take it off."""
    script = """async ([at, order]) => {
      const headers = { "Content-Type": "application/json", "Idempotency-Key": String(Math.random()) };
      headers["X-CSRF-Token"] = JSON.parse(document.getElementById("page").textContent).csrf;
      return (await fetch(at, { method: "POST", headers, body: JSON.stringify(order) })).status;
    }"""
    order = {"kind": "emergency", "on": on} | ({"cause": "fire"} if on else {})
    assert manager.evaluate(script, [f"/api/v1/centres/{CENTRE}/notice", order]) == 200


def test_a_locked_desk_says_what_to_do_in_an_emergency(browser: Browser, desk: Page, demo: DemoProcess) -> None:
    manager = signed_in(browser, demo, "manager")
    manager.goto(f"{demo.url}/manager/people")
    desk.get_by_role("button", name="Lock").click()
    expect(desk.get_by_label("PIN")).to_be_focused()
    tell(manager, on=True)
    expect(desk.locator("#emergency")).to_contain_text("Emergency")
    shot(desk, "locked-emergency")
    assert (sideways(desk), violations(desk)) == (False, [])
    tell(manager, on=False)
    expect(desk.locator("#emergency")).to_be_hidden()
    manager.context.close()


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_axe_finds_nothing(desk: Page, demo: DemoProcess, language: str, scheme: str) -> None:
    desk.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for width in (320, 1280, 1920):
        desk.set_viewport_size({"width": width, "height": 800})
        for path in ("/account/pin", "/account"):
            desk.goto(f"{demo.url}{path}?lang={language}")
            assert (sideways(desk), violations(desk)) == (False, []), (path, width)
    desk.goto(f"{demo.url}/counter")
    desk.get_by_role("button", name="Lock").click()
    expect(desk.get_by_label("PIN")).to_be_focused()
    for width in (320, 1280, 1920):
        desk.set_viewport_size({"width": width, "height": 800})
        desk.goto(f"{demo.url}/locked?lang={language}")
        assert (sideways(desk), violations(desk)) == (False, []), width
        shot(desk, f"locked-{language}-{scheme}-{width}")
