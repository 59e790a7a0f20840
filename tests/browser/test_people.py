"""A manager adds somebody, and lets them in no more: what ends, ends on their open page too."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sideways, signed_in, violations
from tests.factories import CENTRE
from tests.processes import DemoProcess

SOON_MS = 10_000
OWN = "a password of my own"


@pytest.fixture
def office(browser: Browser, demo: DemoProcess) -> Iterator[Page]:
    """Return the page of people of the demo's manager."""
    page = signed_in(browser, demo, "manager")
    page.get_by_role("link", name="People").click()
    expect(page.get_by_role("button", name="Change manager")).to_be_visible()
    yield page
    page.context.close()


def sign_in(browser: Browser, demo: DemoProcess, user: str, password: str) -> Page:
    page = browser.new_context(locale="en").new_page()
    page.goto(f"{demo.url}/login")
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    return page


def status(demo: DemoProcess, path: str, key: str | None = None) -> int:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{demo.url}/api/v1/{path}", headers=headers).status_code


def test_somebody_new_chooses_a_password_works_and_is_out_within_seconds(
    browser: Browser, demo: DemoProcess, office: Page
) -> None:
    office.get_by_role("button", name="Add somebody").click()
    office.get_by_label("User name").fill("Zoë")
    office.keyboard.press("Enter")
    start = office.locator(".secret").inner_text()
    office.get_by_role("button", name="Close").click()
    expect(office.get_by_role("row", name="zoë")).to_contain_text("has a start password")
    theirs = sign_in(browser, demo, "ZOË", start)
    expect(theirs.get_by_role("alert").or_(theirs.locator(".notice"))).to_have_text(
        "Please choose a password of your own."
    )
    theirs.get_by_label("Password until now").fill(start)
    theirs.get_by_label("New password", exact=True).fill(OWN)
    theirs.get_by_label("New password once more").fill(OWN)
    theirs.get_by_role("button", name="Change the password").click()
    theirs.wait_for_url(f"{demo.url}/counter")
    expect(office.get_by_role("row", name="zoë")).to_contain_text("signed in 1 time", timeout=SOON_MS)
    office.get_by_role("button", name="Change zoë").click()
    office.get_by_role("button", name="Disable").click()
    expect(office.get_by_role("heading", name="Disable zoë?")).to_be_visible()
    office.get_by_role("button", name="Disable Enter").click()
    expect(office.get_by_role("row", name="zoë")).to_contain_text("disabled")
    expect(theirs.get_by_text("Your session has ended. Please sign in again.")).to_be_visible(timeout=SOON_MS)
    refused = sign_in(browser, demo, "zoë", OWN)
    expect(refused.get_by_role("alert")).to_have_text("User name and password do not fit together.")
    for page in (theirs, refused):
        page.context.close()


def test_a_key_is_replaced_and_revoked_after_a_question(demo: DemoProcess, office: Page) -> None:
    old = demo.facts["keys"]["integration"]
    office.get_by_role("button", name="A new key for demo integration").click()
    office.get_by_role("button", name="New key Enter").click()
    new = office.locator(".secret").inner_text()
    office.get_by_role("button", name="Close").click()
    office.wait_for_timeout(600)
    assert [status(demo, "centres", key) for key in (old, new)] == [401, 200]
    office.get_by_role("button", name="Revoke demo integration").click()
    office.get_by_role("button", name="Revoke Enter").click()
    expect(office.get_by_role("row", name="demo integration")).to_have_count(0)
    office.wait_for_timeout(600)
    assert status(demo, "centres", new) == 401


def test_a_key_is_made_shown_once_and_bound(demo: DemoProcess, office: Page) -> None:
    office.get_by_role("button", name="Make a key").click()
    office.get_by_label("Name", exact=True).fill("Night kiosk")
    office.locator("dialog select").select_option("kiosk")
    office.get_by_label("Only this device").fill("K9")
    office.get_by_role("button", name="Make Enter").click()
    expect(office.get_by_role("alert")).to_have_text("There is nothing of this name here.")
    office.get_by_label("Only this device").fill("K1")
    office.get_by_label("It ends after days").fill("30")
    office.keyboard.press("Enter")
    secret = office.locator(".secret code").inner_text()
    office.keyboard.press("Escape")
    expect(office.locator("#keys tbody")).to_contain_text("Night kiosk")
    assert status(demo, "centres", secret) == 200


def test_nobody_changes_their_own_account_here_and_a_name_is_given_once(office: Page) -> None:
    office.get_by_role("button", name="Change manager").click()
    expect(office.get_by_role("button", name="Disable")).to_have_count(0)
    office.get_by_role("link", name="Your password and your sessions").click()
    expect(office.get_by_text("this browser")).to_be_visible()
    office.get_by_role("link", name="Back").click()
    office.get_by_role("link", name="People").click()
    office.get_by_role("button", name="Add somebody").click()
    office.get_by_label("User name").fill("COUNTER")
    office.keyboard.press("Enter")
    expect(office.get_by_role("alert")).to_have_text("This name is taken.")


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_fits_and_axe_finds_nothing(demo: DemoProcess, office: Page, language: str, width: int) -> None:
    office.set_viewport_size({"width": width, "height": 768})
    office.goto(f"{demo.url}/manager/people?lang={language}")
    expect(office.locator("tbody tr").first).to_be_visible()
    assert (sideways(office), violations(office)) == (False, [])
    office.goto(f"{demo.url}/account?lang={language}")
    assert (sideways(office), violations(office)) == (False, [])


def test_a_page_of_a_counter_s_clerk_opens_no_people(browser: Browser, demo: DemoProcess) -> None:
    page = signed_in(browser, demo, "counter")
    page.goto(f"{demo.url}/manager/people")
    assert page.url == f"{demo.url}/login"
    assert status(demo, f"centres/{CENTRE}/people") == 401
    page.context.close()
