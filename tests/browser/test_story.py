"""A whole Passport Seva Kendra on screens and paper: one citizen from kiosk to exit, with a crash in between."""

import re
import time
from io import BytesIO

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import pair, signed_in
from tests.processes import DemoProcess

RIGHT_AGAIN_S = 5.0


def take_token(page: Page, demo: DemoProcess) -> tuple[str, str]:
    """Touch three times at K1; returns the number and the address of the citizen's page."""
    page.set_viewport_size({"width": 1080, "height": 1920})
    pair(page, demo.url, demo.facts["keys"]["kiosk"])
    page.locator(".tile[lang=hi]").click()
    page.locator(".choice").first.click()
    page.locator(".choice").first.click()
    label = page.locator(".number .chip").inner_text()
    expect(page.locator(".slip.printed")).to_be_visible(timeout=15_000)
    return label, f"{demo.url}/t/{str(page.locator('.qr').get_attribute('src')).split('t=')[1]}"


def slip_address(demo: DemoProcess) -> str:
    """Return what the QR code on the newest slip of K1's printer says."""
    paper = httpx.get(f"{demo.url}/demo/printer/printer-k1/paper.png").content
    image = cv2.imdecode(np.frombuffer(BytesIO(paper).read(), np.uint8), cv2.IMREAD_GRAYSCALE)
    address, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(image)
    return str(address)


def sit(console: Page, counter: str) -> None:
    """Sit down at a counter."""
    console.locator(".seats button").filter(has_text=re.compile(rf"^\s*{counter}\b")).click()
    expect(console.locator(".seat")).to_have_text(counter)


def press(console: Page, key: str, state: str) -> None:
    """Press a key and wait until the console shows what came of it."""
    console.keyboard.press(key)
    expect(console.locator("body")).to_have_attribute("data-state", state)


@pytest.mark.provokes(
    "console: WebSocket .* net::ERR_CONNECTION_REFUSED",
    "request failed: GET .* net::ERR_(?:CONNECTION_REFUSED|CONNECTION_RESET|SOCKET_NOT_CONNECTED)",
)
def test_one_citizen_from_kiosk_to_exit_with_a_crash_in_between(browser: Browser, demo: DemoProcess) -> None:
    kiosk = browser.new_context().new_page()
    label, shown = take_token(kiosk, demo)
    address = slip_address(demo)
    assert address.startswith(f"{shown}.")  # the claim of the paper

    board = browser.new_context().new_page()
    pair(board, demo.url, demo.facts["keys"]["display"])
    board.goto(f"{demo.url}/display/PSK-DEMO/board-g")
    expect(board.locator("body")).to_have_attribute("data-state", "empty")
    phone = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    phone.goto(f"{address}?lang=en")
    expect(phone.locator("h1")).to_have_text("No counter for this is open now.")

    console = signed_in(browser, demo, "counter")
    sit(console, "G1")
    press(console, "o", "open")
    press(console, "n", "called")
    expect(console.locator(".number .chip")).to_have_text(label)
    expect(board.locator(".call")).to_contain_text(label)
    expect(board.locator(".call .section")).to_have_text("G1")
    expect(board.locator("body")).to_have_attribute("data-chimes", "1")
    expect(phone.locator("h1")).to_have_text("Go to G1 now", timeout=8000)

    demo.kill()
    expect(board.locator("body")).to_have_attribute("data-state", "stale", timeout=14_000)
    expect(board.locator("footer.stale")).to_contain_text("बोर्ड रुका है", timeout=20_000)
    expect(console.locator(".middle.offline .chip")).to_have_text(label)
    demo.restart()
    ready = time.monotonic()
    expect(board.locator("body")).to_have_attribute("data-state", "calls", timeout=RIGHT_AGAIN_S * 1000)
    expect(console.locator(".dot.on")).to_be_visible(timeout=RIGHT_AGAIN_S * 1000)
    assert time.monotonic() - ready <= 2 * RIGHT_AGAIN_S
    expect(board.locator(".call")).to_contain_text(label)
    expect(board.locator("body")).to_have_attribute("data-chimes", "1")

    press(console, "s", "serving")
    press(console, "d", "open")
    for counter in ("A1", "B1", "C1", "X1"):
        console.get_by_role("button", name="Other counter").click()
        sit(console, counter)
        for key, state in (("o", "open"), ("n", "called"), ("s", "serving"), ("d", "open")):
            press(console, key, state)
    expect(phone.locator("h1")).to_have_text("Done. Your application is granted.", timeout=25_000)

    manager = signed_in(browser, demo, "manager")
    expect(manager.locator(".ruler h2")).to_contain_text("1 person so far")
    expect(manager.locator("h1")).to_have_text("Nobody is in the centre.")
    for page in (kiosk, board, phone, console, manager):
        page.context.close()
