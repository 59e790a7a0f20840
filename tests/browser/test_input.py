"""What a scanner types is never a key, keys are keys under every layout, and every reference stands on the keypad."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import pair, signed_in, violations
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

CODES = ["20-1004567890", "MH1234567890ABCD", "8901030865278", "https://seva.example/t/DMfnBfOqebdx"]
LAYOUTS = {"InScript": "ल", "Cyrillic": "т", "Greek": "ν", "full width": "ｎ"}
NOT_ONE = "This code is not an appointment."
GAP_MS = 200
"""What a scanner leaves between two signs at most."""
TRIES = 8
STROKES = "window.strokes = []; addEventListener('keydown', (event) => strokes.push(event.timeStamp), true)"


@pytest.fixture(scope="module")
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


@pytest.fixture(scope="module")
def cookies(browser: Browser, demo: DemoProcess) -> Any:
    page = signed_in(browser, demo, "counter")
    expect(page.locator(".dot.on")).to_be_visible()
    kept = page.context.storage_state()
    page.context.close()
    return kept


@pytest.fixture
def clerk(browser: Browser, demo: DemoProcess, cookies: Any) -> Iterator[Page]:
    """Return the console of somebody who has just sat down at C3, which is open."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en", storage_state=cookies)
    context.add_init_script(STROKES)
    page = context.new_page()
    page.goto(f"{demo.url}/counter")
    page.locator(".seats button").filter(has_text="C3").click()
    expect(page.locator("body")).to_have_attribute("data-state", "open")
    yield page
    context.close()


@pytest.fixture
def kiosk(page: Page, demo: DemoProcess) -> Page:
    page.context.add_init_script(STROKES)
    page.set_viewport_size({"width": 1080, "height": 1920})
    pair(page, demo.url, demo.facts["keys"]["kiosk"])
    expect(page.locator("main")).to_have_attribute("data-step", "language")
    return page


@pytest.fixture(autouse=True)
def empty_floor(api: Client) -> None:
    """Begin with nobody in the centre."""
    clear(api)


def clear(api: Client) -> None:
    """Let nobody be in the centre, and C2 and C3 open."""
    for token in api.snapshot()["tokens"]:
        if token["state"] == "serving":
            api.post(f"centres/{CENTRE}/counters/{token['counter']}/finish")
        api.post(f"centres/{CENTRE}/tokens/{token['id']}/cancel")
    for counter in ("C2", "C3"):
        api.post(f"centres/{CENTRE}/counters/{counter}/open")


def at_granting(api: Client) -> dict[str, Any]:
    """Bring somebody to the line of C, where they alone wait."""
    token: dict[str, Any] = api.issue("NORMAL").json()["token"]
    for counter, stage in (("G1", "C"),):
        for verb in ("open", "call-next", "start"):
            assert api.post(f"centres/{CENTRE}/counters/{counter}/{verb}").status_code == 200
        assert api.post(f"centres/{CENTRE}/counters/{counter}/transfer", {"stage": stage}).status_code == 200
    return token


def state_of(api: Client, token: dict[str, Any]) -> tuple[str, str]:
    now = api.get(f"centres/{CENTRE}/tokens/{token['id']}").json()["token"]
    return now["state"], now["stage"]


def scan(page: Page, code: str, gap: float = 0, end: str | None = "Enter") -> bool:
    """Type a code with a gap in milliseconds before each sign; returns whether it came as from a scanner.

    A busy machine may type so slowly that what comes is not a scanner's any more.
    """
    page.evaluate("strokes.length = 0")
    page.keyboard.type(code, delay=gap)
    if end:
        page.keyboard.press(end)
    return all(after - before <= GAP_MS for before, after in itertools.pairwise(page.evaluate("strokes")))


def press(page: Page, key: str, code: str) -> None:
    """Press a key that writes `key` under the layout of this computer."""
    session = page.context.new_cdp_session(page)
    stroke = {"key": key, "code": code, "text": key, "unmodifiedText": key}
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", **stroke})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, "code": code})
    session.detach()


