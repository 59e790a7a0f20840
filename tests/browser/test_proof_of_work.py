"""Whose name a stranger guessed at signs in all the same: their browser proves some work as they send it."""

import time

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import violations
from tests.processes import DemoProcess


def send(page: Page, user: str, password: str) -> None:
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_person_types_the_right_password_beside_the_widget_and_is_in(browser: Browser, demo: DemoProcess) -> None:
    login, page = demo.facts["logins"]["counter"], browser.new_page()
    loaded: list[str] = []
    page.on("request", lambda asked: loaded.append(asked.url))
    page.goto(f"{demo.url}/login")
    for _ in range(5):
        send(page, login["user"], "a wrong one")
        expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    expect(page.locator("altcha-widget")).to_have_count(1)
    assert violations(page) == []
    time.sleep(1)  # the wait after the fifth
    send(page, login["user"], login["password"])
    page.wait_for_url("**/counter")
    assert all(url.startswith((demo.url, "data:")) for url in loaded)
    page.context.close()
