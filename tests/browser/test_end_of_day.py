"""A manager closes a day with the list of who is still here, and opens it again."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, expect

from server.domain.plan.hours import WEEKDAYS
from tests.browser.conftest import pair, signed_in, violations
from tests.browser.engine import change_policy, serve
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """Return a demo in its hours, whose first citizens come in a few seconds; it stands still from then on."""
    with DemoProcess(tmp_path_factory.mktemp("day"), "--speed", "0.01") as process:
        yield process


@pytest.fixture
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


def issue(api: Client) -> str:
    return str(api.post(f"centres/{CENTRE}/tokens", {"service": "NORMAL"}).json()["token"]["label"])


def live(api: Client) -> list[str]:
    return [person["label"] for person in api.get(f"centres/{CENTRE}/days/today").json()["live"]]


def close(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Close the day").click()


def test_nobody_is_ended_whom_the_manager_has_not_seen_and_a_closed_day_goes_on(
    browser: Browser, demo: DemoProcess, api: Client
) -> None:
    first = issue(api)
    page = signed_in(browser, demo, "manager")
    page.get_by_role("button", name="Close the day…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(first)).to_be_visible()
    assert violations(page) == []
    second = issue(api)
    close(page)
    expect(dialog.get_by_role("alert")).to_have_text("Somebody came meanwhile. Please look at the list again.")
    expect(dialog.get_by_text(second)).to_be_visible()
    before = live(api)
    assert {first, second} <= set(before)
    close(page)
    expect(page.get_by_role("heading", name="The day is closed.")).to_be_visible()
    assert live(api) == []
    page.get_by_role("button", name="Open the day again…").click()
    page.get_by_role("dialog").get_by_role("button", name="Open again").click()
    expect(page.get_by_role("heading", name="The day is closed.")).to_be_hidden()
    assert live(api) == before
    page.context.close()


def test_people_are_carried_over_or_served_on_as_a_manager_chooses(
    browser: Browser, demo: DemoProcess, api: Client
) -> None:
    label = issue(api)
    asked = api.issue("ENQUIRY").json()["token"]["label"]
    serve(api, "E1", "call-next")
    board = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    pair(board, demo.url, demo.facts["keys"]["display"])
    board.goto(f"{demo.url}/display/{CENTRE}/board-e")
    expect(board.locator(".call .chip")).to_have_text(asked)
    page = signed_in(browser, demo, "manager")
    page.get_by_role("button", name="Close the day…").click()
    page.get_by_label("They are served on.").check()
    page.get_by_role("dialog").get_by_role("button", name="Serve on").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert api.get(f"centres/{CENTRE}/days/today").json()["serve_until"] is not None
    page.get_by_role("button", name="Close the day…").click()
    page.get_by_label("They keep number, place and age").check()
    close(page)
    expect(page.get_by_role("heading", name="The day is closed.")).to_be_visible()
    expect(page.locator(".people").get_by_text(label)).to_be_visible()
    expect(page.locator("[data-stage=G]")).to_contain_text("0 of 0 counters busy")
    assert label in live(api)
    page.context.close()
    today = date.fromisoformat(api.get(f"centres/{CENTRE}/days/today").json()["day"])
    change_policy(demo, "hours", days=[day for number, day in enumerate(WEEKDAYS) if number != today.weekday()])
    expect(board.locator("body")).to_have_attribute("data-state", "resting")
    expect(board.locator(".call")).to_have_count(0)
    expect(board.locator(".resting p[lang=hi]")).to_contain_text("केंद्र अभी बंद है")
    assert violations(board) == []
    for width, height in ((1366, 768), (1080, 1920), (3840, 2160), (1920, 1080)):
        board.set_viewport_size({"width": width, "height": height})
        assert board.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert board.locator(".resting").evaluate("node => node.scrollHeight <= node.clientHeight + 1")
    board.reload()
    expect(board.locator("body")).to_have_attribute("data-state", "resting")
    board.context.close()
