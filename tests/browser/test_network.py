"""Under whatever name and through whatever proxy a page is served, it also has its socket and its cookie."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from server.addresses import Place, own_addresses
from server.domain.permissions import Role
from server.storage.database import Database
from tests.browser.conftest import chromium, pair
from tests.conftest import new_database
from tests.factories import CENTRE, Floor, install_floor
from tests.processes import ServerProcess, free_port
from tests.proxies import NO_UPGRADE, UPGRADE, nginx, plain, released
from tests.services.people.people import PASSWORD, add_person

TLS, PLAIN, OTHER = (free_port() for _ in range(3))
"""Where the proxy listens, for the browser at the usual ports of HTTPS and HTTP, and at one that is not usual."""
RULES = f"MAP *.example:443 127.0.0.1:{TLS}, MAP *.example:80 127.0.0.1:{PLAIN}, MAP *.example 127.0.0.1"
pytestmark = pytest.mark.slow
PUBLIC = {"BAARI_PUBLIC_URL": "https://psk1.example"}
EVERY = "0.0.0.0"  # noqa: S104
OWN = [Place(address) for address in own_addresses() if ":" not in address]
OWN6 = [Place(address) for address in own_addresses() if ":" in address]


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Return a Chromium to which every name of the tests leads here."""
    with chromium(playwright, f"--host-resolver-rules={RULES}") as opened:
        yield opened


networked = pytest.mark.skipif(not OWN, reason="this machine has no address that others reach")
networked_by_6 = pytest.mark.skipif(not OWN6, reason="this machine has no address of IPv6 that others reach")


class Hall:
    """A centre that is served in some way, a board and somebody who steers."""

    def __init__(self, floor: Floor, folder: Path, browser: Browser, stack: ExitStack) -> None:
        self.floor, self.folder, self.stack = floor, folder, stack
        self.page: Page = browser.new_context(ignore_https_errors=True).new_page()
        self.key = floor.key(Role.DISPLAY, device="board-g")

    def serve(self, at: str = "127.0.0.1", **settings: str) -> ServerProcess:
        """Serve the centre with some settings."""
        server = self.stack.enter_context(ServerProcess(self.floor.db.url, self.folder, port=None, at=at, **settings))
        self.desk = server.client(Role.COUNTER)
        return server

    def behind(self, site: Any, port: int, *more: str, **settings: str) -> ServerProcess:
        """Serve the centre behind nginx."""
        server = self.serve(**settings)
        words = more or (self.folder,)
        self.stack.enter_context(nginx(site(port, server.port, *words), port, self.folder))
        return server

    def board(self, url: str) -> None:
        """Pair a board under an address, and see a call on it: that came by its socket."""
        pair(self.page, url, self.key)
        self.page.goto(f"{url}/display/{CENTRE}/board-g")
        expect(self.page.locator(".nothing")).to_be_visible(timeout=40_000)
        label = self.desk.issue().json()["token"]["label"]
        for verb in ("open", "call-next"):
            self.desk.post(f"centres/{CENTRE}/counters/G1/{verb}")
        expect(self.page.locator(".call").first).to_contain_text(label, timeout=20_000)
        expect(self.page.locator(".lost")).to_have_count(0)

    def sign_in(self, url: str) -> None:
        """Sign in under an address, and come to the manager's page."""
        self.page.goto(f"{url}/login")
        self.page.get_by_label("User name").fill("asha")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page).to_have_url(f"{url}/manager")
        expect(self.page.locator(".lead h1")).not_to_have_text("…", timeout=20_000)

    def cookies(self) -> dict[str, bool]:
        """Return how the names of the cookies begin, each with whether it is sent encrypted only."""
        kept = self.page.context.cookies()
        return {re.sub(r"-[0-9a-f]{16}$", "", str(each.get("name"))): bool(each.get("secure")) for each in kept}


IN_THE_OPEN = pytest.mark.provokes("console: The Cross-Origin-Opener-Policy header has been ignored")
"""What a browser says of every page over HTTP that is not of its own machine."""
BOTH_ENCRYPTED = {"__Host-baari_device": True, "__Host-baari_staff": True}
BOTH_OPEN = {"baari_device": False, "baari_staff": False}


@pytest.fixture
def hall(tmp_path: Path, migrated: Any, browser: Browser) -> Iterator[Hall]:
    with new_database("sqlite", tmp_path, migrated("sqlite")) as url, ExitStack() as stack:
        db = Database(url)
        stack.callback(db.close)
        floor = install_floor(db, always=True)
        add_person(floor, "asha", Role.MANAGER)
        hall = Hall(floor, tmp_path, browser, stack)
        yield hall
        hall.page.context.close()


def test_the_machine_itself_needs_no_setting(hall: Hall) -> None:
    server = hall.serve()
    hall.board(server.url)
    hall.sign_in(server.url)
    assert hall.cookies() == BOTH_OPEN


