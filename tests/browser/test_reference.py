"""The reference page of the API shows the whole contract with the vendored reader, and nothing from elsewhere."""

from playwright.sync_api import Page, expect

from tests.api.contract import operations
from tests.processes import DemoProcess


def test_the_reference_shows_every_operation_and_the_codes_of_its_refusals(page: Page, demo: DemoProcess) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{demo.url}/api/docs")
    expect(page.locator(".opblock")).to_have_count(len(operations()), timeout=20_000)
    page.locator("#operations-Counters-call_next .opblock-summary-control").click()
    refused = page.locator('#operations-Counters-call_next tr.response[data-code="409"]')
    expect(refused.get_by_role("option", name="queue_empty")).to_have_count(1)
    expect(page.locator(".errors-wrapper")).to_have_count(0)
    assert {url for url in asked if not url.startswith((demo.url, "data:"))} == set()
