"""A citizen asks what is known of them: an administrator looks, is told a number, corrects it and erases all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sideways, signed_in, violations
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

HIDDEN = "••••••3210"


@pytest.fixture(scope="module")
def visitor(demo: DemoProcess) -> Iterator[str]:
    """Return the label of somebody whose visit is over; another number of the same phone waits still."""
    client = Client(demo.url, demo.facts["keys"]["manager"])
    gone, here = (client.issue("ENQUIRY", phone=phone).json()["token"] for phone in ("+919876543210", "+919811111111"))
    client.post(f"centres/{CENTRE}/tokens/{gone['id']}/cancel")
    yield gone["label"]
    client.post(f"centres/{CENTRE}/tokens/{here['id']}/cancel")
    client.http.close()


@pytest.fixture
def page(browser: Browser, demo: DemoProcess, visitor: str) -> Iterator[Page]:
    page = signed_in(browser, demo, "administrator")
    page.goto(f"{demo.url}/manager/personal-data")
    expect(page.get_by_text("7 days on the floor, then sealed until day 365.")).to_be_visible()
    yield page
    page.context.close()


def look(page: Page, phone: str) -> None:
    page.get_by_role("textbox", name="Phone number").fill(phone)
    page.get_by_label("Who asks for it, and why").fill("asked by letter")
    page.keyboard.press("Enter")


def test_a_number_is_masked_until_somebody_asks_for_it_and_the_trail_tells_who_did(
    page: Page, demo: DemoProcess, visitor: str
) -> None:
    look(page, "9876543210")
    row = page.get_by_role("row", name=visitor)
    expect(row).to_contain_text(HIDDEN)
    expect(page.locator("body")).not_to_contain_text("+919876543210")
    row.get_by_role("button", name=f"Show the number {HIDDEN}").click()
    expect(row).to_contain_text("+919876543210")
    page.goto(f"{demo.url}/manager/trail")
    told = page.get_by_role("row", name="Phone number shown").first
    expect(told).to_contain_text(visitor)
    expect(told).to_contain_text("administrator")
    expect(page.locator("body")).not_to_contain_text("9876543210")


def test_who_is_here_is_corrected_and_not_erased(page: Page) -> None:
    look(page, "9811111111")
    page.get_by_role("button", name="Erase all of it").click()
    page.get_by_label("Yes, it is to be gone for good.").check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("They are still here: erase it after their visit.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Correct the phone number").click()
    page.get_by_label("The right phone number").fill("+919822222222")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Corrected: 1 token.")
    look(page, "9811111111")
    expect(page.get_by_role("status")).to_have_text("Nothing is known under this.")


def test_a_hold_stands_against_an_erasure_which_wants_to_be_confirmed(page: Page, visitor: str) -> None:
    expect(page.get_by_text("No legal hold is in force.")).to_be_visible()
    look(page, "9876543210")
    day = page.get_by_role("row", name=visitor).locator("td").first.inner_text()
    page.get_by_role("button", name="Place a legal hold").click()
    page.get_by_role("dialog").get_by_label("Day", exact=True).fill(
        page.evaluate("d => new Date(d + ' UTC').toISOString().slice(0, 10)", day)
    )
    page.get_by_role("dialog").get_by_label("Who asks for it, and why").fill("District court, letter 12/2026")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Hold 1 is in force.")
    expect(page.get_by_role("row", name="District court")).to_contain_text("the whole day")
    page.get_by_role("button", name="Erase all of it").click()
    page.get_by_role("button", name="Erase for good").click()  # without the tick: the browser asks for it
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_label("Yes, it is to be gone for good.").check()
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("alert")).to_have_text("A legal hold keeps it: nothing was erased.")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Lift hold 1").click()
    page.get_by_role("button", name="Lift it").click()
    expect(page.get_by_role("status")).to_have_text("Hold 1 is lifted.")
    page.get_by_role("button", name="Erase all of it").click()
    page.get_by_label("Yes, it is to be gone for good.").check()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Erased for good: 1 record.")


def test_an_auditor_looks_and_changes_nothing(browser: Browser, demo: DemoProcess, visitor: str) -> None:
    page = signed_in(browser, demo, "auditor")
    page.goto(f"{demo.url}/manager/personal-data")
    look(page, "9811111111")
    expect(page.get_by_role("status").or_(page.locator("tbody tr")).first).to_be_visible()
    for verb in ("Erase all of it", "Correct the phone number", "Place a legal hold"):
        expect(page.get_by_role("button", name=verb)).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_axe_finds_nothing(demo: DemoProcess, page: Page, language: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for width in (320, 1366):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{demo.url}/manager/personal-data?lang={language}")
        expect(page.locator("form.look")).to_be_visible()
        assert (sideways(page), violations(page)) == (False, []), width
