"""The kiosk: three touches or three keys to a token, and nothing of the citizen stays."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import pair, violations
from tests.browser.engine import book, change_policy, serve
from tests.factories import CENTRE
from tests.processes import BAARI, Client, DemoProcess

SIZES = [(1080, 1920), (320, 640), (768, 1366), (1366, 768), (1920, 1080)]


@pytest.fixture
def kiosk(page: Page, demo: DemoProcess) -> Page:
    """Return K1's screen, paired."""
    page.set_viewport_size({"width": 1080, "height": 1920})
    pair(page, demo.url, demo.facts["keys"]["kiosk"])
    expect(page.locator("main")).to_have_attribute("data-step", "language")
    return page


@pytest.fixture(scope="module")
def api(demo: DemoProcess) -> Iterator[Client]:
    client = Client(demo.url, demo.facts["keys"]["manager"])
    yield client
    client.http.close()


def step(page: Page) -> str | None:
    return page.locator("main").get_attribute("data-step")


def take_token(kiosk: Page) -> str:
    """Touch three times; returns the number shown."""
    kiosk.get_by_role("button", name="English").click()
    kiosk.get_by_role("button", name="Police clearance certificate").click()
    kiosk.get_by_role("button", name="No 1").or_(kiosk.get_by_role("button", name="No", exact=True)).click()
    number = kiosk.locator(".number .chip")
    expect(number).to_be_visible()
    return number.inner_text()


def test_three_touches_give_a_token_with_people_ahead_wait_and_qr(kiosk: Page, api: Client) -> None:
    serve(api, "G1")
    label = take_token(kiosk)
    assert label.startswith("P")
    expect(kiosk.locator(".ahead")).to_contain_text("You are next")
    assert label in [token["label"] for token in api.snapshot()["tokens"]]


def test_the_qr_code_on_the_screen_leads_to_the_citizens_own_page(kiosk: Page, demo: DemoProcess) -> None:
    kiosk.emulate_media(reduced_motion="reduce")  # the slip that slides down would cover the code
    label = take_token(kiosk)
    expect(kiosk.locator(".qr")).not_to_have_js_property("naturalWidth", 0)
    shot = kiosk.locator(".qr").screenshot()
    image = cv2.imdecode(np.frombuffer(shot, np.uint8), cv2.IMREAD_GRAYSCALE)
    address, _, _ = cv2.QRCodeDetector().detectAndDecode(image)
    assert address.startswith(f"{demo.url}/t/")
    kiosk.goto(address)
    expect(kiosk.locator("body")).to_contain_text(label)


def test_the_keys_of_a_keypad_do_what_touch_does(kiosk: Page) -> None:
    for key, expected in (("2", "service"), ("1", "need"), ("1", "result")):
        kiosk.keyboard.press(key)
        expect(kiosk.locator("main")).to_have_attribute("data-step", expected)
    expect(kiosk.locator("h1")).to_be_focused()
    kiosk.keyboard.press("Tab")
    expect(kiosk.get_by_role("button", name="Finish")).to_be_focused()
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator("main")).to_have_attribute("data-step", "language")


def test_one_scan_gives_a_booked_citizen_their_token(kiosk: Page, api: Client) -> None:
    book(api, "ARN-26-000017", "NORMAL", datetime.now(UTC))
    kiosk.keyboard.type("ARN-26-000017")
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator(".number .chip")).to_contain_text("N")


def test_the_reference_of_an_appointment_can_be_typed(kiosk: Page, api: Client) -> None:
    book(api, "ARN-26-000018", "NORMAL", datetime.now(UTC))
    kiosk.locator(".booked").click()
    expect(kiosk.locator(".reference")).to_be_focused()
    kiosk.keyboard.type("arn26000018")
    expect(kiosk.locator(".reference")).to_have_value("ARN26000018")
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator("main")).to_have_attribute("data-step", "need")
    kiosk.keyboard.press("1")
    expect(kiosk.locator(".number .chip")).to_contain_text("N")


@contextmanager
def booked_as(demo: DemoProcess, how: str) -> Iterator[None]:
    """Let all services be booked otherwise for a while."""
    services = ("NORMAL", "TATKAAL", "PCC")
    change_policy(demo, "bookings", **{code: {"booked": how} for code in services})
    yield
    change_policy(demo, "bookings", **{code: {"booked": "listed"} for code in services})


def test_where_nothing_is_booked_there_is_no_door_for_appointments(kiosk: Page, demo: DemoProcess) -> None:
    with booked_as(demo, "none"):
        kiosk.reload()
    expect(kiosk.locator(".tile")).to_have_count(3)
    expect(kiosk.locator(".booked")).to_have_count(0)
    kiosk.get_by_role("button", name="English").click()
    expect(kiosk.get_by_role("button", name="Enquiry")).to_be_visible()
    expect(kiosk.locator(".booked")).to_have_count(0)


