"""What a page does wrong fails the test that looks at it."""

import pytest
from playwright.sync_api import Page, Route


@pytest.mark.provokes(
    "script error: .*boom",
    "console: it is broken",
    "request failed: GET /lost net::ERR_FAILED",
    "HTTP 500 GET /broken",
    "asked wrongly: GET /wrong 422",
    "asked wrongly: GET /style.css 404",
)
def test_a_page_that_fails_is_seen(page: Page) -> None:
    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://floor.test")
        answers = {"/broken": 500, "/wrong": 422, "/style.css": 404, "/api/v1/status/gone": 404, "/refused": 409}
        if path == "/lost":
            route.abort()
        else:
            route.fulfill(status=answers.get(path, 200), body="<title>floor</title>")

    page.route("**", answer)
    page.goto("http://floor.test/")
    for path in ("lost", "broken", "wrong", "style.css", "api/v1/status/gone", "refused"):
        page.evaluate("path => fetch(path).catch(() => null)", path)
    page.evaluate("console.error('it is broken'); setTimeout(() => { throw Error('boom') })")
    page.evaluate("new Promise(done => setTimeout(done))")
