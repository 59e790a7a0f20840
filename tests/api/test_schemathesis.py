"""The contract, tried out by a stranger's tool: what fits its shapes and what does not, and every answer as it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from server.app import build_server
from server.config import load_settings
from server.storage.database import Database
from tests.api.contract import operations
from tests.api.recipes import RECIPES, ROLES
from tests.factories import install_floor

SHORT, LONG = 4, 500
HELD = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)


@pytest.fixture
def contract(db: Database, tmp_path: Path) -> Iterator[tuple[Any, dict[str, str]]]:
    """Return the contract as schemathesis reads it, and a key of each role by its first letter."""
    floor = install_floor(db, always=True)
    keys = {letter: floor.key(role) for letter, role in ROLES.items()}
    server = build_server(load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": db.url}), db=db)
    server.relay.start()
    yield schemathesis.openapi.from_wsgi("/api/openapi.json", server.app), keys
    server.relay.stop()


@pytest.mark.proof
def test_every_answer_is_as_the_contract_says_whatever_is_sent(
    contract: tuple[Any, dict[str, str]], long: bool
) -> None:
    schema, keys = contract
    ours = {operation.id: operation for operation in operations().values()}
    for found in schema.get_all_operations():
        tried = found.ok()
        own = ours.pop(tried.definition.raw["operationId"])
        roles, takes = RECIPES[own.name].roles, own.fields or own.query
        headers = {"Authorization": f"Bearer {keys[roles[-1]]}"} if roles else {}
        for mode in (GenerationMode.POSITIVE, *((GenerationMode.NEGATIVE,) if takes else ())):
            _try(tried, mode, headers, LONG if long else SHORT)
    assert not ours


def _try(operation: Any, mode: GenerationMode, headers: dict[str, str], count: int) -> None:
    """Send so many requests of an operation, which fit its shapes or do not."""

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=HELD)

    run()