@pytest.mark.parametrize("gap", [0, 60, 150])
def test_what_a_scanner_types_at_a_counter_is_no_key(clerk: Page, api: Client, gap: float) -> None:
    people = one_served_of_two(clerk, api)
    for code, end in itertools.product(CODES, ("Enter", "Tab", None)):
        for _ in range(TRIES):
            if scan(clerk, code, gap, end):
                break
            people = one_served_of_two(clerk, api)
        else:
            pytest.fail("This machine is too busy to type as a scanner does.")
        if "/t/" in code:
            expect(clerk.get_by_role("alert")).to_have_text("This slip is not known here")
        else:
            field = clerk.get_by_role("dialog").locator("[name=appointment]")
            expect(field).to_have_value(code)
        clerk.keyboard.press("Escape")
        expect(clerk.get_by_role("dialog")).to_have_count(0)
        clerk.keyboard.press("Escape")
        expect(clerk.get_by_role("alert")).to_have_count(0)
        assert [state_of(api, token) for token in people] == [("serving", "C"), ("waiting", "C")], (code, end)


def one_served_of_two(clerk: Page, api: Client) -> list[dict[str, Any]]:
    """Let C3 serve somebody while another waits there, whatever was before; returns both."""
    clear(api)
    clerk.reload()
    expect(clerk.locator("body")).to_have_attribute("data-state", "open")
    people = [at_granting(api), at_granting(api)]
    expect(clerk.locator(".line li")).to_have_count(2)
    for key, state in (("n", "called"), ("s", "serving")):
        clerk.keyboard.press(key)
        expect(clerk.locator("body")).to_have_attribute("data-state", state)
    return people


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_key_works_by_its_place_under_every_layout(clerk: Page, api: Client, layout: str) -> None:
    at_granting(api)
    expect(clerk.locator(".line li")).to_have_count(1)
    press(clerk, LAYOUTS[layout], "KeyN")
    expect(clerk.locator("body")).to_have_attribute("data-state", "called")


def test_a_second_scan_stands_in_place_of_the_first_and_sends_nothing(clerk: Page, api: Client) -> None:
    codes = ["20-1004567890", "20-1004567890", "20-1004567891"]
    left, tries = list(codes), 0
    while left:
        if scan(clerk, left[0]):
            expect(clerk.get_by_role("dialog").locator("[name=appointment]")).to_have_value(left.pop(0))
            continue
        tries += 1
        assert tries < TRIES, "This machine is too busy to type as a scanner does."
        clerk.reload()
        expect(clerk.locator("body")).to_have_attribute("data-state", "open")
        left = list(codes)
    assert api.snapshot()["tokens"] == []


def test_keys_pressed_fast_act_in_their_order(clerk: Page, api: Client) -> None:
    token = at_granting(api)
    expect(clerk.locator(".line li")).to_have_count(1)
    for key in "nsh":
        clerk.keyboard.press(key)
    expect(clerk.locator("#held")).to_contain_text(token["label"])


def test_an_outcome_that_ends_the_visit_is_asked_about(clerk: Page, api: Client) -> None:
    token = at_granting(api)
    expect(clerk.locator(".line li")).to_have_count(1)
    for key, state in (("n", "called"), ("s", "serving")):
        clerk.keyboard.press(key)
        expect(clerk.locator("body")).to_have_attribute("data-state", state)
    clerk.keyboard.press("2")
    panel = clerk.get_by_role("dialog")
    expect(panel).to_contain_text("This ends the visit. Undo is possible for 5 minutes.")
    assert violations(clerk) == []
    clerk.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    assert state_of(api, token) == ("serving", "C")
    clerk.keyboard.press("2")
    expect(panel).to_be_visible()
    clerk.keyboard.press("Enter")
    expect(clerk.locator("body")).to_have_attribute("data-state", "open")
    assert state_of(api, token) == ("waiting", "X")


