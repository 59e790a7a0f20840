"""A person sets up a second step, signs in by it and by paper, and a manager ends it when the phone is lost."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from server.services.people.second_step import STEP_S
from tests.browser.conftest import sideways, signed_in, violations
from tests.processes import DemoProcess

WRONG = "This code does not fit, or was used already."


@pytest.fixture
def desk(browser: Browser, demo: DemoProcess) -> Iterator[Page]:
    """Return the page of the demo's officer."""
    page = signed_in(browser, demo, "counter")
    yield page
    page.context.close()


def scanned(page: Page) -> pyotp.TOTP:
    """Return the phone that has scanned the QR code of a page."""
    picture = cv2.imdecode(np.frombuffer(page.locator("figure svg").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    phone = pyotp.parse_uri(text)
    assert isinstance(phone, pyotp.TOTP)
    return phone


def sign_in(page: Page, demo: DemoProcess) -> None:
    login = demo.facts["logins"]["counter"]
    page.goto(f"{demo.url}/login")
    page.get_by_label("User name").fill(login["user"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Code")).to_be_focused()


def give(page: Page, code: str) -> None:
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in").click()


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for it."""
    if folder := os.environ.get("BAARI_TEST_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_phone_is_scanned_asked_for_and_replaced_by_paper(browser: Browser, demo: DemoProcess, desk: Page) -> None:
    password = demo.facts["logins"]["counter"]["password"]
    desk.goto(f"{demo.url}/account")
    shot(desk, "account")
    desk.get_by_role("link", name="Set up the second step").click()
    for width, height, scheme in ((320, 640, "dark"), (3840, 2160, "light"), (1366, 768, "light")):
        desk.set_viewport_size({"width": width, "height": height})
        desk.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        shot(desk, f"offer-{width}")
        assert not sideways(desk)
    phone = scanned(desk)
    tell: Callable[[int], str] = lambda steps: phone.at(time.time() + steps * STEP_S)  # noqa: E731
    desk.get_by_label("The code that your phone tells now").fill(tell(0))
    desk.get_by_label("Your password").fill(password)
    desk.get_by_role("button", name="Set up the second step").click()
    paper = desk.locator(".codes code").all_inner_texts()
    assert len(paper) == 10
    shot(desk, "codes")
    desk.get_by_role("link", name="I have written them down").click()
    desk.wait_for_url("**/counter")
    desk.get_by_role("button", name="Sign out").click()
    desk.wait_for_url("**/login")
    sign_in(desk, demo)
    shot(desk, "asked")
    used = tell(1)
    give(desk, used)
    desk.wait_for_url("**/counter")
    desk.get_by_role("button", name="Sign out").click()
    desk.wait_for_url("**/login")
    sign_in(desk, demo)
    give(desk, used)
    expect(desk.get_by_role("alert")).to_have_text(WRONG)
    shot(desk, "wrong")
    give(desk, paper[0])
    desk.wait_for_url("**/counter")
    assert violations(desk) == []
    office = signed_in(browser, demo, "manager")
    office.goto(f"{demo.url}/manager/people")
    user = demo.facts["logins"]["counter"]["user"]
    row = office.locator("tr").filter(has=office.get_by_role("button", name=f"Change {user}"))
    expect(row).to_contain_text("with a second step")
    shot(office, "people")
    office.get_by_role("button", name=f"Change {user}").click()
    shot(office, "panel")
    office.get_by_role("button", name="End the second step").click()
    expect(office.get_by_role("heading", name=f"End the second step of {user}?")).to_be_visible()
    office.get_by_role("button", name="End the second step Enter").click()
    expect(row).not_to_contain_text("with a second step")
    expect(desk.get_by_text("Your session has ended. Please sign in again.")).to_be_visible(timeout=10_000)
    assert violations(office) == []
    office.context.close()
