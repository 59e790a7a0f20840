"""A browser, a demo to look at, and axe-core to judge it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.conftest import skip_or_fail
from tests.guards.browsers import watched
from tests.processes import DemoProcess

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return what drives browsers: one for a process, whatever browsers its tests open."""
    with sync_playwright() as driver:
        yield driver


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Give Debian's Chromium."""
    path = shutil.which("chromium")
    if path is None:
        skip_or_fail("Chromium is not installed: apt-get install chromium")
    opened = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
    yield watched(opened)
    opened.close()


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Return Debian's Chromium."""
    with chromium(playwright) as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_left_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a test opened: a page that is left asks on, and perhaps a server that has ended."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser: Browser = request.getfixturevalue("browser")
    before = set(browser.contexts)
    yield
    for context in set(browser.contexts) - before:
        context.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """Return a demo without simulated citizens: what happens is what the test does."""
    with DemoProcess(tmp_path_factory.mktemp("demo")) as process:
        yield process


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return a browser of one person: nothing is shared with other tests."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return a page of this person."""
    return context.new_page()


def signed_in(browser: Browser, demo: DemoProcess, role: str, **options: Any) -> Page:
    """Return the page of a person who has just signed in; `options` are those of their browser."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en", **options).new_page()
    login = demo.facts["logins"][role]
    page.goto(f"{demo.url}/login")
    page.get_by_label("User name").fill(login["user"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()
    return page


def pair(page: Page, url: str, key: str) -> None:
    """Open the link of a screen's key, and press its button."""
    page.goto(f"{url}/pair?key={key}")
    with page.expect_navigation():
        page.locator("form button").click()


def sideways(page: Page) -> bool:
    """Whether a page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def violations(page: Page) -> list[dict[str, Any]]:
    """Return what axe-core finds on a page: rule, impact and the places."""
    if not AXE.exists():
        skip_or_fail("axe-core is not installed: npm ci")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)["violations"]
    return [{"rule": f["id"], "impact": f["impact"], "at": [n["html"] for n in f["nodes"]]} for f in found]
