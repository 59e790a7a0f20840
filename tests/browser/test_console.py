"""What a clerk does at the console, and a manager from afar: each verb of the queue engine by its key."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.conftest import sideways, signed_in, violations
from tests.browser.engine import book, keep_bookings_as_before
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

SIZE: Any = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


@pytest.fixture(autouse=True)
def empty_floor(api: Client) -> None:
    """Begin with nobody in the centre, and with a floor that runs."""
    api.post(f"centres/{CENTRE}/notice", {"kind": "pause", "on": False})
    for token in api.snapshot()["tokens"]:
        if token["state"] == "serving":
            api.post(f"centres/{CENTRE}/counters/{token['counter']}/finish")
        api.post(f"centres/{CENTRE}/tokens/{token['id']}/cancel")
    for counter in ("E1", "E2"):
        api.post(f"centres/{CENTRE}/counters/{counter}/open")
    api.post(f"centres/{CENTRE}/counters/E2/close")


@pytest.fixture(scope="module")
def cookies(browser: Browser, demo: DemoProcess) -> dict[str, Any]:
    """Sign each role in once; returns what their browsers keep."""
    kept = {}
    for role in ("counter", "manager"):
        page = signed_in(browser, demo, role)
        expect(page.locator(".dot.on")).to_be_visible()
        kept[role] = page.context.storage_state()
        page.context.close()
    return kept


Opened = Callable[[str, str], Page]


@pytest.fixture
def opened(browser: Browser, demo: DemoProcess, cookies: dict[str, Any]) -> Iterator[Opened]:
    """Return what opens a staff page for somebody of a role, in a browser of their own."""
    contexts = []

    def opens(role: str, path: str) -> Page:
        context = browser.new_context(viewport=SIZE, locale="en", storage_state=cookies[role])
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{demo.url}{path}")
        return page

    yield opens
    for context in contexts:
        context.close()


@pytest.fixture
def clerk(opened: Opened) -> Page:
    """Return the console of a clerk who has just sat down at E1, which is open."""
    page = opened("counter", "/counter")
    sit(page, "E1")
    return page


@pytest.fixture
def manager(opened: Opened) -> Page:
    """Return the page of a manager."""
    return opened("manager", "/manager")


def sit(page: Page, counter: str) -> None:
    page.locator(".seats button").filter(has_text=counter).click()
    expect(page.locator("body")).to_have_attribute("data-state", "open")


def press(page: Page, keys: str, state: str) -> None:
    """Press keys, one after the other without a pause, and wait for what comes of them."""
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator("body")).to_have_attribute("data-state", state)


def state_of(api: Client, token: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = api.get(f"centres/{CENTRE}/tokens/{token['id']}").json()["token"]
    return told


def enquire(api: Client, **more: Any) -> dict[str, Any]:
    token: dict[str, Any] = api.issue("ENQUIRY", **more).json()["token"]
    return token


def test_a_token_on_hold_frees_the_counter_and_comes_back_by_one_key(clerk: Page, api: Client) -> None:
    first, second = enquire(api), enquire(api)
    press(clerk, "nsh", "open")
    expect(clerk.locator("#held")).to_contain_text(first["label"])
    press(clerk, "nsd", "open")
    expect(clerk.locator("#acts")).to_contain_text(f"Finished {second['label']}")
    press(clerk, "b", "serving")
    expect(clerk.locator(".number")).to_contain_text(first["label"])
    expect(clerk.locator("#held")).to_have_count(0)
    press(clerk, "b", "serving")
    expect(clerk.get_by_role("alert")).to_have_text("Nobody is on hold here.")


def test_each_act_has_its_undo_and_a_refusal_names_what_must_go_first(clerk: Page, api: Client) -> None:
    token = enquire(api)
    press(clerk, "ns", "serving")
    acts = clerk.locator("#acts li")
    expect(acts.nth(0)).to_contain_text(f"Started {token['label']}")
    expect(acts.nth(0).get_by_role("button")).to_be_visible()
    expect(acts.nth(1)).to_contain_text(f"Called {token['label']}")
    acts.nth(1).get_by_role("button", name="Undo").click()
    expect(clerk.get_by_role("alert")).to_contain_text(f"{token['label']}: Started at E1 since. Undo that first.")
    press(clerk, "u", "called")
    expect(acts.nth(0)).to_contain_text(f"Called {token['label']}")
    acts.nth(0).get_by_role("button", name="Undo").click()
    expect(clerk.locator("body")).to_have_attribute("data-state", "open")
    assert state_of(api, token)["state"] == "waiting"
    expect(clerk.locator("aside")).not_to_contain_text(token["label"])
    assert violations(clerk) == []


def test_undo_takes_back_the_token_that_was_given_last_and_not_the_service_that_ended_before(
    clerk: Page, api: Client
) -> None:
    served = enquire(api)
    press(clerk, "nsd", "open")
    clerk.wait_for_timeout(300)  # four keys without a pause are what a scanner types
    clerk.keyboard.press("g")
    panel = clerk.get_by_role("dialog")
    panel.get_by_label("Service").select_option("ENQUIRY")
    clerk.keyboard.press("Enter")
    expect(panel).to_contain_text("Please write the number down for them.")
    given = str(panel.locator(".chip").evaluate("chip => chip.firstChild.data"))
    clerk.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    with clerk.expect_response(lambda answer: answer.url.endswith("/undo")) as undone:
        clerk.keyboard.press("u")  # before the list shows what was given
    assert undone.value.json()["token"]["label"] == given
    expect(clerk.locator("#acts li").nth(0)).to_contain_text(f"Finished {served['label']}")
    assert state_of(api, served)["state"] == "done"
    assert given not in {token["label"] for token in api.snapshot()["tokens"]}
    press(clerk, "u", "serving")
    assert state_of(api, served)["state"] == "serving"


def test_a_token_is_cancelled_in_its_panel_and_an_undo_brings_it_back(clerk: Page, api: Client) -> None:
    token = enquire(api)
    press(clerk, "nc", "called")
    panel = clerk.get_by_role("dialog")
    panel.get_by_role("button", name="Cancel this token").click()
    expect(panel).to_have_count(0)
    expect(clerk.locator("#acts li").nth(0)).to_contain_text(f"Cancelled {token['label']}")
    assert state_of(api, token)["state"] == "cancelled"
    press(clerk, "u", "called")
    assert state_of(api, token)["state"] == "called"


def test_a_token_is_sent_to_another_counter_and_comes_back_to_this_one(clerk: Page, api: Client) -> None:
    token = enquire(api)
    api.post(f"centres/{CENTRE}/counters/AX2/open")
    press(clerk, "nst", "serving")
    panel = clerk.get_by_role("dialog")
    panel.get_by_role("radio", name="AX Corrections").check()
    panel.get_by_role("radio", name="AX2").check()
    panel.get_by_role("checkbox", name="and back here").check()
    assert violations(clerk) == []
    clerk.keyboard.press("Enter")
    expect(clerk.locator("body")).to_have_attribute("data-state", "open")
    expect(panel).to_have_count(0)
    sent = state_of(api, token)
    assert (sent["stage"], sent["staff"]["only"]) == ("AX", "AX2")
    for verb in ("call-next", "start", "finish", "close"):
        assert api.post(f"centres/{CENTRE}/counters/AX2/{verb}").status_code == 200
    expect(clerk.locator(".line li").first).to_contain_text(token["label"])
    press(clerk, "n", "called")
    expect(clerk.locator(".facts")).to_contain_text("only here")


def test_a_panel_closes_by_escape_and_its_keys_do_nothing_else(clerk: Page, api: Client) -> None:
    token = enquire(api)
    press(clerk, "n", "called")
    for key in "tcg?":
        clerk.keyboard.press(key)
        expect(clerk.get_by_role("dialog")).to_be_visible()
        for width in (320, 1366):
            clerk.set_viewport_size({"width": width, "height": 768})
            assert not sideways(clerk), (key, width)
            assert violations(clerk) == [], (key, width)
        clerk.keyboard.press("s")
        clerk.keyboard.press("Escape")
        expect(clerk.get_by_role("dialog")).to_have_count(0)
    assert state_of(api, token)["state"] == "called"


def test_a_key_pressed_on_an_old_picture_does_nothing_and_says_what_is_so(clerk: Page, api: Client) -> None:
    token = enquire(api)
    press(clerk, "n", "called")

    def overtaken(route: Route) -> None:
        api.post(f"centres/{CENTRE}/counters/E1/start")
        route.continue_()

    clerk.route("**/counters/E1/start", overtaken)
    press(clerk, "s", "serving")
    told = f"{token['label']} is being served already. The key did nothing."
    expect(clerk.get_by_role("alert")).to_have_text(told)
    clerk.keyboard.press("Escape")
    expect(clerk.get_by_role("alert")).to_have_count(0)


def test_nobody_is_missed_too_early_and_who_was_away_gets_the_place_back(clerk: Page, api: Client) -> None:
    called, away = enquire(api), enquire(api)
    press(clerk, "nr", "called")
    expect(clerk.locator(".facts")).to_contain_text("called 2 times")
    clerk.keyboard.press("m")
    expect(clerk.get_by_role("alert")).to_have_text("Not missed yet. Call 1 more time. Wait 5 more minutes.")
    assert state_of(api, called)["state"] == "called"
    api.post(f"centres/{CENTRE}/tokens/{away['id']}/pause")
    expect(clerk.locator("#away")).to_contain_text(away["label"])
    clerk.keyboard.press("i")
    expect(clerk.locator(".line li").first).to_contain_text(away["label"])
    assert state_of(api, away)["state"] == "waiting"


def test_only_a_manager_calls_out_of_order_and_only_with_a_reason(clerk: Page, opened: Opened, api: Client) -> None:
    enquire(api)
    later = enquire(api)
    expect(clerk.locator(".line li")).to_have_count(2)
    clerk.keyboard.press("l")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_role("dialog")).to_contain_text("What is different?")
    api.post(f"centres/{CENTRE}/counters/E2/open")
    manager = opened("manager", "/counter")
    sit(manager, "E2")
    expect(manager.locator(".line li")).to_have_count(2)
    for key in ("l", "ArrowDown", "Enter"):
        manager.keyboard.press(key)
    panel = manager.get_by_role("dialog")
    expect(panel).to_contain_text("The reason stands on the day report.")
    assert violations(manager) == []
    panel.get_by_role("radio", name="Unwell").check()
    manager.keyboard.press("Enter")
    expect(manager.locator(".number")).to_contain_text(later["label"])
    explained = api.get(f"centres/{CENTRE}/explain/{later['label']}").json()["calls"][-1]
    assert (explained["rule"], explained["counter"]) == ("out_of_order", "E2")


def test_a_manager_stops_the_floor_by_holding_a_button_and_lets_it_go_on(clerk: Page, manager: Page) -> None:
    manager.get_by_role("button", name="Pause of the floor…").click()
    stop = manager.get_by_role("button", name="Power cut", exact=True)
    expect(stop).to_be_enabled()
    stop.focus()
    manager.keyboard.down("Enter")
    expect(stop).to_have_attribute("data-held", "true")
    manager.keyboard.up("Enter")
    expect(stop).to_have_attribute("data-held", "false")
    expect(manager.locator("body")).to_have_attribute("data-stopped", "false")
    manager.keyboard.down("Enter")
    expect(manager.locator("body")).to_have_attribute("data-stopped", "true")
    manager.keyboard.up("Enter")
    expect(manager.locator("h1")).to_contain_text("Pause of the floor since")
    expect(manager.locator("h1")).to_contain_text("Power cut")
    assert violations(manager) == []
    expect(clerk.locator(".stopped")).to_contain_text("The floor is stopped.")
    expect(clerk.get_by_role("button", name="Next N")).to_be_disabled()
    clerk.keyboard.press("n")
    expect(clerk.get_by_role("alert")).to_have_text("The floor is stopped. Nobody is called or missed.")
    assert violations(clerk) == []
    go_on = manager.get_by_role("button", name="Go on")
    go_on.hover()
    manager.mouse.down()
    expect(clerk.locator(".stopped")).to_have_count(0)
    manager.mouse.up()
    expect(clerk.get_by_role("button", name="Next N")).to_be_enabled()


def test_a_token_is_given_at_the_desk_and_so_is_one_of_the_paper_pad(clerk: Page, api: Client) -> None:
    lease = api.post(f"centres/{CENTRE}/leases", {"series": "E", "count": 3, "holder": "pad"}).json()
    clerk.keyboard.press("g")
    panel = clerk.get_by_role("dialog")
    panel.get_by_label("Service").select_option("ENQUIRY")
    panel.get_by_label("People").fill("3")
    panel.get_by_role("checkbox", name="wave, don't call").check()
    clerk.keyboard.press("Enter")
    expect(panel).to_contain_text("Please write the number down for them.")
    label = str(panel.locator(".chip").evaluate("chip => chip.firstChild.data"))
    clerk.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    press(clerk, "n", "called")
    expect(clerk.locator(".number")).to_contain_text(f"{label}×3")
    expect(clerk.locator(".facts")).to_contain_text("wave, don't call")
    clerk.keyboard.press("g")
    number = f"E{lease['first']:03d}"
    panel.get_by_label("Service").select_option("ENQUIRY")
    panel.get_by_label("Number of the paper pad").fill(number.lower())
    clerk.keyboard.press("Enter")
    expect(panel.locator(".chip")).to_have_text(number)


APPOINTMENT = "Appointment: its number, or the last 4 characters"


def refusal_of(field: Locator) -> str:
    """Return why the browser does not send a field, empty when it does."""
    return str(field.evaluate("field => field.validationMessage"))


def test_somebody_without_the_number_of_their_appointment_is_found_by_its_end(clerk: Page, api: Client) -> None:
    now = datetime.now(UTC)
    book(api, "DESK2026AB12", "PCC", now)
    book(api, "DESK2026CD34", "PCC", now)
    book(api, "OTHER026CD34", "ENQUIRY", now + timedelta(minutes=2))
    clerk.keyboard.press("g")
    panel = clerk.get_by_role("dialog")
    number = panel.get_by_label(APPOINTMENT)
    number.fill("ab12")
    expect(panel.get_by_role("radio", name="Police clearance certificate")).to_be_checked()
    expect(panel.get_by_label("Service")).to_have_count(0)
    clerk.keyboard.press("Enter")
    expect(panel).to_contain_text("Please write the number down for them.")
    clerk.keyboard.press("Enter")
    [token] = api.snapshot()["tokens"]
    assert token["staff"]["service"] == "PCC"
    assert token["staff"]["slot"] is not None

    clerk.keyboard.press("g")
    number.fill("CD34")
    expect(panel.get_by_role("radio")).to_have_count(2)
    expect(panel.locator("input[name=booking]:checked")).to_have_count(0)
    assert violations(clerk) == []
    number.fill("AB12")
    panel.get_by_role("radio", name="has its token").check()
    clerk.keyboard.press("Enter")
    expect(panel.get_by_role("alert")).to_have_text(f"This appointment has its token: {token['label']}")
    number.fill("zz99")
    expect(panel).to_contain_text("No appointment of today ends in ZZ99.")
    expect(panel.get_by_label("Service")).to_be_visible()
    assert refusal_of(number) == "Please type the whole number."
    number.fill("")
    assert refusal_of(number) == ""


@pytest.mark.provokes("request failed: GET .*/appointments net::ERR_FAILED")
def test_an_appointment_that_was_not_looked_up_yet_is_not_lost(clerk: Page, api: Client) -> None:
    """The key Enter is faster than the answer, which then does not come at all."""
    asked: list[Route] = []
    clerk.route("**/appointments?*", lambda route: asked.append(route))
    clerk.keyboard.press("g")
    panel = clerk.get_by_role("dialog")
    number = panel.get_by_label(APPOINTMENT)
    number.fill("ab12")
    clerk.keyboard.press("Enter")
    assert refusal_of(number) == "Please type the whole number."
    asked[0].abort()
    expect(panel).to_contain_text("No answer. Please type the last character again.")
    assert refusal_of(number) == "Please type the whole number."
    assert api.snapshot()["tokens"] == []


def test_a_whole_number_is_never_mistaken_for_another_of_the_same_end(clerk: Page, api: Client) -> None:
    book(api, "DESK2026GH78", "PCC", datetime.now(UTC))
    book(api, "OTHER026GH78", "ENQUIRY", datetime.now(UTC) + timedelta(days=3))
    clerk.keyboard.press("g")
    panel = clerk.get_by_role("dialog")
    panel.get_by_label(APPOINTMENT).fill("OTHER026GH78")
    clerk.keyboard.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("The appointment is on ")
    assert api.snapshot()["tokens"] == []


def fits(page: Page) -> bool:
    """Whether a page has room on a phone: nothing of it lies outside."""
    page.set_viewport_size({"width": 320, "height": 640})
    beyond = sideways(page)
    page.set_viewport_size(SIZE)
    return not beyond


def found(panel: Locator) -> Locator:
    """What a panel says that it has found."""
    return panel.get_by_role("status")


def test_an_appointment_is_given_to_the_token_that_is_here_by_keys_alone(clerk: Page, api: Client) -> None:
    book(api, "LATE2026KL90", "ENQUIRY", datetime.now(UTC))
    book(api, "ELSE2026KL90", "PCC", datetime.now(UTC))
    token = enquire(api)
    press(clerk, "na", "called")
    panel = clerk.get_by_role("dialog")
    expect(panel.get_by_label(APPOINTMENT)).to_be_focused()
    clerk.keyboard.type("late 2026/kl90", delay=120)
    clerk.keyboard.press("Enter")
    expect(found(panel)).to_contain_text("Enquiry · Series E")
    expect(found(panel).locator("p")).to_have_count(1)
    assert violations(clerk) == []
    assert fits(clerk)
    assert state_of(api, token)["staff"]["slot"] is None
    expect(panel.get_by_role("button", name="Give this appointment")).to_be_focused()
    clerk.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    after = state_of(api, token)
    assert (after["label"], after["staff"]["slot"] is None) == (token["label"], False)
    expect(clerk.locator(".facts")).to_contain_text("appointment")
    expect(clerk.locator("#acts li").first).to_contain_text(f"Appointment given {token['label']}")
    clerk.keyboard.press("u")
    expect(clerk.locator(".facts")).not_to_contain_text("appointment")


def test_an_appointment_with_a_token_is_told_with_its_label_and_given_to_nobody_else(clerk: Page, api: Client) -> None:
    book(api, "USED2026MN12", "ENQUIRY", datetime.now(UTC))
    owner = api.post(f"centres/{CENTRE}/tokens", {"appointment": "USED2026MN12"}).json()["token"]
    waiting = enquire(api)
    clerk.locator(".line .row").filter(has_text=waiting["label"]).click()
    panel = clerk.get_by_role("dialog")
    panel.get_by_role("button", name="They have an appointment").click()
    panel.get_by_label(APPOINTMENT).fill("mn12")
    clerk.keyboard.press("Enter")
    expect(panel.get_by_role("radio", name=f"has its token: {owner['label']}")).to_be_visible()
    expect(panel.get_by_role("button", name="Give this appointment")).to_have_count(0)
    panel.get_by_role("button", name="Type another number").click()
    panel.get_by_label(APPOINTMENT).fill("NOBODY-MN12")
    clerk.keyboard.press("Enter")
    expect(found(panel)).to_have_text("It is not on the list of today.")
    clerk.keyboard.press("Enter")
    not_known = "This appointment is not known here. Please compare it with the letter."
    expect(panel.get_by_role("alert")).to_have_text(not_known)
    assert state_of(api, waiting)["staff"]["slot"] is None


def test_an_appointment_that_was_imported_later_is_shown_with_its_token_and_changes_nothing(
    clerk: Page, api: Client
) -> None:
    token = enquire(api, claim="AFTER-2026-OP34")
    press(clerk, "n", "called")
    book(api, "AFTER2026OP34", "ENQUIRY", datetime.now(UTC))
    claimed = clerk.locator(".claimed")
    expect(claimed).to_contain_text("Their appointment is there now:")
    assert violations(clerk) == []
    assert fits(clerk)
    assert state_of(api, token)["staff"]["slot"] is None
    clerk.keyboard.press("a")
    panel = clerk.get_by_role("dialog")
    expect(panel).to_contain_text("They showed it before it was on the list.")
    expect(panel.get_by_role("radio")).to_be_checked()
    clerk.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    expect(claimed).to_have_count(0)
    assert state_of(api, token)["staff"]["slot"] is not None


def test_a_manager_is_told_how_many_bookings_are_to_be_imported_again(
    demo: DemoProcess, opened: Opened, api: Client
) -> None:
    expect(opened("manager", "/manager").locator("#old-bookings")).to_have_count(0)
    book(api, "OLD2026QR56", "PCC", datetime.now(UTC))
    number = keep_bookings_as_before(demo)
    page = opened("manager", "/manager")
    words = f"{number} booking: import again" if number == 1 else f"{number} bookings: import again"
    expect(page.locator("#old-bookings")).to_have_text(words)
    assert violations(page) == []


def test_two_tokens_of_one_person_become_one_by_keys_alone(clerk: Page, api: Client) -> None:
    first, second = enquire(api), enquire(api, need="senior")
    press(clerk, "nj", "called")
    panel = clerk.get_by_role("dialog")
    stays, ends = (second, first) if second["label"] in clerk.locator(".number").inner_text() else (first, second)
    expect(panel.get_by_label("The other token")).to_be_focused()
    clerk.keyboard.type("zz 9", delay=120)
    clerk.keyboard.press("Enter")
    expect(found(panel)).to_have_text("No other token ZZ9 is here.")
    panel.get_by_label("The other token").fill(ends["label"].lower())
    clerk.keyboard.press("Enter")
    expect(found(panel)).to_contain_text(f"{stays['label']} stays, {ends['label']} ends.")
    expect(found(panel)).to_contain_text("Series F stays.")
    assert violations(clerk) == []
    assert fits(clerk)
    expect(panel.get_by_role("button", name="Merge")).to_be_focused()
    clerk.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    assert (state_of(api, ends)["state"], state_of(api, stays)["staff"]["klass"]) == ("cancelled", "F")
    row = clerk.locator(".line .row").filter(has_text=ends["label"])
    expect(row).to_have_count(0)
    clerk.keyboard.press("u")
    expect(row).to_be_visible()
    assert state_of(api, ends)["state"] == "waiting"


def test_a_wrong_service_is_changed_and_the_number_stays(clerk: Page, api: Client) -> None:
    token = enquire(api)
    press(clerk, "nc", "called")
    panel = clerk.get_by_role("dialog")
    panel.get_by_label("Language").select_option("mr")
    panel.get_by_label("Service").select_option("PCC")
    clerk.keyboard.press("Enter")
    expect(panel).to_have_count(0)
    expect(clerk.locator("body")).to_have_attribute("data-state", "open")
    after = state_of(api, token)
    assert (after["label"], after["stage"]) == (token["label"], "G")
    assert (after["staff"]["service"], after["staff"]["language"]) == ("PCC", "mr")


def test_a_family_is_served_by_neighbours_together(clerk: Page, opened: Opened, api: Client) -> None:
    api.post(f"centres/{CENTRE}/counters/E2/open")
    token = enquire(api, party=2)
    press(clerk, "n", "called")
    expect(clerk.locator(".token")).to_contain_text("together with E2")
    helper = opened("manager", "/counter")
    helper.locator(".seats button").filter(has_text="E2").click()
    expect(helper.locator(".token")).to_contain_text("You help E1 with this party.")
    helper.keyboard.press("h")
    expect(helper.get_by_role("alert")).to_have_text("The counter that called this party does that.")
    press(clerk, "s", "serving")
    press(helper, "d", "open")
    assert state_of(api, token)["state"] == "serving"


def test_a_manager_moves_a_token_from_a_dead_counter_and_explains_it(manager: Page, api: Client) -> None:
    token = enquire(api)
    api.post(f"centres/{CENTRE}/counters/E2/open")
    api.post(f"centres/{CENTRE}/counters/E1/call-next")
    manager.locator("[data-stage=E]").click()
    levers = manager.locator(".levers")
    levers.get_by_label(f"Move {token['label']} to …").select_option("E2")
    levers.get_by_role("button", name=f"{token['label']} → E2").click()
    expect(levers.locator("li").nth(1)).to_contain_text(token["label"])
    assert state_of(api, token)["counter"] == "E2"
    manager.get_by_label("Number of the token").fill(token["label"].lower())
    manager.keyboard.press("Enter")
    panel = manager.get_by_role("dialog")
    expect(panel.locator("ol li")).to_have_count(2)
    expect(panel).to_contain_text("goes on at another counter")
    assert violations(manager) == []
    manager.keyboard.press("Escape")
    manager.get_by_role("button", name=f"Undo: move {token['label']} back to E1").click()
    expect(levers.locator("li").first).to_contain_text(token["label"])
    manager.get_by_label("Number of the token").fill("N999")
    manager.keyboard.press("Enter")
    expect(manager.get_by_role("alert")).to_have_text("No token N999 today.")


def test_a_slip_is_printed_again_at_the_desk_for_a_reason_alone(clerk: Page, api: Client) -> None:
    given = api.post(f"centres/{CENTRE}/tokens", {"service": "ENQUIRY", "print_at": "printer-k1"}).json()["token"]
    await_slip(api, given["id"], 0)
    clerk.locator(".line .row").filter(has_text=given["label"]).click()
    clerk.get_by_role("button", name="Print the slip again").click()
    panel = clerk.get_by_role("dialog")
    assert violations(clerk) == []
    panel.get_by_role("button", name="Print").click()
    expect(panel).to_be_visible()
    panel.get_by_label("Reason").fill("it was torn")
    panel.get_by_role("button", name="Print").click()
    expect(panel).to_have_count(0)
    expect(clerk.get_by_role("alert")).to_have_text("The slip is being printed.")
    await_slip(api, given["id"], 1)


def await_slip(api: Client, token: str, copy: int) -> None:
    """Wait until a copy of a slip is out."""
    deadline = time.monotonic() + 15
    out = {"state": "printed", "copy": copy, "detail": "ready"}
    while (now := api.get(f"centres/{CENTRE}/tokens/{token}").json()["print"]) != out:
        assert time.monotonic() < deadline, now
        time.sleep(0.2)
