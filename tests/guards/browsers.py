"""Watches every page of a browser: an error in a script or on the console, a request that fails or asks wrongly."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Request, Response, WebError

from tests.guards.ledger import LEDGER

LEFT = "net::ERR_ABORTED"  # the page went away, or its script gave the request up
ASKED_WRONGLY = frozenset({400, 403, 405, 413, 422})
BY_ANSWER = "Failed to load resource"  # said on the console for each answer of 4xx and 5xx, which are judged here


def watched(browser: Browser) -> Browser:
    """Return the browser, whose contexts are watched from now on."""
    plain = browser.new_context

    def new_context(**options: Any) -> BrowserContext:
        context = plain(**options)
        context.on("weberror", _script_failed)
        context.on("console", _said)
        context.on("requestfailed", _request_failed)
        context.on("response", _answered)
        return context

    browser.new_context = new_context  # type: ignore[method-assign]
    return browser


def _script_failed(error: WebError) -> None:
    LEDGER.note(f"script error: {error.error}")


def _said(message: ConsoleMessage) -> None:
    if message.type == "error" and not message.text.startswith(BY_ANSWER):
        LEDGER.note(f"console: {message.text}")


def _request_failed(request: Request) -> None:
    if request.failure != LEFT:
        LEDGER.note(f"request failed: {request.method} {urlsplit(request.url).path} {request.failure}")


def _answered(response: Response) -> None:
    status, path = response.status, urlsplit(response.url).path
    LEDGER.note_answer(status, response.request.method, path)
    if status in ASKED_WRONGLY or (status == 404 and not path.startswith("/api/")):
        LEDGER.note(f"asked wrongly: {response.request.method} {path} {status}")