@networked
@IN_THE_OPEN
def test_listening_on_every_address_is_enough_for_screens_and_staff_are_told_where_to_sign_in(hall: Hall) -> None:
    server = hall.serve(BAARI_HOST=EVERY)
    url = f"http://{OWN[0]}:{server.port}"
    hall.board(url)
    hall.page.goto(f"{url}/login")
    expect(hall.page.get_by_role("alert")).to_contain_text("not encrypted")
    expect(hall.page.get_by_role("button")).to_have_count(0)
    assert hall.desk.issue().json()["status_url"].startswith(f"{url}/t/")


@networked
@IN_THE_OPEN
def test_staff_sign_in_over_http_where_it_is_allowed_and_the_managers_page_says_so(hall: Hall) -> None:
    server = hall.serve(BAARI_HOST=EVERY, BAARI_TRUSTED_HOSTS=str(OWN[0]), BAARI_PLAIN_HTTP="1")
    url = f"http://{OWN[0]}:{server.port}"
    hall.board(url)
    hall.sign_in(url)
    expect(hall.page.locator("#plain-http")).to_have_text("Passwords cross the network unencrypted")
    assert hall.cookies() == BOTH_OPEN


@pytest.mark.parametrize(
    ("public", "opened"),
    [
        ("https://psk1.example:443", "https://psk1.example"),
        ("https://PSK1.Example", "https://psk1.example"),
        ("https://सेवा.example", "https://xn--y2bft8a.example"),
    ],
)
def test_behind_the_released_proxy_everything_works(hall: Hall, public: str, opened: str) -> None:
    hall.behind(released, TLS, BAARI_PUBLIC_URL=public)
    hall.board(opened)
    hall.sign_in(opened)
    expect(hall.page.locator("#plain-http")).to_have_count(0)
    assert hall.cookies() == BOTH_ENCRYPTED


@IN_THE_OPEN
def test_a_public_address_over_http_with_the_usual_port_works_without_it(hall: Hall) -> None:
    words = ("proxy_set_header Host $http_host", *UPGRADE)
    hall.behind(plain, PLAIN, *words, BAARI_PUBLIC_URL="http://psk1.example:80", BAARI_PLAIN_HTTP="1")
    hall.board("http://psk1.example")
    hall.sign_in("http://psk1.example")


@IN_THE_OPEN
@pytest.mark.parametrize("host", ["$http_host", "$host", "$proxy_host"])
def test_screens_of_the_hall_come_over_http_while_staff_and_phones_come_over_https(hall: Hall, host: str) -> None:
    words = (f"proxy_set_header Host {host}", "proxy_set_header X-Forwarded-Proto $scheme", *UPGRADE)
    hall.behind(plain, OTHER, *words, **PUBLIC, BAARI_TRUSTED_HOSTS="board.example")
    hall.board(f"http://board.example:{OTHER}")
    assert hall.cookies() == {"baari_device": False}


@IN_THE_OPEN
def test_a_screen_that_was_paired_over_https_is_paired_over_http_too(hall: Hall) -> None:
    server = hall.behind(released, TLS, **PUBLIC, BAARI_HOST=EVERY)
    hall.board("https://psk1.example")
    url = f"http://psk1.example:{server.port}"
    pair(hall.page, url, hall.key)
    hall.page.goto(f"{url}/display/{CENTRE}/board-g")
    expect(hall.page.locator(".call").first).to_be_visible()
    assert hall.cookies() == {"__Host-baari_device": True, "baari_device": False}


@IN_THE_OPEN
@pytest.mark.provokes("HTTP 502 GET /socket.io/|console: WebSocket connection to .* failed")
def test_where_a_proxy_lets_no_websocket_through_the_page_polls(hall: Hall) -> None:
    hall.behind(plain, PLAIN, NO_UPGRADE, BAARI_PUBLIC_URL="http://psk1.example", BAARI_PLAIN_HTTP="1")
    hall.board("http://psk1.example")
    hall.sign_in("http://psk1.example")


@IN_THE_OPEN
@IN_THE_OPEN
def test_where_a_proxy_swallows_the_websocket_the_page_polls_after_a_while(hall: Hall) -> None:
    hole = hall.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    swallow = f"if ($http_upgrade) {{ proxy_pass http://127.0.0.1:{hole.getsockname()[1]}; }}"
    words = (f"{swallow} proxy_set_header Host $http_host",)
    hall.behind(plain, PLAIN, *words, BAARI_PUBLIC_URL="http://psk1.example")
    hall.board("http://psk1.example")


@networked_by_6
@IN_THE_OPEN
@pytest.mark.parametrize("trusted", ["", "fd00::9"])
def test_a_server_of_ipv6_listens_on_both_kinds_of_addresses(hall: Hall, trusted: str) -> None:
    server = hall.serve(BAARI_HOST="::", BAARI_TRUSTED_HOSTS=trusted)
    hall.board(f"http://{OWN6[0]}:{server.port}")
    hall.page.context.clear_cookies()
    hall.sign_in(f"http://127.0.0.1:{server.port}")


def test_a_server_listens_on_the_loopback_of_ipv6(hall: Hall) -> None:
    server = hall.serve(at="[::1]", BAARI_HOST="::1")
    assert server.url == f"http://[::1]:{server.port}"
    hall.board(server.url)
    hall.sign_in(server.url)
