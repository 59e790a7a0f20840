"""A screen is paired by the code that it shows, is found, and is cut off: on its own page and on the manager's."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import sideways, signed_in, violations
from tests.factories import CENTRE
from tests.processes import DemoProcess

SOON_MS = 10_000
KINDS = {"kiosk": "#kiosk", "display": "#board", "counter": ".console"}


@pytest.fixture
def office(browser: Browser, demo: DemoProcess) -> Iterator[Page]:
    """Return the page of devices of the demo's manager."""
    page = signed_in(browser, demo, "manager")
    page.get_by_role("link", name="Devices").click()
    expect(page.get_by_role("button", name="Kiosk K1")).to_be_visible()
    yield page
    page.context.close()


@pytest.fixture
def screen(browser: Browser, demo: DemoProcess) -> Iterator[Callable[[str], Page]]:
    """Return what opens a page of the centre in a browser of its own."""
    opened: list[BrowserContext] = []

    def open_page(path: str) -> Page:
        opened.append(browser.new_context(locale="en"))
        page = opened[-1].new_page()
        page.goto(f"{demo.url}/{path}")
        return page

    yield open_page
    for context in opened:
        context.close()


def shows_code(page: Page) -> str:
    expect(page.locator("body")).to_have_attribute("data-state", "asking", timeout=SOON_MS)
    return page.locator("#code").inner_text()


def accept(office: Page, code: str) -> None:
    office.get_by_label("Code on the screen").fill(code.lower())
    office.keyboard.press("Enter")
    expect(office.get_by_role("dialog")).to_contain_text("127.0.0.1")
    office.get_by_role("button", name="Pair Enter").click()
    expect(office.get_by_text("is paired.")).to_be_visible()


def test_a_kiosk_is_paired_found_and_cut_off(screen: Callable[[str], Page], office: Page) -> None:
    kiosk = screen(f"kiosk/{CENTRE}/K2")
    code = shows_code(kiosk)
    assert violations(kiosk) == []
    accept(office, code)
    expect(kiosk.locator("#kiosk")).to_be_visible(timeout=SOON_MS)
    tile = office.get_by_role("button", name=re.compile(r"Kiosk K2.*connected"))
    expect(tile).to_be_visible(timeout=SOON_MS)
    tile.click()
    office.get_by_role("button", name="Show its name").click()
    expect(kiosk.locator(".identity")).to_have_text("Kiosk 2")
    office.get_by_role("button", name="Rename").click()
    office.get_by_role("textbox", name="Name").fill("At the door")
    office.keyboard.press("Enter")
    expect(tile).to_contain_text("At the door")
    tile.click()
    office.get_by_role("button", name="Revoke").click()
    expect(office.get_by_role("heading", name="Revoke K2?")).to_be_visible()
    office.get_by_role("button", name="Revoke Enter").click()
    begin = time.monotonic()
    assert shows_code(kiosk) != code
    assert time.monotonic() - begin < SOON_MS / 1000


@pytest.mark.parametrize(("home", "id_"), [("display", "board-c"), ("counter", "C1")])
def test_a_board_and_a_console_are_paired(screen: Callable[[str], Page], office: Page, home: str, id_: str) -> None:
    page = screen(f"{home}/{CENTRE}/{id_}")
    accept(office, shows_code(page))
    expect(page.locator(KINDS[home])).to_be_visible(timeout=SOON_MS)


def test_a_page_that_was_opened_once_more_waits_for_a_person(screen: Callable[[str], Page]) -> None:
    first = screen(f"kiosk/{CENTRE}/K3")
    shows_code(first)
    expect(screen(f"kiosk/{CENTRE}/K3").locator("body")).to_have_attribute("data-state", "asking", timeout=2 * SOON_MS)
    expect(first.locator("body")).to_have_attribute("data-state", "taken", timeout=SOON_MS)


def test_a_code_that_no_screen_shows_is_told_beside_the_field(office: Page) -> None:
    office.get_by_label("Code on the screen").fill("ZZZZZZ")
    office.keyboard.press("Enter")
    expect(office.locator("#told")).to_have_text("No screen of this centre shows this code.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "hi", "mr"])
def test_the_page_fits_and_axe_finds_nothing(demo: DemoProcess, office: Page, language: str, scheme: str) -> None:
    office.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for width in (320, 768, 1920):
        office.set_viewport_size({"width": width, "height": 768})
        office.goto(f"{demo.url}/manager/devices?lang={language}")
        expect(office.locator(".tile").first).to_be_visible()
        assert (sideways(office), violations(office)) == (False, [])
