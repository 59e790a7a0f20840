"""Take a picture of every surface in its states: `python -m tests.browser.screenshots [FOLDER]`."""

import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import FLAGS, pair, signed_in
from tests.factories import CENTRE
from tests.processes import Client, DemoProcess

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
CENTRE_AT = f"centres/{CENTRE}"
LONGEST = 900
SETTLE_MS = 900
STALE_MS = 12_000


class Studio:
    """A browser, a demo, and the folder the pictures go to."""

    def __init__(self, browser: Browser, demo: DemoProcess, folder: Path) -> None:
        self.browser, self.demo, self.folder = browser, demo, folder
        self.api = Client(demo.url, demo.facts["keys"]["manager"])

    def page(self, width: int, height: int, *, key: str | None = None, lang: str = "en") -> Page:
        """Return a page of a size, paired with a key."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale=lang)
        page = context.new_page()
        if key:
            pair(page, self.demo.url, self.demo.facts["keys"][key])
        return page

    def keep(self, page: Page, name: str, *, wait_ms: int = SETTLE_MS) -> None:
        """Keep what a page shows as a small picture."""
        page.wait_for_timeout(wait_ms)
        self.keep_image(page.screenshot(), name)

    def keep_image(self, data: bytes, name: str) -> None:
        """Keep a picture, not larger than a README needs."""
        picture = Image.open(BytesIO(data)).convert("RGB")
        picture.thumbnail((LONGEST, LONGEST))
        picture.quantize(200).save(self.folder / f"{name}.png", optimize=True)
        print(name)

    def call(self, counter: str) -> None:
        """Open a counter and call."""
        self.api.post(f"centres/{CENTRE}/counters/{counter}/open")
        self.api.post(f"centres/{CENTRE}/counters/{counter}/call-next")


def kiosk(studio: Studio) -> None:
    page = studio.page(1080, 1920, key="kiosk")
    studio.keep(page, "kiosk-language")
    page.locator(".tile[lang=hi]").click()
    studio.keep(page, "kiosk-service")
    page.locator(".choice").first.click()
    studio.keep(page, "kiosk-need")
    page.locator(".choice").first.click()
    page.locator(".slip.printed").wait_for()
    studio.keep(page, "kiosk-token", wait_ms=2000)
    studio.keep_image(httpx.get(f"{studio.demo.url}/demo/printer/printer-k1/paper.png").content, "slip")
    page.get_by_role("button", name="पूरा हुआ").click()
    set_fault(studio, "reset_mid_job")
    for _ in range(3):
        page.locator(".choice").first.click()
    page.locator(".slip.lost").wait_for()
    studio.keep(page, "kiosk-slip-lost")
    set_fault(studio, "none")
    paper = studio.page(1366, 900)
    paper.goto(f"{studio.demo.url}/demo/printer")
    studio.keep(paper, "paper", wait_ms=2000)


def set_fault(studio: Studio, fault: str) -> None:
    httpx.post(f"{studio.demo.url}/demo/printer/printer-k1/fault", json={"fault": fault})


def console(studio: Studio) -> None:
    studio.api.issue("PCC", need="senior", access=["hearing", "wheelchair"], language="mr", then=["ENQUIRY"])
    for number in range(12):
        need = "senior" if number % 5 == 2 else None
        access = ["hearing", "escort"] if number % 4 == 1 else []
        party = 5 if number == 0 else 1
        studio.api.issue(("NORMAL", "TATKAAL", "PCC")[number % 3], need=need, access=access, party=party)
    page = signed_in(studio.browser, studio.demo, "counter")
    studio.keep(page, "console-picker")
    page.locator(".seats button").filter(has_text="G6").click()
    page.locator("body[data-state=closed]").wait_for()
    page.keyboard.press("o")
    studio.keep(page, "console-idle")
    page.keyboard.press("n")
    studio.keep(page, "console-called")
    page.keyboard.press("m")
    studio.keep(page, "console-refusal")
    page.keyboard.press("s")
    console_panels(studio, page)
    console_right(studio, page)
    page.emulate_media(color_scheme="dark")
    studio.keep(page, "console-serving-dark")


def console_panels(studio: Studio, page: Page) -> None:
    """What the console asks before it acts."""
    page.locator("body[data-state=serving]").wait_for()
    for counter in ("B1", "B2", "B5", "B7"):
        studio.api.post(f"centres/{CENTRE}/counters/{counter}/open")
    page.keyboard.press("t")
    page.get_by_role("radio", name="B Verification").check()
    page.get_by_role("checkbox", name="and back here").check()
    studio.keep(page, "console-transfer")
    for key, name in (("c", "console-correct"), ("g", "console-give"), ("?", "console-keys")):
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        page.keyboard.press(key)
        studio.keep(page, name)
    page.keyboard.press("Escape")


def console_right(studio: Studio, page: Page) -> None:
    """Somebody on hold, some away, an emergency, actions to undo; then the floor is stopped."""
    page.keyboard.press("h")
    page.locator("#held").wait_for()
    waiting = [token["id"] for token in studio.api.snapshot()["tokens"] if token["state"] == "waiting"]
    for token in waiting[3:6]:
        studio.api.post(f"{CENTRE_AT}/tokens/{token}/pause")
    studio.api.post(f"{CENTRE_AT}/tokens/{waiting[7]}/remark", {"emergency": True})
    page.keyboard.press("n")
    page.keyboard.press("s")
    studio.keep(page, "console-hold")
    studio.api.post(f"{CENTRE_AT}/notice", {"kind": "pause", "cause": "power", "on": True})
    page.get_by_role("button", name="हिन्दी").click()
    studio.keep(page, "console-stopped-hindi")
    page.get_by_role("button", name="English").click()
    studio.api.post(f"{CENTRE_AT}/notice", {"kind": "pause", "on": False})
    page.locator(".stopped").wait_for(state="detached")


def board(studio: Studio) -> None:
    page = studio.page(1920, 1080, key="display")
    page.goto(f"{studio.demo.url}/display/PSK-DEMO/board-x")
    studio.keep(page, "board-empty")
    page.goto(f"{studio.demo.url}/display/PSK-DEMO/board-g")
    for number in (1, 2, 3):
        studio.call(f"G{number}")
    studio.keep(page, "board-calls", wait_ms=3000)
    studio.call("G4")
    studio.call("G5")
    studio.keep(page, "board-burst", wait_ms=3000)


def phone(studio: Studio) -> None:
    issued = studio.api.issue("ENQUIRY", language="hi").json()
    page = studio.page(320, 640, lang="hi")
    page.goto(issued["status_url"])
    studio.keep(page, "phone-waiting")
    studio.call("E1")
    studio.keep(page, "phone-called", wait_ms=7000)
    for verb in ("start", "finish"):
        studio.api.post(f"centres/{CENTRE}/counters/E1/{verb}")
    studio.keep(page, "phone-ended", wait_ms=6000)
    waiting = studio.api.issue(language="hi").json()
    page.goto(waiting["status_url"])
    studio.keep(page, "phone-journey")


def manager(studio: Studio) -> None:
    page = signed_in(studio.browser, studio.demo, "manager")
    studio.keep(page, "manager-floor", wait_ms=2500)
    page.keyboard.press("t")
    studio.keep(page, "manager-table")
    page.keyboard.press("t")
    steering(studio, page)


def steering(studio: Studio, page: Page) -> None:
    """The levers of a stage, why a token was called, and the whole floor stopped."""
    page.locator("[data-stage=G]").click()
    studio.keep(page, "manager-levers")
    page.get_by_label("Number of the token").fill("N001")
    page.keyboard.press("Enter")
    studio.keep(page, "manager-explain")
    page.keyboard.press("Escape")
    page.locator("[data-stage=G]").click()
    page.get_by_role("button", name="Emergency…").click()
    studio.keep(page, "manager-emergency-choice")
    page.get_by_role("button", name="Evacuation").focus()
    page.keyboard.down("Enter")
    page.locator(".emergency[open]").wait_for()
    page.keyboard.up("Enter")
    studio.keep(page, "manager-emergency")
    page.get_by_role("button", name="The emergency is over").focus()
    page.keyboard.down("Enter")
    page.locator(".emergency[open]").wait_for(state="detached")
    page.keyboard.up("Enter")
    studio.keep(page, "manager-stopped")
    studio.api.post(f"{CENTRE_AT}/notice", {"kind": "pause", "on": False})


def stale(studio: Studio) -> None:
    """Stop the server and look at what every screen says then."""
    shown = studio.page(1920, 1080, key="display")
    shown.goto(f"{studio.demo.url}/display/PSK-DEMO/board-g")
    desk = signed_in(studio.browser, studio.demo, "counter")
    desk.locator(".seats button").filter(has_text="G6").click()
    citizen = studio.page(320, 640, lang="hi")
    citizen.goto(studio.api.issue(language="hi").json()["status_url"])
    shown.wait_for_timeout(2500)
    studio.demo.kill()
    studio.keep(shown, "board-stale", wait_ms=STALE_MS)
    studio.keep(desk, "console-offline")
    studio.keep(citizen, "phone-lost", wait_ms=STALE_MS)


def simulated_manager(studio: Studio) -> None:
    """Two granting officers absent on a simulated floor."""
    page = signed_in(studio.browser, studio.demo, "manager")
    page.get_by_role("switch").wait_for()
    studio.keep(page, "manager-on-time", wait_ms=15_000)
    page.get_by_role("switch").click()
    page.locator(".stage.jam[data-stage=C]").wait_for(timeout=120_000)
    page.wait_for_timeout(15_000)
    studio.keep(page, "manager-officers-absent")
    page.emulate_media(color_scheme="dark")
    page.get_by_role("button", name="हिन्दी").click()
    studio.keep(page, "manager-dark-hindi")


def morning(studio: Studio) -> None:
    page = signed_in(studio.browser, studio.demo, "manager")
    studio.keep(page, "manager-morning", wait_ms=2000)


def shoot(browser: Browser, folder: Path, scenes: list[Callable[[Studio], None]], *options: str) -> None:
    with tempfile.TemporaryDirectory() as data, DemoProcess(Path(data), *options) as demo:
        studio = Studio(browser, demo, folder)
        for scene in scenes:
            scene(studio)
        studio.api.http.close()


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        shoot(browser, folder, [morning, kiosk, console, board, phone, manager, stale])
        shoot(browser, folder, [simulated_manager], "--speed", "45")
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
