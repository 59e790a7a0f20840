"""Devices whose clock is wrong, and that believe to be elsewhere: every screen goes by the clock of the centre."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import pair, signed_in
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

ZONE = ZoneInfo("Asia/Kolkata")
ELSEWHERE: Any = {"timezone_id": "America/New_York"}


@pytest.fixture
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    for counter in ("E1", "E2"):
        client.post(f"centres/{CENTRE}/counters/{counter}/open")
    yield client
    client.http.close()


def in_the_future(page: Page) -> None:
    page.clock.install(time="2040-01-01T03:00:00Z")


def times(after: timedelta = timedelta()) -> set[str]:
    """Return what the clock of the centre may show so long after now."""
    now = datetime.now(UTC).astimezone(ZONE) + after
    return {f"{now - timedelta(minutes=ago):%H:%M}" for ago in (0, 1)}


def assert_time(place: Locator) -> None:
    assert place.inner_text() in times()


def test_a_board_shows_and_announces_calls_by_the_time_of_the_centre(
    browser: Browser, demo: DemoProcess, api: Client
) -> None:
    page = browser.new_context(viewport={"width": 1920, "height": 1080}, **ELSEWHERE).new_page()
    pair(page, demo.url, demo.facts["keys"]["display"])
    in_the_future(page)
    page.goto(f"{demo.url}/display/{CENTRE}/board-e")
    expect(page.locator("body")).to_have_attribute("data-state", "empty")
    assert_time(page.locator("footer .time"))
    label = api.issue("ENQUIRY").json()["token"]["label"]
    api.post(f"centres/{CENTRE}/counters/E2/call-next")
    expect(page.locator("body")).to_have_attribute("data-chimes", "1")
    api.post(f"centres/{CENTRE}/counters/E2/start")
    api.post(f"centres/{CENTRE}/counters/E1/pause")
    api.issue("ENQUIRY")
    api.post(f"centres/{CENTRE}/counters/E1/open")
    api.post(f"centres/{CENTRE}/counters/E1/call-next")
    expect(page.locator(".call")).to_have_count(2)  # who was called a moment ago is shown for a minute
    expect(page.locator(".call").last).to_contain_text(label)
    page.context.close()


def test_a_console_counts_minutes_and_dates_the_paper_pad_by_the_time_of_the_centre(
    browser: Browser, demo: DemoProcess, api: Client
) -> None:
    page = signed_in(browser, demo, "counter", **ELSEWHERE)
    in_the_future(page)
    page.reload()
    page.locator(".seats button").filter(has_text="E1").click()
    label = api.issue("ENQUIRY").json()["token"]["label"]
    row = page.locator(".line li").filter(has_text=label)
    expect(row).to_contain_text("0 min")
    assert_time(page.locator(".strip > span").nth(3))
    lease = api.post(f"centres/{CENTRE}/leases", {"series": "E", "count": 1, "holder": "pad"}).json()
    number = f"E{lease['first']:03d}"
    page.keyboard.press("g")
    assert page.get_by_label("Given at").input_value() in times()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Service").select_option("ENQUIRY")
    panel.get_by_label("Number of the paper pad").fill(number)
    page.keyboard.press("Enter")
    expect(panel.locator(".chip")).to_have_text(number)
    page.context.close()


def test_a_manager_reads_now_by_the_time_of_the_centre_and_for_whom_no_counter_is_open(
    browser: Browser, demo: DemoProcess, api: Client
) -> None:
    api.issue("PCC")  # for whom no counter is open
    page = signed_in(browser, demo, "manager", **ELSEWHERE)
    in_the_future(page)
    page.reload()
    expect(page.locator(".dot.on")).to_be_visible()
    assert_time(page.locator(".strip > span").nth(3))
    expect(page.locator("h1")).to_contain_text("no counter for them is open")
    page.context.close()


def test_a_phone_says_until_when_a_place_is_kept_by_the_time_of_the_centre(browser: Browser, api: Client) -> None:
    page = browser.new_context(**ELSEWHERE).new_page()
    in_the_future(page)
    page.goto(f"{api.issue('ENQUIRY', language='en').json()['status_url']}?lang=en")
    page.get_by_role("button", name="Pause 15 min").click()
    expect(page.locator("h1")).to_contain_text("your place is kept.")
    until = page.locator("h1").inner_text().removeprefix("Back by ").partition(";")[0]
    assert until in times(timedelta(minutes=15))
    page.context.close()