def test_back_leads_through_the_questions_in_order(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="English").click()
    kiosk.locator(".booked").click()
    kiosk.get_by_role("button", name="Back").click()
    assert step(kiosk) == "service"
    kiosk.get_by_role("button", name="Back").click()
    assert step(kiosk) == "language"


def test_each_language_is_offered_by_its_own_name_and_the_appointment_in_two(kiosk: Page) -> None:
    expect(kiosk.locator(".tile b")).to_have_text(["हिन्दी", "English", "मराठी"])
    expect(kiosk.locator(".booked b")).to_have_text(["I have an appointment – scan", "अपॉइंटमेंट है – स्कैन करें"])


def test_the_whole_screen_speaks_the_chosen_language(kiosk: Page) -> None:
    kiosk.locator(".tile[lang=mr]").click()
    expect(kiosk.locator("h1")).to_have_text("आपण कोणत्या कामासाठी आला आहात?")
    assert kiosk.locator("html").get_attribute("lang") == "mr"


def test_an_idle_screen_warns_and_then_forgets_the_citizen(kiosk: Page) -> None:
    kiosk.clock.install()
    kiosk.reload()
    kiosk.get_by_role("button", name="English").click()
    kiosk.clock.fast_forward(50_000)
    expect(kiosk.get_by_role("alertdialog")).to_contain_text("Are you still there?")
    kiosk.get_by_role("button", name="More time").click()
    expect(kiosk.get_by_role("alertdialog")).to_have_count(0)
    kiosk.clock.fast_forward(61_000)
    expect(kiosk.locator("main")).to_have_attribute("data-step", "language")
    assert kiosk.locator("html").get_attribute("lang") == "hi"


@pytest.mark.provokes("request failed: POST .*/tokens net::ERR_FAILED")
def test_a_lost_answer_is_asked_for_again_and_gives_one_token(kiosk: Page, demo: DemoProcess) -> None:
    kiosk.route("**/tokens", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    kiosk.get_by_role("button", name="English").click()
    kiosk.locator(".choice").first.click()
    kiosk.get_by_role("button", name="Disability").click()
    expect(kiosk.locator("h1")).to_have_text("The token did not come")
    assert violations(kiosk) == []
    kiosk.unroute("**/tokens")
    kiosk.get_by_role("button", name="Try again").click()
    expect(kiosk.locator(".number .chip")).to_be_visible()


def test_a_slip_sent_to_a_printer_that_never_acknowledges_is_there_to_be_taken(kiosk: Page, demo: DemoProcess) -> None:
    printer = ("--device", "printer-k1", "--host", "127.0.0.1", "--port", str(demo.facts["printer"]["port"]))
    environment = {"BAARI_DATABASE_URL": demo.database_url, "BAARI_DATA_DIR": str(demo.data_dir)}
    for profile, state in (("generic-80", "sent"), ("epson-tm-t20", "printed")):
        words = [BAARI, "printer", "set", *printer, "--profile", profile]
        subprocess.run(words, env={**os.environ, **environment}, check=True, capture_output=True)
        take_token(kiosk)
        expect(kiosk.locator(f".slip.{state}")).to_have_text("Take your slip.", timeout=15_000)
        expect(kiosk.locator(".paper .chip")).to_be_attached()
        kiosk.get_by_role("button", name="Finish").click()


@contextmanager
def printer_of(demo: DemoProcess, fault: str) -> Iterator[None]:
    """Let the printer beside the kiosk have a fault for a while."""
    address = f"{demo.url}/demo/printer/printer-k1/fault"
    httpx.post(address, json={"fault": fault}).raise_for_status()
    try:
        yield
    finally:
        httpx.post(address, json={"fault": "none"}).raise_for_status()


def papers(demo: DemoProcess) -> int:
    return int(httpx.get(f"{demo.url}/demo/printer/state").json()["printer-k1"]["count"])


def show_slip(kiosk: Page, secret: str) -> None:
    """Scan the code of a slip, with a claim as on paper."""
    claim = "AQEu_pSwAaIeXRA3cn-Si8x4lpL2EiZk__7pdDl4UThOEGh4w3GX.N001.N.PASSPORT-OF-A-MIN~a1b2c3"
    kiosk.keyboard.type(f"https://centre.example/t/{secret}.{claim}", delay=0)
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator("main")).to_have_attribute("data-step", "shown")


def secret_on(kiosk: Page) -> str:
    return str(kiosk.locator(".qr").get_attribute("src")).split("t=")[1]


