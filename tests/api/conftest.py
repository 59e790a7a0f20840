"""Holds every answer that a test of the API gets to what the contract says of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished

from tests.api.contract import contract, fault_of_answer


@pytest.fixture(autouse=True)
def _as_the_contract_says() -> Iterator[None]:
    """Fail a test that got an answer which the contract does not know: a status, a code of refusal, or a shape."""
    faults: list[str] = []
    contract()  # read before anything is judged by it: reading it is a request, too

    def judge(_app: Flask, response: Response, **_more: Any) -> None:
        if request.url_rule is not None:
            fault = fault_of_answer(request.method, request.url_rule.rule, response)
            faults.extend([fault] if fault else [])

    with request_finished.connected_to(judge):
        yield
    assert faults == []
