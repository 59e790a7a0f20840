"""The queue engine as citizens meet it: on the phone, on the board and at the kiosk."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import pair, sideways, violations
from tests.browser.engine import (
    AT_ONCE,
    all_days_but_today,
    change_policy,
    move_booking_elsewhere,
    scan,
    serve,
    slot,
)
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess


@pytest.fixture(scope="module")
def api(demo: DemoProcess) -> Iterator[Client]:
    change_policy(demo, "missed", **AT_ONCE)
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size({"width": 320, "height": 640})
    return page


@pytest.fixture
def kiosk(page: Page, demo: DemoProcess, api: Client) -> Page:
    page.set_viewport_size({"width": 1080, "height": 1920})
    pair(page, demo.url, demo.facts["keys"]["kiosk"])
    begin(page)
    return page


@pytest.fixture
def board(browser: Browser, demo: DemoProcess, api: Client) -> Iterator[Page]:
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    pair(page, demo.url, demo.facts["keys"]["display"])
    page.goto(f"{demo.url}/display/PSK-DEMO/board-e")
    expect(page.locator("body")).to_have_attribute("data-state", "empty")
    yield page
    page.context.close()


@contextmanager
def frozen(api: Client) -> Iterator[None]:
    api.post(f"centres/{CENTRE}/notice", {"kind": "pause", "cause": "power", "on": True})
    try:
        yield
    finally:
        api.post(f"centres/{CENTRE}/notice", {"kind": "pause", "on": False})


def begin(kiosk: Page) -> None:
    kiosk.reload()
    expect(kiosk.locator("main")).to_have_attribute("data-step", "language")


def fits(page: Page) -> None:
    assert not sideways(page)
    assert violations(page) == []


def take(api: Client, service: str = "ENQUIRY", **more: Any) -> tuple[str, str]:
    """Take a token; returns its number and the address of its page."""
    answer = api.issue(service, language="en", **more).json()
    return answer["token"]["label"], answer["status_url"]


@pytest.mark.provokes("request failed: POST .*/cancel net::ERR_FAILED")
def test_a_citizen_pauses_comes_back_and_leaves_with_one_thumb(phone: Page, api: Client) -> None:
    serve(api, "E1")
    phone.goto(f"{take(api)[1]}?lang=en")
    phone.get_by_role("button", name="Pause 15 min").click()
    expect(phone.locator("h1")).to_contain_text("your place is kept.")
    fits(phone)
    phone.get_by_role("button", name="I am here").click()
    expect(phone.locator("h1")).to_have_text("You are next")
    phone.get_by_role("button", name="Leave the line").click()
    expect(phone.get_by_role("button", name="No, stay")).to_be_focused()
    fits(phone)
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("button", name="Leave the line")).to_be_focused()
    phone.keyboard.press("Enter")
    phone.route("**/cancel", lambda route: route.abort())
    phone.get_by_role("button", name="Yes, leave").click()
    expect(phone.get_by_role("alert")).to_have_text("No connection. Please try again.")
    phone.unroute("**/cancel")
    phone.get_by_role("button", name="Leave the line").click()
    phone.get_by_role("button", name="Yes, leave").click()
    expect(phone.locator("h1")).to_have_text("This token was cancelled.")
    expect(phone.get_by_role("button", name="Pause 15 min")).to_have_count(0)


def test_who_is_passed_reads_the_reason_and_the_limit_in_their_own_language(phone: Page, api: Client) -> None:
    _, address = take(api, "NORMAL")
    first, _ = take(api, "NORMAL", need="senior")
    serve(api, "G1", "call-next", "start")
    phone.goto(f"{address}?lang=en")
    expect(phone.locator(".passed")).to_have_text(
        f"{first} was called first: priority. Your limit stays the same. By the rule, no more than 2 can pass you now."
    )
    phone.get_by_role("button", name="हिन्दी").click()
    expect(phone.locator(".passed")).to_contain_text(f"{first} पहले बुलाया गया: प्राथमिकता।")
    for scheme in ("light", "dark"):
        phone.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # or the colours are still on their way
        fits(phone)
    with frozen(api):
        phone.reload()
        expect(phone.locator("h1")).to_have_text("केंद्र रुका हुआ है; आपकी जगह सुरक्षित है।")
        expect(phone.locator("#actions button")).to_have_count(0)
    serve(api, "G1", "finish", "call-next", "start")
    api.post(f"centres/{CENTRE}/counters/G1/finish", {"outcome": "refused"})
    phone.reload()
    expect(phone.locator(".wait")).to_contain_text("आपकी वापसी पर्ची")


def test_a_family_is_called_to_several_counters_and_comes_back_after_it_was_missed(phone: Page, api: Client) -> None:
    label, address = take(api, party=2, then=["PCC"])
    serve(api, "E2")
    serve(api, "E1", "call-next")
    phone.goto(f"{address}?lang=en")
    expect(phone.locator("h1")).to_have_text("Go to E1 E2 now")
    expect(phone.locator(".chip")).to_have_text(f"{label}×2")
    expect(phone.locator("#services")).to_have_text("Enquiry · Then: Police clearance certificate")
    fits(phone)
    serve(api, "E1", "hold")
    phone.reload()
    expect(phone.locator("h1")).to_have_text("Please stay near E1.")
    serve(api, "E1", "undo", "miss")
    phone.reload()
    expect(phone.locator("h1")).to_have_text("Your turn has passed.")
    fits(phone)
    phone.get_by_role("button", name="I am here").click()
    expect(phone.locator("h1")).to_have_text("You are next")
    serve(api, "E1", "call-next", "start", "finish")
    phone.reload()
    expect(phone.locator(".journey .done")).to_have_text("EEnquiry0 min")
    expect(phone.locator("#services")).to_be_hidden()


def test_the_board_shows_a_family_takes_calls_back_in_words_and_stands_still_with_the_centre(
    board: Page, api: Client
) -> None:
    label, _ = take(api, party=2)
    serve(api, "E2")
    serve(api, "E1", "call-next")
    expect(board.locator(".call .chip")).to_have_text(f"{label}×2")
    expect(board.locator(".call .section")).to_have_text(["E1", "E2"])
    serve(api, "E1", "undo")
    expect(board.locator(".retracted")).to_contain_text(f"{label}: please stay seated.")
    expect(board.locator(".call")).to_have_count(0)
    assert violations(board) == []
    serve(api, "E1", "call-next")
    expect(board.locator(".retracted p")).to_have_count(0)
    expect(board.locator("body")).to_have_attribute("data-chimes", "2")
    serve(api, "E1", "start", "undo")
    with frozen(api):
        expect(board.locator("body")).to_have_attribute("data-state", "frozen")
        expect(board.locator(".frozen p")).to_have_count(3)
        expect(board.locator(".frozen p[lang=hi]")).to_contain_text("बिजली बंद")
        expect(board.locator("footer")).to_have_count(0)
        for width, height in ((1080, 1920), (1920, 1080)):
            board.set_viewport_size({"width": width, "height": height})
            fits(board)
    expect(board.locator(".call .chip")).to_have_text(f"{label}×2")
    expect(board.locator("body")).to_have_attribute("data-chimes", "2")
    serve(api, "E1", "miss")
    expect(board.locator(".call")).to_have_count(0)


def test_a_slip_shown_at_the_kiosk_gives_the_place_back_and_is_no_reference(kiosk: Page, api: Client) -> None:
    serve(api, "E1")
    label, address = take(api)
    serve(api, "E1", "call-next", "miss")
    kiosk.locator(".booked").click()
    expect(kiosk.locator(".reference")).to_be_focused()
    scan(kiosk, address)
    expect(kiosk.get_by_role("status")).to_have_text(f"{label} is back in line")
    fits(kiosk)
    scan(kiosk, address)
    expect(kiosk.get_by_role("status")).to_have_text(f"{label} is in line")
    serve(api, "E1", "call-next")
    scan(kiosk, address)
    expect(kiosk.locator(".ahead")).to_have_text(f"{label}: go to E1 now")
    serve(api, "E1", "start", "finish")
    scan(kiosk, address)
    expect(kiosk.locator(".ahead")).to_have_text(f"{label} has ended")
    kiosk.get_by_role("button", name="Finish").click()
    scan(kiosk, "https://elsewhere.example/t/nobody-knows-it")
    expect(kiosk.locator("h1")).to_have_text("यह पर्ची यहाँ नहीं मिली")
    fits(kiosk)


def test_an_appointment_that_does_not_fit_is_answered_in_words(kiosk: Page, api: Client, demo: DemoProcess) -> None:
    slots = {"ARN-SOON": slot(minutes=30), "ARN-LATER": slot(days=2), "ARN-HERE": slot(), "ARN-PUNE": slot()}
    bookings = [{"reference": reference, "slot": at, "service": "NORMAL"} for reference, at in slots.items()]
    rows = api.post(f"centres/{CENTRE}/appointments", {"bookings": bookings}).json()["rows"]
    assert [row["result"] for row in rows] == ["created"] * 4
    move_booking_elsewhere(demo, "pune")
    scan(kiosk, "ARN-HERE")
    label = kiosk.locator(".number .chip").inner_text()
    another_day = ("Your appointment is on ", "For another day, ask at the enquiry counter.")
    let_in_after_midnight = slot(minutes=15)[:10] > slot()[:10]
    answers = {
        "ARN-SOON": another_day if let_in_after_midnight else ("Your appointment is at ", "Please come in from "),
        "ARN-LATER": another_day,
        "ARN-HERE": (f"This appointment has its token: {label}", "Show its slip here"),
        "ARN-PUNE": ("Your appointment is at the centre Pune Centre", "Please go to that centre."),
    }
    for reference, (said, what_now) in answers.items():
        begin(kiosk)
        kiosk.get_by_role("button", name="English").click()
        scan(kiosk, reference)
        expect(kiosk.locator("h1")).to_contain_text(said)
        expect(kiosk.locator(".note")).to_contain_text(what_now)
        fits(kiosk)


def test_a_kiosk_gives_tokens_in_a_pause_and_says_so_and_none_when_the_centre_is_closed(
    kiosk: Page, api: Client, demo: DemoProcess
) -> None:
    with frozen(api):
        expect(kiosk.locator(".notice-strip p")).to_have_count(3)
        fits(kiosk)
        ask_for_a_token(kiosk)
        expect(kiosk.locator(".notice-strip")).to_have_text("Power cut. Nobody is called now. Tokens are given.")
        expect(kiosk.locator("main")).to_have_attribute("data-step", "result")
        fits(kiosk)
    expect(kiosk.locator(".notice-strip")).to_have_count(0)
    kiosk.get_by_role("button", name="Finish").click()
    change_policy(demo, "hours", days=all_days_but_today(), tokens=["09:30", "16:00"])
    try:
        begin(kiosk)
        ask_for_a_token(kiosk)
        expect(kiosk.locator("h1")).to_have_text("The centre is closed today")
        expect(kiosk.locator(".note")).to_contain_text("at 09:30.")
        for width, height in ((320, 640), (1366, 768), (1080, 1920)):
            kiosk.set_viewport_size({"width": width, "height": height})
            fits(kiosk)
    finally:
        change_policy(demo, "hours", days=[*all_days_but_today(), "sun"], tokens=["00:00", "24:00"])


def ask_for_a_token(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="English").click()
    kiosk.get_by_role("button", name="Enquiry").click()
    kiosk.get_by_role("button", name="No", exact=True).click()