def test_a_list_of_the_manager_is_chosen_from_and_then_confirmed(
    browser: Browser, demo: DemoProcess, api: Client
) -> None:
    page = signed_in(browser, demo, "manager")
    page.locator("[data-stage=C]").click()
    lever = page.get_by_label("Close C3")
    lever.focus()
    page.keyboard.press("ArrowDown")
    confirm = page.locator(".levers").get_by_role("button", name="C3: Break")
    expect(confirm).to_be_visible()
    counters = {counter["id"]: counter["state"] for counter in api.snapshot()["counters"]}
    assert counters["C3"] == "open"
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".levers li").nth(2)).to_contain_text("on a break")
    page.context.close()


def test_every_sign_of_a_reference_stands_on_the_keypad(kiosk: Page) -> None:
    kiosk.locator(".tile[lang=en]").click()
    kiosk.locator(".booked").click()
    field = kiosk.locator(".reference")
    keys = kiosk.locator(".keys")

    def typed(reference: str) -> None:
        for sign in reference:
            name = "Space" if sign == " " else f"\u25cc{sign}" if sign == "ि" else sign
            keys.get_by_role("button", name=name, exact=True).click()
        expect(field).to_have_value(reference)
        for _ in reference:
            keys.get_by_role("button", name="Delete the last letter").click()
        expect(field).to_have_value("")

    for reference in ("AB/2026/77", "PA 77 1234", "IO-01"):
        typed(reference)
    keys.get_by_role("button", name="अआइ", exact=True).click()
    typed("कि-1234")
    for size in ((1080, 1920), (320, 640), (1366, 768)):
        kiosk.set_viewport_size({"width": size[0], "height": size[1]})
        assert violations(kiosk) == [], size
        assert kiosk.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), size


@pytest.mark.parametrize("code", ["]E08901030865278", "*!*?", "https://example.org/welcome"])
def test_a_code_that_is_no_appointment_is_told_and_gives_no_token(kiosk: Page, api: Client, code: str) -> None:
    scan(kiosk, code, 5)
    told = kiosk.get_by_role("alert")
    expect(told.locator("[lang=en]")).to_have_text(NOT_ONE)
    expect(told.locator("p")).to_have_count(3)
    kiosk.locator(".tile[lang=en]").click()
    expect(told).to_have_count(0)
    scan(kiosk, code, 5)
    expect(told).to_have_text(NOT_ONE)
    assert violations(kiosk) == []
    assert api.snapshot()["tokens"] == []


@pytest.mark.parametrize("gap", [0, 60, 150])
def test_a_slow_scanner_takes_a_token_and_answers_no_question(kiosk: Page, api: Client, gap: float) -> None:
    for _ in range(TRIES):
        kiosk.reload()
        kiosk.locator(".tile[lang=en]").click()
        if scan(kiosk, f"20-10045678{int(gap):03d}", gap):
            break
    else:
        pytest.fail("This machine is too busy to type as a scanner does.")
    expect(kiosk.locator("main")).not_to_have_attribute("data-step", "need")
    expect(kiosk.locator(".number .chip").or_(kiosk.locator(".refused"))).to_be_visible()
    assert len(api.snapshot()["tokens"]) <= 1


@pytest.mark.parametrize("code", ["8901030865278", "HELLO"])
def test_the_number_of_a_packet_and_a_word_are_no_appointment_however_often_they_are_scanned(
    kiosk: Page, api: Client, code: str
) -> None:
    kiosk.locator(".tile[lang=en]").click()
    for _ in range(2):
        scan(kiosk, code, 5)
        expect(kiosk.locator("main")).to_have_attribute("data-step", "refused")
        expect(kiosk.locator("h1")).to_have_text(NOT_ONE)
        assert violations(kiosk) == []
    assert api.snapshot()["tokens"] == []
