"""Take a picture of what the queue engine tells citizens: `python -m tests.browser.screenshots_citizen [FOLDER]`."""

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS
from tests.browser.engine import AT_ONCE, all_days_but_today, change_policy, end_notices, scan, serve
from tests.browser.screenshots import FOLDER, Studio, shoot
from tests.factories import CENTRE

SLIP_PX = 1040


def phones(studio: Studio) -> None:
    """One citizen: passed, out for a while, missed, and with a return slip; and a family that is called."""
    change_policy(studio.demo, "missed", **AT_ONCE)
    api = studio.api
    mine = api.issue(language="hi").json()["status_url"]
    family = api.issue(party=3, then=["ENQUIRY"], language="en").json()["status_url"]
    api.issue(need="senior")
    serve(api, "G1", "call-next", "start", "finish")
    page = phone(studio, mine, "hi")
    studio.keep(page, "phone-passed")
    page.locator("[data-name=pause]").click()
    studio.keep(page, "phone-paused")
    page.locator("[data-name=ask]").click()
    studio.keep(page, "phone-leave")
    page.locator("[data-name=stay]").click()
    page.locator("[data-name=return]").click()
    serve(api, "G1", "call-next", "miss")
    page.reload()
    studio.keep(page, "phone-missed")
    page.locator("[data-name=return]").click()
    for counter in ("G2", "G3"):
        serve(api, counter)
    serve(api, "G1", "call-next", "start")
    api.post(f"centres/{CENTRE}/counters/G1/finish", {"outcome": "refused"})
    page.reload()
    studio.keep(page, "phone-return")
    serve(api, "G1", "call-next")
    studio.keep(phone(studio, family, "en"), "phone-family")


def phone(studio: Studio, address: str, lang: str) -> Page:
    page = studio.page(320, 640, lang=lang)
    page.goto(address)
    return page


def boards(studio: Studio) -> None:
    """A family, and a call taken back."""
    page = studio.page(1920, 1080, key="display")
    page.goto(f"{studio.demo.url}/display/PSK-DEMO/board-e")
    page.locator("body[data-state=empty]").wait_for()
    for party in (1, 2):
        studio.api.issue("ENQUIRY", party=party)
    serve(studio.api, "E1", "call-next")
    page.locator(".call").wait_for()
    serve(studio.api, "E1", "undo")
    studio.keep(page, "board-undone")
    serve(studio.api, "E1", "call-next", "start", "finish")
    serve(studio.api, "E2")
    serve(studio.api, "E1", "call-next")
    studio.keep(page, "board-family", wait_ms=3000)
    serve(studio.api, "E1", "start", "finish")


def kiosks(studio: Studio) -> None:
    """A slip that is shown again, a closed centre, and the slip of a family."""
    page = studio.page(1080, 1920, key="kiosk")
    page.locator(".tile").first.wait_for()
    address = studio.api.issue("ENQUIRY", language="hi").json()["status_url"]
    serve(studio.api, "E1", "call-next", "miss")
    scan(page, address)
    page.locator(".shown .ahead").wait_for()
    studio.keep(page, "kiosk-slip-back")
    page.get_by_role("button", name="पूरा हुआ").click()
    keep_slip(studio, party=5, then=["ENQUIRY"], language="hi", print_at="printer-k1")
    change_policy(studio.demo, "hours", days=all_days_but_today(), tokens=["09:30", "16:00"])
    page.locator(".tile[lang=hi]").click()
    for _ in range(2):
        page.locator(".choice").first.click()
    page.locator(".refused h1").wait_for()
    studio.keep(page, "kiosk-closed")


def emergencies(studio: Studio) -> None:
    """Leave the building, in every language, on a board, a kiosk and a phone; then the pause that is left."""
    address = studio.api.issue().json()["status_url"]
    board = studio.page(1920, 1080, key="display")
    board.goto(f"{studio.demo.url}/display/PSK-DEMO/board-g")
    pages = {"board": board, "kiosk": studio.page(1080, 1920, key="kiosk"), "phone": phone(studio, address, "en")}
    studio.api.post(f"centres/{CENTRE}/notice", {"kind": "emergency", "cause": "fire", "on": True})
    for surface, page in pages.items():
        page.locator(".emergency[open]").wait_for(timeout=15_000)
        studio.keep(page, f"{surface}-emergency")
    end_notices(studio.demo)
    studio.api.post(f"centres/{CENTRE}/notice", {"kind": "pause", "cause": "power", "on": True})
    studio.keep(pages["kiosk"], "kiosk-pause")
    studio.keep(board, "board-frozen")
    studio.api.post(f"centres/{CENTRE}/notice", {"kind": "pause", "on": False})


def keep_slip(studio: Studio, **order: Any) -> None:
    """Print a slip and keep what the printer has on paper."""
    paper = f"{studio.demo.url}/demo/printer/printer-k1/paper.png"
    token = studio.api.issue(**order).json()["token"]["id"]
    for _ in range(50):
        if studio.api.get(f"centres/{CENTRE}/tokens/{token}").json()["print"]["state"] == "printed":
            break
        studio.browser.contexts[0].pages[0].wait_for_timeout(200)
    slip = Image.open(BytesIO(httpx.get(paper).content))
    data = BytesIO()
    slip.crop((0, slip.height - min(slip.height, SLIP_PX), slip.width, slip.height)).save(data, "PNG")
    studio.keep_image(data.getvalue(), "slip-family")


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        shoot(browser, folder, [phones, boards, emergencies, kiosks])
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
