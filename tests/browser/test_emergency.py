"""An emergency stands over the whole of every screen, in every language, and nothing below it can be touched."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import pair, signed_in, violations
from tests.browser.engine import end_notices, serve, speak
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

LINES = ["इमारत से बाहर जाइए।", "Leave the building.", "इमारतीबाहेर पडा."]
MANY = ["hi", "en", "mr", "bn", "gu", "pa", "ta", "te", "kn", "ml", "or", "as", "ur", "ne"]
ENOUGH = 0.5  # of the cap height that a distance asks for: server/static/ui/emergency_sizes.js
EVERYWHERE = """() => {
  const at = [0.02, 0.25, 0.5, 0.75, 0.98];
  const hit = (x, y) => document.elementFromPoint(x * innerWidth, y * innerHeight);
  return at.every((x) => at.every((y) => hit(x, y)?.closest(".emergency")));
}"""
WHOLE = """() => {
  const words = document.querySelector(".emergency-words");
  const parts = [...document.querySelectorAll(".emergency-words p, .emergency-sign, .emergency-more p")];
  const inside = parts.every((part) => {
    const { left, top, right, bottom } = part.getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
  });
  return inside && words.scrollHeight <= words.clientHeight && words.scrollWidth <= words.clientWidth;
}"""
COLOURS = "(e) => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
SIZE = "() => parseFloat(getComputedStyle(document.querySelector('.emergency-words')).fontSize)"

# The websocket, and what asks in its place while it does not come.
CUT_OFF = pytest.mark.provokes(
    "(?:console: WebSocket connection .*|request failed: GET /socket.io/) net::ERR_INTERNET_DISCONNECTED"
)


@pytest.fixture(scope="module")
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


@pytest.fixture(autouse=True)
def _calm(demo: DemoProcess) -> Iterator[None]:
    yield
    end_notices(demo)
    speak(demo, "hi", "en", "mr")


def declare(api: Client, kind: str = "emergency", cause: str = "fire") -> None:
    assert api.post(f"centres/{CENTRE}/notice", {"kind": kind, "cause": cause, "on": True}).status_code == 200


@pytest.fixture
def opened(browser: Browser, demo: DemoProcess, api: Client) -> Iterator[Callable[[str], Page]]:
    """Return what opens a surface by its name, and closes them all at the end."""
    pages: list[Page] = []

    def open_one(surface: str) -> Page:
        page = OPEN[surface](browser, demo, api)
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.context.close()


def of_device(browser: Browser, demo: DemoProcess, key: str, width: int, height: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": height}).new_page()
    pair(page, demo.url, demo.facts["keys"][key])
    return page


def board(browser: Browser, demo: DemoProcess, _: Client) -> Page:
    page = of_device(browser, demo, "display", 1920, 1080)
    page.goto(f"{demo.url}/display/{CENTRE}/board-g")
    return page


def phone(browser: Browser, demo: DemoProcess, api: Client) -> Page:
    page = browser.new_context(viewport={"width": 320, "height": 568}, locale="en").new_page()
    page.goto(f"{demo.url}/t/{api.issue().json()['status_url'].rsplit('/', 1)[1]}")
    return page


def console(browser: Browser, demo: DemoProcess, api: Client) -> Page:
    serve(api, "G1")
    page = signed_in(browser, demo, "counter")
    return page


OPEN: dict[str, Callable[[Browser, DemoProcess, Client], Page]] = {
    "board": board,
    "kiosk": lambda browser, demo, _: of_device(browser, demo, "kiosk", 1080, 1920),
    "phone": phone,
    "console": console,
    "manager": lambda browser, demo, _: signed_in(browser, demo, "manager"),
}


def require_shown(page: Page) -> None:
    """Require the emergency over the whole page, all of it on the screen, and nothing else to be hit."""
    expect(page.locator(".emergency-words p")).to_have_text(LINES, timeout=15_000)
    assert page.evaluate(EVERYWHERE)
    assert page.evaluate(WHOLE)
    assert [line.get_attribute("lang") for line in page.locator(".emergency-words p").all()] == ["hi", "en", "mr"]


@pytest.mark.parametrize("surface", OPEN)
def test_every_surface_shows_an_emergency_over_all_and_no_key_reaches_what_is_below(
    opened: Callable[[str], Page], api: Client, surface: str
) -> None:
    page = opened(surface)
    declare(api)
    require_shown(page)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    for key in ("n", "s", "d", "1", "2", "t", "?", "Escape", "Escape", "Tab", "Enter", " ", "ArrowDown"):
        page.keyboard.press(key)
    page.mouse.click(300, 300)
    require_shown(page)
    assert sent == []
    assert violations(page) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        colours = page.locator(".emergency").evaluate(
            "(e) => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        )
        assert colours == ["rgb(255, 255, 255)", "rgb(152, 27, 20)"]


@pytest.mark.parametrize("surface", OPEN)
def test_a_screen_that_comes_during_an_emergency_shows_it_at_once(
    opened: Callable[[str], Page], api: Client, surface: str
) -> None:
    declare(api)
    page = opened(surface)
    require_shown(page)


@pytest.mark.parametrize(
    "surface",
    [
        pytest.param("board", marks=CUT_OFF),
        pytest.param("kiosk", marks=CUT_OFF),
        pytest.param("phone", marks=pytest.mark.provokes("request failed: GET /api/v1/status/.* net::ERR_INTERNET")),
    ],
)
def test_a_screen_that_was_cut_off_says_so_and_shows_the_emergency_when_it_is_back(
    opened: Callable[[str], Page], api: Client, surface: str
) -> None:
    page = opened(surface)
    expect(page.locator("main")).to_be_visible()
    page.wait_for_timeout(1500)
    page.context.set_offline(True)
    declare(api)
    own = {"board": "footer.stale", "kiosk": ".notice-strip.cut", "phone": ".lost"}[surface]
    expect(page.locator(own).first).to_be_visible(timeout=30_000)
    expect(page.locator(".emergency")).to_be_hidden()
    page.context.set_offline(False)
    require_shown(page)


@CUT_OFF
def test_a_screen_that_is_cut_off_during_an_emergency_goes_on_showing_it_and_says_since_when(
    opened: Callable[[str], Page], api: Client
) -> None:
    declare(api)
    page = opened("board")
    require_shown(page)
    page.context.set_offline(True)
    expect(page.locator(".emergency-more")).to_contain_text("यह स्क्रीन कट गई है", timeout=20_000)
    require_shown(page)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080), (3840, 2160), (720, 1280), (1080, 1920)])
@pytest.mark.parametrize("languages", [["hi", "en"], ["hi", "en", "mr", "ta", "ur"], MANY])
def test_the_words_are_as_big_as_the_distance_of_a_board_asks_for(
    opened: Callable[[str], Page], demo: DemoProcess, api: Client, width: int, height: int, languages: list[str]
) -> None:
    speak(demo, *languages)
    declare(api)
    page = opened("board")
    page.set_viewport_size({"width": width, "height": height})
    page.reload()
    expect(page.locator(".emergency-words p").first).to_be_visible()
    assert page.evaluate(WHOLE)
    px_per_mm = max(width, height) / (55 * 25.4 * 0.8716)
    wanted = 12.2 * 10 * px_per_mm / 0.7
    narrow = width < height and len(languages) > 2  # there the longest word of Tamil alone is as wide as the board
    assert page.evaluate(SIZE) >= wanted * (0.3 if narrow else ENOUGH)


def test_where_the_languages_take_turns_each_is_seen(
    opened: Callable[[str], Page], demo: DemoProcess, api: Client
) -> None:
    speak(demo, *MANY)
    declare(api)
    page = opened("board")
    seen: set[str] = set()
    for _ in range(40):
        seen |= {str(line.get_attribute("lang")) for line in page.locator(".emergency-words p").all()}
        if seen == set(MANY):
            break
        page.wait_for_timeout(700)
    assert seen == set(MANY)


def test_a_person_ends_it_by_holding_a_button_and_a_pause_is_left(opened: Callable[[str], Page], api: Client) -> None:
    refused = api.post(f"centres/{CENTRE}/notice", {"kind": "emergency", "on": False})
    assert (refused.status_code, refused.json()["code"]) == (403, "named_person_needed")
    manager, kiosk = opened("manager"), opened("kiosk")
    manager.get_by_role("button", name="Emergency…").click()
    hold(manager, "Fire")
    require_shown(manager)
    require_shown(kiosk)
    hold(manager, "The emergency is over")
    expect(manager.locator(".emergency")).to_be_hidden()
    expect(manager.locator("h1")).to_contain_text("After the emergency")
    expect(kiosk.locator(".emergency")).to_be_hidden()
    expect(kiosk.locator(".notice-strip")).to_contain_text("After the emergency.")
    assert api.snapshot()["notice"]["kind"] == "pause"


def hold(page: Page, name: str) -> None:
    """Hold a button for as long as it asks for, by a key."""
    button = page.get_by_role("button", name=name)
    expect(button).to_be_enabled()
    button.focus()
    page.keyboard.down("Enter")
    page.wait_for_timeout(2300)
    page.keyboard.up("Enter")


@pytest.mark.parametrize("how", ["pressed too short", "activated by what cannot hold"])
def test_who_cannot_hold_a_button_confirms_it(opened: Callable[[str], Page], api: Client, how: str) -> None:
    manager = opened("manager")
    manager.get_by_role("button", name="Emergency…").click()
    fire = manager.locator(".causes .hold").filter(has_text="Fire")
    if how == "pressed too short":
        fire.click()
    else:
        fire.dispatch_event("click")
    said = manager.locator(".unheld")
    expect(said).to_contain_text("Hold it for 2 s, or confirm:")
    assert api.snapshot()["notice"] is None
    fire.dispatch_event("click")
    fire.click()
    assert api.snapshot()["notice"] is None, "twice the same is no confirmation"
    said.get_by_role("button", name="Yes: Fire: Leave the building.").click()
    require_shown(manager)
    expect(manager.locator(".emergency")).to_contain_text("Hold 2 s:")
    manager.get_by_role("button", name="The emergency is over", exact=True).click()
    manager.get_by_role("button", name="Yes: The emergency is over").click()
    expect(manager.locator(".emergency")).to_be_hidden()
    assert violations(manager) == []


def test_the_offer_to_confirm_goes_by_itself_and_is_not_made_after_a_hold(
    opened: Callable[[str], Page], api: Client
) -> None:
    manager = opened("manager")
    manager.get_by_role("button", name="Outage…").click()
    cause = manager.locator(".causes .hold").first
    cause.click()
    expect(manager.locator(".unheld")).to_be_visible()
    expect(manager.locator(".unheld")).to_have_count(0, timeout=15_000)
    cause.click(delay=2500)
    expect(manager.locator(".flag .hold")).to_be_visible()
    manager.locator(".flag .hold").click(delay=2500)
    expect(manager.locator(".flag")).to_have_count(0)
    expect(manager.locator(".unheld")).to_have_count(0)


def test_an_outage_is_told_and_stops_nothing(opened: Callable[[str], Page], api: Client) -> None:
    pages = {surface: opened(surface) for surface in ("board", "kiosk", "console")}
    pages["console"].get_by_role("button", name="G1").click()
    declare(api, "outage", "network")
    expect(pages["board"].locator("footer.outage")).to_be_visible()
    expect(pages["kiosk"].locator(".notice-strip p[lang=en]")).to_have_text(
        "Network failure. Tokens are given, calls go on."
    )
    expect(pages["console"].locator(".stopped")).to_contain_text("Network failure")
    assert api.issue().status_code == 201
    assert api.post(f"centres/{CENTRE}/counters/G1/call-next").status_code == 200
    for page in pages.values():
        assert violations(page) == []
