"""Console, board, phone, manager, paper: keyboard, accessibility, sizes, and what they say in trouble."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import pair, sideways, signed_in, violations
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

SIZES = [(320, 700), (768, 1366), (1366, 768), (1920, 1080)]


@pytest.fixture
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


def assert_fits_and_is_accessible(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert not sideways(page), width
        assert violations(page) == [], width
    page.set_viewport_size({"width": 1366, "height": 768})


def test_the_console_is_walked_with_the_keyboard_alone(browser: Browser, demo: DemoProcess, api: Client) -> None:
    label = api.issue("ENQUIRY").json()["token"]["label"]
    page = signed_in(browser, demo, "counter")
    expect(page.locator(".picker")).to_be_visible()
    assert_fits_and_is_accessible(page)
    seat = page.get_by_role("button", name="E2")
    seat.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".seat")).to_have_text("E2")
    page.keyboard.press("n")
    expect(page.get_by_role("alert")).to_have_text("Open the counter first.")
    page.locator("body").click(position={"x": 5, "y": 400})
    for state in ("open", "called", "serving", "open"):
        page.keyboard.press("Enter")
        expect(page.locator("body")).to_have_attribute("data-state", state)
        assert violations(page) == [], state
    expect(page.locator("aside")).to_contain_text(label)
    page.keyboard.press("n")
    expect(page.get_by_role("alert")).to_have_text("Nobody is waiting.")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Call again")
    page.keyboard.press("Escape")
    assert_fits_and_is_accessible(page)
    page.context.close()


def test_two_people_do_not_share_a_counter_and_a_manager_takes_over(browser: Browser, demo: DemoProcess) -> None:
    clerk, manager = signed_in(browser, demo, "counter"), signed_in(browser, demo, "manager")
    clerk.locator(".seats button").filter(has_text="E1 ").click()
    expect(clerk.locator(".seat")).to_have_text("E1")
    manager.goto(f"{demo.url}/counter")
    manager.locator(".seats button").filter(has_text="E1 ").click()
    expect(manager.get_by_role("alert")).to_contain_text("Somebody else is at this counter: counter.")
    manager.get_by_role("button", name="Take over").click()
    expect(manager.locator(".seat")).to_have_text("E1")
    clerk.keyboard.press("o")
    expect(clerk.get_by_role("alert")).to_have_text("Somebody else has taken this counter over.")
    clerk.context.close()
    manager.context.close()


def test_nobody_sees_a_staff_page_without_signing_in(page: Page, demo: DemoProcess) -> None:
    for path in ("/counter", "/manager"):
        page.goto(f"{demo.url}{path}")
        expect(page).to_have_url(f"{demo.url}/login")
    page.get_by_label("User name").fill("counter")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("User name and password do not fit together.")
    assert_fits_and_is_accessible(page)


def test_the_board_shows_calls_by_size_and_takes_a_cancelled_one_back(
    browser: Browser, demo: DemoProcess, api: Client
) -> None:
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    pair(page, demo.url, demo.facts["keys"]["display"])
    page.goto(f"{demo.url}/display/PSK-DEMO/board-g")
    expect(page.locator(".nothing")).to_contain_text("अभी किसी को नहीं बुलाया गया")
    assert violations(page) == []
    tokens = []
    for number in range(1, 6):
        tokens.append(api.issue().json()["token"])
        api.post(f"centres/{CENTRE}/counters/G{number}/open")
        api.post(f"centres/{CENTRE}/counters/G{number}/call-next")
    expect(page.locator(".call")).to_have_count(5)
    expect(page.locator(".call").first).to_contain_text(tokens[-1]["label"])
    expect(page.locator("main")).to_have_class("two")
    expect(page.locator("body")).to_have_attribute("data-chimes", "5")
    api.post(f"centres/{CENTRE}/counters/G1/recall")
    expect(page.locator("body")).to_have_attribute("data-chimes", "6")
    expect(page.locator(".call").first).to_contain_text(tokens[0]["label"])
    api.post(f"centres/PSK-DEMO/tokens/{tokens[4]['id']}/cancel")
    expect(page.locator(".retracted")).to_contain_text(tokens[4]["label"])
    expect(page.locator(".call")).to_have_count(4)
    assert violations(page) == []
    page.reload()
    expect(page.locator(".call")).to_have_count(4)
    expect(page.locator("body")).not_to_have_attribute("data-chimes", "1")
    for width, height in ((1080, 1920), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        assert not sideways(page), (width, height)
    page.context.close()


def test_a_board_that_is_not_paired_says_so(page: Page, demo: DemoProcess) -> None:
    answer = page.goto(f"{demo.url}/display/PSK-DEMO/board-a")
    assert answer is not None
    assert answer.status == 200
    expect(page.locator("h1")).to_contain_text("This screen is not paired yet.")
    assert violations(page) == []


@pytest.mark.provokes(
    "request failed: GET /api/v1/status/.* net::ERR_FAILED",
    "request failed: GET /display/words/mr.json net::ERR_FAILED",
)
def test_the_phone_page_is_small_and_tells_only_its_own_story(browser: Browser, demo: DemoProcess, api: Client) -> None:
    api.post(f"centres/{CENTRE}/counters/G1/open", {})
    issued = [api.issue("PCC").json() for _ in range(3)]
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    loaded: list[int] = []
    page.on("response", lambda answer: loaded.append(len(answer.body()) if answer.ok else 0))
    page.goto(f"{issued[2]['status_url']}?lang=hi")
    expect(page.locator("h1")).to_contain_text("आपसे पहले")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(loaded) <= 60_000
    text = page.locator("body").inner_text()
    assert issued[2]["token"]["label"] in text
    assert issued[0]["token"]["label"] not in text
    assert_fits_and_is_accessible(page)
    page.route("**/display/words/*", lambda route: route.abort())
    page.get_by_role("button", name="मराठी").click()
    expect(page.get_by_role("alert")).to_have_text("संपर्क नहीं हुआ। फिर कोशिश करें।")
    page.unroute("**/display/words/*")
    page.get_by_role("button", name="मराठी").click()
    expect(page.locator(".journey [aria-current=step]")).to_contain_text("आपण इथे आहात")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="English").click()
    expect(page.locator(".journey [aria-current=step]")).to_contain_text("you are here")
    page.route("**/api/v1/status/*", lambda route: route.abort())
    expect(page.locator(".lost")).to_contain_text("Watch the board.", timeout=20_000)
    page.context.close()


def test_the_manager_sees_the_river_move_and_steers_it(browser: Browser, demo: DemoProcess, api: Client) -> None:
    page = signed_in(browser, demo, "manager")
    expect(page.locator(".dot.on")).to_be_visible()
    waiting = page.locator("[data-stage=G] .count")
    before = int(waiting.inner_text())
    api.issue()
    expect(waiting).to_have_text(str(before + 1))
    page.locator("[data-stage=C]").click()
    levers = page.locator(".levers")
    levers.get_by_role("button", name="Open").first.click()
    expect(levers.locator("li").first).to_contain_text("open")
    page.get_by_role("button", name="Undo: Close C1").click()
    expect(levers.locator("li").first).to_contain_text("closed")
    switch = page.get_by_role("switch")
    switch.focus()
    for expected in ("true", "false", "true"):
        if switch.get_attribute("aria-checked") != expected:
            page.keyboard.press("Space")
        expect(switch).to_have_attribute("aria-checked", expected)
    page.keyboard.press("t")
    expect(page.get_by_role("table")).to_be_visible()
    assert_fits_and_is_accessible(page)
    page.keyboard.press("t")
    assert_fits_and_is_accessible(page)
    page.context.close()


def test_a_printer_out_of_paper_leaves_the_number_on_the_screen(browser: Browser, demo: DemoProcess) -> None:
    paper = browser.new_context().new_page()
    paper.goto(f"{demo.url}/demo/printer")
    assert_fits_and_is_accessible(paper)
    paper.locator("[data-device=printer-k1] select").select_option("reset_mid_job")
    kiosk = browser.new_context(viewport={"width": 1080, "height": 1920}).new_page()
    pair(kiosk, demo.url, demo.facts["keys"]["kiosk"])
    kiosk.locator(".tile[lang=hi]").click()
    kiosk.locator(".choice").first.click()
    kiosk.locator(".choice").first.click()
    label = kiosk.locator(".number .chip").inner_text()
    expect(kiosk.locator(".slip.lost")).to_have_text(
        f"पर्ची नहीं निकली। {label} आपका ही है। फ़ोटो लें या लिख लें।", timeout=15_000
    )
    expect(kiosk.locator(".number .chip")).to_be_visible()
    assert violations(kiosk) == []
    paper.locator("[data-device=printer-k1] select").select_option("none")
    kiosk.context.close()
    paper.context.close()


def test_the_signpost_leads_to_every_surface(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    for name in ("Counter console", "Manager", "PSK-DEMO K1", "PSK-DEMO board-a", "API reference"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    assert_fits_and_is_accessible(page)
