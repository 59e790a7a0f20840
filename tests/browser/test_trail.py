"""An auditor looks up what was done, narrows it, and takes a file; who may not sees no link to it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import sideways, signed_in, violations
from tests.processes import Client, DemoProcess


@pytest.fixture(scope="module")
def labels(demo: DemoProcess) -> Iterator[list[str]]:
    """Return the labels of numbers that were given: more than one page holds."""
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield [client.issue("ENQUIRY").json()["token"]["label"] for _ in range(104)]
    client.http.close()


@pytest.fixture
def page(browser: Browser, demo: DemoProcess, labels: list[str]) -> Iterator[Page]:
    page = signed_in(browser, demo, "auditor")
    page.goto(f"{demo.url}/manager/trail")
    expect(page.locator("tbody tr")).to_have_count(100)
    yield page
    page.context.close()


def test_the_latest_stand_first_and_older_ones_a_page_further(page: Page, labels: list[str]) -> None:
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("Signed in")
    expect(first).to_contain_text("auditor")
    page.get_by_role("button", name="Older").click()
    expect(page.locator("tbody")).to_contain_text("Centre set up")
    expect(page.locator("tbody")).to_contain_text(labels[0])
    page.get_by_role("button", name="Latest").click()
    expect(first).to_contain_text("Signed in")


def test_it_is_narrowed_and_says_where_nothing_fits(page: Page, labels: list[str]) -> None:
    page.get_by_label("Token").fill(labels[7].lower())
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Number given")
    page.get_by_label("What").select_option("Key made")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("status")).to_have_text("Nothing on record fits this.")
    page.get_by_label("Token").fill("")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody")).to_contain_text("demo integration")
    page.get_by_label("What").select_option("everything")
    page.get_by_label("Who").select_option("auditor")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr").first).to_contain_text("Signed in")
    assert set(page.locator("tbody .by").all_inner_texts()) <= {"auditor", "command line"}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_is_taken_and_the_page_shows_who_took_it(page: Page, labels: list[str], form: str) -> None:
    page.get_by_label("Token").fill(labels[3])
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("button", name={"csv": "CSV", "jsonl": "JSON"}[form]).click()
    assert download.value.suggested_filename.endswith(f".{form}")
    assert labels[3] in download.value.path().read_text("utf-8")
    page.get_by_label("Token").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr").first).to_contain_text(f"Trail taken out as a file {form}")


@pytest.mark.parametrize("language", ["en", "hi", "mr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_axe_finds_nothing(demo: DemoProcess, page: Page, language: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for width in (320, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{demo.url}/manager/trail?lang={language}")
        expect(page.locator("tbody tr")).to_have_count(100)
        assert (sideways(page), violations(page)) == (False, []), width


@pytest.mark.parametrize(
    ("role", "links"),
    [
        ("manager", ["Devices", "People", "Personal data", "Approvals", "Trail", "Day report"]),
        ("floor_manager", ["Devices", "Day report"]),
        ("auditor", ["Devices", "People", "Personal data", "Approvals", "Trail", "Day report"]),
        ("administrator", ["Devices", "People", "Personal data", "Approvals", "Trail", "Day report"]),
    ],
)
def test_the_header_leads_only_where_somebody_may_go(
    browser: Browser, demo: DemoProcess, role: str, links: list[str]
) -> None:
    page = signed_in(browser, demo, role)
    page.goto(f"{demo.url}/manager")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert page.locator(".strip a.button").all_inner_texts() == links
    for name in links:
        page.goto(f"{demo.url}/manager")
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert "/login" not in page.url
    page.context.close()


def test_whoever_signed_out_in_another_tab_is_told_so_within_ten_seconds(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Sign out").click()
    other.wait_for_url("**/login")
    expect(page.get_by_text("Your session has ended. Please sign in again.")).to_be_visible(timeout=10_000)
