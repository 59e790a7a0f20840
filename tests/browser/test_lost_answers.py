"""Answers that are lost after the server has acted: everything is done once, and the screen shows what was done."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from tests.browser.conftest import pair, signed_in
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

TRIES = 3


@pytest.fixture(scope="module")
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


@pytest.fixture(autouse=True)
def empty_floor(api: Client) -> None:
    """Begin with nobody in the centre."""
    for token in tokens(api):
        if token["state"] == "serving":
            api.post(f"centres/{CENTRE}/counters/{token['counter']}/finish")
        api.post(f"centres/{CENTRE}/tokens/{token['id']}/cancel")


@pytest.fixture
def kiosk(page: Page, demo: DemoProcess) -> Page:
    page.set_viewport_size({"width": 1080, "height": 1920})
    pair(page, demo.url, demo.facts["keys"]["kiosk"])
    expect(page.locator("main")).to_have_attribute("data-step", "language")
    return page


@pytest.fixture
def clerk(browser: Browser, demo: DemoProcess, api: Client) -> Iterator[Page]:
    """Return the console of a clerk at E1, which is open."""
    page = signed_in(browser, demo, "counter")
    page.locator(".seats button").filter(has_text="E1").click()
    api.post(f"centres/{CENTRE}/counters/E1/open")
    expect(page.locator("body")).to_have_attribute("data-state", "open")
    yield page
    page.context.close()


LOST = pytest.mark.provokes(r"request failed: POST .* net::ERR_FAILED")
"""The browser says of each answer that is lost on the way that it has failed."""


def tokens(api: Client) -> list[dict[str, Any]]:
    return list(api.snapshot()["tokens"])


def kinds(api: Client, after: int) -> list[str]:
    """Return the kinds of the events after a number."""
    return [event["type"] for event in api.get(f"centres/{CENTRE}/events", after=after).json()["events"]]


def lose(page: Page, path: str, times: int) -> list[int]:
    """Let the server answer commands to a path, and lose so many of its answers; returns the status of each."""
    lost: list[int] = []

    def answer(route: Route) -> None:
        if route.request.method != "POST" or len(lost) == times:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route(path, answer)
    return lost


def order(kiosk: Page, service: str) -> None:
    kiosk.get_by_role("button", name="English").click()
    kiosk.get_by_role("button", name=service).click()
    kiosk.get_by_role("button", name="No", exact=True).click()


def number(kiosk: Page) -> str:
    expect(kiosk.locator(".number .chip")).to_be_visible()
    return kiosk.locator(".number .chip").inner_text()


@LOST
def test_a_kiosk_whose_answer_is_lost_shows_the_one_number_that_was_given(kiosk: Page, api: Client) -> None:
    lost = lose(kiosk, "**/tokens", 1)
    order(kiosk, "Enquiry")
    label = number(kiosk)
    assert lost == [201]
    assert [token["label"] for token in tokens(api)] == [label]


@LOST
def test_trying_again_at_a_kiosk_takes_no_second_number(kiosk: Page, api: Client) -> None:
    lost = lose(kiosk, "**/tokens", TRIES)
    order(kiosk, "Enquiry")
    expect(kiosk.locator("h1")).to_have_text("The token did not come")
    assert lost == [201] * TRIES
    kiosk.get_by_role("button", name="Try again").click()
    label = number(kiosk)
    assert [token["label"] for token in tokens(api)] == [label]


@LOST
def test_the_next_citizen_does_not_get_the_number_of_somebody_who_left_without_one(kiosk: Page, api: Client) -> None:
    lose(kiosk, "**/tokens", TRIES)
    order(kiosk, "Police clearance certificate")
    expect(kiosk.locator("h1")).to_have_text("The token did not come")
    kiosk.get_by_role("button", name="Finish").click()
    order(kiosk, "Enquiry")
    label = number(kiosk)
    services = {token["label"]: token["staff"]["service"] for token in tokens(api)}
    assert services.pop(label) == "ENQUIRY"
    assert list(services.values()) == ["PCC"]


@LOST
def test_a_console_whose_answer_is_lost_calls_one_citizen_and_once(clerk: Page, api: Client) -> None:
    first, second = (api.issue("ENQUIRY").json()["token"] for _ in range(2))
    lost = lose(clerk, "**/call-next", 1)
    clerk.keyboard.press("n")
    expect(clerk.locator(".number")).to_contain_text(first["label"])
    lost += lose(clerk, "**/recall", 2)
    clerk.keyboard.press("r")
    expect(clerk.locator(".facts")).to_contain_text("called 2 times")
    expect(clerk.locator("[aria-busy=true]")).to_have_count(0)
    expect(clerk.get_by_role("alert")).to_have_count(0)
    now = {token["id"]: (token["state"], token["calls"]) for token in tokens(api)}
    assert now == {first["id"]: ("called", 2), second["id"]: ("waiting", 0)}


@LOST
def test_a_token_that_is_given_at_the_desk_once_more_after_silence_is_the_same(clerk: Page, api: Client) -> None:
    lost = lose(clerk, "**/tokens", TRIES)
    clerk.keyboard.press("g")
    panel = clerk.get_by_role("dialog")
    panel.get_by_label("Service").select_option("ENQUIRY")
    clerk.keyboard.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("No answer.")
    clerk.keyboard.press("Enter")
    expect(panel).to_contain_text("Please write the number down for them.")
    label = panel.locator(".chip").inner_text()
    assert lost == [201] * TRIES
    assert [token["label"] for token in tokens(api)] == [label]


def test_who_wants_the_same_at_the_desk_as_the_one_before_gets_a_number_of_their_own(clerk: Page, api: Client) -> None:
    panel, labels = clerk.get_by_role("dialog"), []
    for _ in range(2):
        clerk.keyboard.press("g")
        panel.get_by_label("Service").select_option("ENQUIRY")
        clerk.keyboard.press("Enter")
        labels.append(panel.locator(".chip").inner_text())
        clerk.keyboard.press("Enter")
        expect(panel).to_have_count(0)
    assert sorted(token["label"] for token in tokens(api)) == labels
    assert len(set(labels)) == 2


@LOST
def test_a_phone_whose_answers_are_lost_does_what_was_asked_once(page: Page, api: Client) -> None:
    issued = api.issue("ENQUIRY", language="en").json()
    before = api.snapshot()["seq"]
    page.goto(f"{issued['status_url']}?lang=en")
    lost = lose(page, "**/api/v1/status/**", 2)
    page.get_by_role("button", name="Pause 15 min").click()
    expect(page.locator("h1")).to_contain_text("your place is kept.")
    assert lost == [200, 200]
    assert kinds(api, before) == ["token.paused"]


@LOST
def test_a_phone_that_never_hears_of_its_end_asks_and_shows_it(page: Page, api: Client) -> None:
    page.goto(f"{api.issue('ENQUIRY', language='en').json()['status_url']}?lang=en")
    lose(page, "**/api/v1/status/**", TRIES)
    page.get_by_role("button", name="Leave the line").click()
    page.get_by_role("button", name="Yes, leave").click()
    expect(page.locator("h1")).to_have_text("This token was cancelled.")
    assert tokens(api) == []


def test_a_phone_shows_what_its_command_did_though_an_older_answer_comes_after_it(page: Page, api: Client) -> None:
    """Every question is held up; what the first one was answered comes when the command is done."""
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/api/v1/status/*", lambda route: held.append((route, route.fetch())))
    page.goto(f"{api.issue('ENQUIRY', language='en').json()['status_url']}?lang=en")
    while not held:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Pause 15 min").click()
    expect(page.locator("h1")).to_contain_text("your place is kept.")
    route, old = held[0]
    assert old.json()["state"] == "waiting"
    route.fulfill(response=old)
    page.wait_for_timeout(300)
    expect(page.locator("h1")).to_contain_text("your place is kept.")