def test_a_slip_that_does_not_come_is_taken_back_in_words_and_printed_when_it_is_asked_for(
    kiosk: Page, demo: DemoProcess
) -> None:
    kiosk.emulate_media(reduced_motion="reduce")
    kiosk.clock.install()
    kiosk.reload()
    before = papers(demo)
    with printer_of(demo, "paper_out"):
        label = take_token(kiosk)
        expect(kiosk.locator(".slip")).to_have_text("Your slip is being printed.")
        expect(kiosk.get_by_role("button", name="Finish without the slip")).to_be_visible()
        kiosk.clock.fast_forward(26_000)
        expect(kiosk.locator(".slip.lost")).to_have_text(
            f"The slip did not come out. {label} is yours. Take a photo or write it down."
        )
        assert violations(kiosk) == []
        secret = secret_on(kiosk)
        kiosk.get_by_role("button", name="Finish", exact=True).click()
        expect(kiosk.locator("main")).to_have_attribute("data-step", "language")
    kiosk.clock.run_for(3000)
    assert papers(demo) == before, "a slip came out for nobody"
    show_slip(kiosk, secret)
    kiosk.get_by_role("button", name="Print the slip").click()
    expect(kiosk.locator(".slip")).to_have_text("Take your slip.", timeout=15_000)
    assert papers(demo) == before + 1
    fits(kiosk)


def test_whoever_goes_without_the_slip_takes_it_back(kiosk: Page, demo: DemoProcess, api: Client) -> None:
    with printer_of(demo, "paper_out"):
        label = take_token(kiosk)
        token = next(each["id"] for each in api.snapshot()["tokens"] if each["label"] == label)
        expect(kiosk.locator(".slip")).to_have_text("Your slip is being printed.")
        with kiosk.expect_response("**/slips/withdraw"):
            kiosk.get_by_role("button", name="Finish without the slip").click()
        expect(kiosk.locator("main")).to_have_attribute("data-step", "language")
        # A try that is under way ends first, while the printer still has no paper.
        while (state := api.get(f"centres/{CENTRE}/tokens/{token}").json()["print"]["state"]) == "printing":
            kiosk.wait_for_timeout(200)
    assert state in ("withdrawn", "rejected")


def test_somebody_prints_three_duplicates_and_is_led_to_the_staff_for_more(kiosk: Page, demo: DemoProcess) -> None:
    take_token(kiosk)
    expect(kiosk.locator(".slip")).to_have_text("Take your slip.", timeout=15_000)
    secret = secret_on(kiosk)
    for _ in range(3):
        show_slip(kiosk, secret)
        kiosk.get_by_role("button", name="Print the slip").click()
        expect(kiosk.locator(".slip")).to_have_text("Take your slip.", timeout=15_000)
    show_slip(kiosk, secret)
    kiosk.get_by_role("button", name="Print the slip").click()
    expect(kiosk.locator("h1")).to_have_text("This slip was printed again 3 times")
    expect(kiosk.locator("main")).to_contain_text("For another one, please ask the staff.")
    fits(kiosk)


def fits(kiosk: Page) -> None:
    assert violations(kiosk) == []
    for width, height in SIZES:
        kiosk.set_viewport_size({"width": width, "height": height})
        assert kiosk.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (width, height)


def test_no_screen_has_an_accessibility_violation_or_scrolls_sideways(kiosk: Page) -> None:
    for width, height in SIZES:
        kiosk.set_viewport_size({"width": width, "height": height})
        for press in (None, "1", "2", "1"):
            if press:
                before = step(kiosk)
                kiosk.keyboard.press(press)
                expect(kiosk.locator("main")).not_to_have_attribute("data-step", before or "")
                expect(kiosk.locator("main")).not_to_have_attribute("data-step", "busy")
            assert violations(kiosk) == [], (width, step(kiosk))
            assert kiosk.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
                width,
                step(kiosk),
            )
        kiosk.get_by_role("button", name="पूरा हुआ").click()


def test_contrast_and_low_mode_are_on_every_screen(kiosk: Page) -> None:
    kiosk.get_by_role("button", name="कंट्रास्ट").click()
    kiosk.get_by_role("button", name="नीचे लाएँ").click()
    expect(kiosk.locator("body")).to_have_class("kiosk night low")
    assert violations(kiosk) == []


def test_an_unpaired_screen_says_so_in_words(page: Page, demo: DemoProcess) -> None:
    answer = page.goto(f"{demo.url}/kiosk/PSK-DEMO/K2")
    assert answer is not None
    assert answer.status == 200
    expect(page.locator("h1")).to_contain_text("This screen is not paired yet.")
    assert violations(page) == []
