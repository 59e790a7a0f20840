"""The contract itself: valid, whole, and named so that programs made from it read well."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import ValidationError
from openapi_spec_validator import validate

from server.domain.events.kinds import Kind, Payload
from server.domain.events.payloads import (
    ClockDoubted,
    CounterFacts,
    CounterOpened,
    NoticeLifted,
    NoticeSet,
    TokenIssued,
)
from server.domain.events.views import event_view
from server.domain.notice import Notice, NoticeKind
from server.domain.token.lifecycle import CounterState
from tests.api.contract import contract, operations, validator
from tests.api.recipes import RECIPES
from tests.factories import MORNING, as_json, make_event, make_token

SCHEMAS = contract()["components"]["schemas"]
OPERATIONS: list[tuple[str, Any]] = [pair for path in contract()["paths"].values() for pair in path.items()]
EVERY = [pytest.param(method, told, id=told["operationId"]) for method, told in OPERATIONS]


def test_the_contract_is_valid_openapi() -> None:
    assert contract()["openapi"] == "3.1.0"
    validate(contract())


def test_it_names_no_server_but_the_one_that_tells_it() -> None:
    assert contract()["servers"] == [{"url": "/"}]


def test_every_tag_is_described_once_and_used() -> None:
    tags = contract()["tags"]
    used = {tag for _, told in OPERATIONS for tag in told["tags"]}
    assert sorted(tag["name"] for tag in tags) == sorted(used)
    assert all(tag["description"] for tag in tags)


def test_every_operation_has_a_name_of_its_own_that_reads_as_what_it_does() -> None:
    names = [operation.id for operation in operations().values()]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)] == []


@pytest.mark.parametrize(("method", "told"), EVERY)
def test_an_operation_says_what_it_does_and_what_stands_in_its_address(method: str, told: Any) -> None:
    assert told["summary"].endswith(".")
    for given in told["parameters"]:
        assert given["in"] != "path" or given["description"], given["name"]


@pytest.mark.parametrize(("method", "told"), EVERY)
def test_an_operation_says_which_key_it_needs(method: str, told: Any) -> None:
    keyless = {operation.id for operation in operations().values() if not RECIPES[operation.name].roles}
    csrf: dict[str, list[str]] = {"csrf": []} if method == "post" else {}
    keys = [{"bearer": []}, {"device": [], **csrf}, {"staff": [], **csrf}]
    assert told["security"] == ([] if told["operationId"] in keyless else keys)
    assert {name for key in told["security"] for name in key} <= contract()["components"]["securitySchemes"].keys()


@pytest.mark.parametrize(("method", "told"), EVERY)
def test_a_command_and_only_a_command_needs_an_idempotency_key(method: str, told: Any) -> None:
    named = {given["name"]: given["required"] for given in told["parameters"] if given["in"] == "header"}
    assert named == ({"Idempotency-Key": True} if method == "post" else {})


@pytest.mark.parametrize(("method", "told"), EVERY)
def test_every_refusal_is_a_problem_document_with_the_codes_of_its_status(method: str, told: Any) -> None:
    refusals = {status: answer["content"] for status, answer in told["responses"].items() if status >= "400"}
    assert refusals.keys() >= {"400", "413", "500", "503"}
    for status, content in refusals.items():
        assert list(content) == ["application/problem+json"]
        for code, example in content["application/problem+json"]["examples"].items():
            assert (example["value"]["code"], example["value"]["status"]) == (code, int(status))
            validator(content["application/problem+json"]["schema"]["$ref"]).validate(example["value"])


def test_the_names_of_shapes_are_names_of_classes_in_every_language() -> None:
    assert [name for name in SCHEMAS if not re.fullmatch(r"[A-Z][A-Za-z]+", name)] == []


def test_every_shape_is_used() -> None:
    used = set(re.findall(r"#/components/schemas/(\w+)", str(contract())))
    assert set(SCHEMAS) - used == set()


def test_every_answer_is_typed_to_its_last_part() -> None:
    assert {name for name, schema in SCHEMAS.items() if any(shapeless(schema))} == set()


def shapeless(schema: Any) -> Iterator[Any]:
    """Yield the parts of a shape that may be anything."""
    more = schema.get("additionalProperties")
    bare_object = schema.get("type") == "object" and "properties" not in schema and not isinstance(more, dict)
    if bare_object or not {"$ref", "anyOf", "oneOf", "type", "enum"} & schema.keys():
        yield schema
    parts = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for part in (*parts, schema.get("items"), more):
        if isinstance(part, dict):
            yield from shapeless(part)


OUTAGE = Notice(NoticeKind.OUTAGE, "network", "2026-11-24T04:00:00.000Z")
G1 = CounterFacts("G1", "G", CounterState.OPEN, None)
# An event of each family, the shape that it has, and what it tells.
EVENTS = [
    pytest.param(TokenIssued(make_token()), "TokenEvent", "token", id="token"),
    pytest.param(
        CounterOpened(CounterFacts("G1", "G", CounterState.OPEN, None)), "CounterEvent", "counter", id="counter"
    ),
    pytest.param(NoticeSet(NoticeKind.OUTAGE, "network", OUTAGE, False), "NoticeEvent", "frozen", id="notice"),
    pytest.param(
        NoticeLifted(NoticeKind.OUTAGE, "network", None, False, since=MORNING), "NoticeEvent", "frozen", id="lifted"
    ),
    pytest.param(ClockDoubted("step", MORNING, MORNING), "OtherEvent", None, id="other"),
]


def test_the_type_of_an_event_tells_its_shape() -> None:
    told = SCHEMAS["EventView"]["discriminator"]
    shapes = {kind: ref.rsplit("/", 1)[1] for kind, ref in told["mapping"].items()}
    assert told["propertyName"] == "type"
    for name in {one["$ref"].rsplit("/", 1)[1] for one in SCHEMAS["EventView"]["oneOf"]}:
        mine = [kind.value for kind in Kind if shapes.get(kind.value) == name]
        assert SCHEMAS[name]["properties"]["type"]["enum"] == mine


@pytest.mark.parametrize(("payload", "name", "told"), EVENTS)
@pytest.mark.parametrize("staff", [True, False])
def test_an_event_has_the_shape_of_its_type(payload: Payload, name: str, told: str | None, staff: bool) -> None:
    event = as_json(event_view(make_event(payload), centre="PSK", epoch="e", staff=staff))
    assert SCHEMAS["EventView"]["discriminator"]["mapping"][event["type"]].endswith(f"/{name}")
    assert [key for key in ("token", "counter", "frozen") if event[key] is not None] == ([told] if told else [])
    for shape in ("EventView", name):
        validator(f"#/components/schemas/{shape}").validate(event)
    if told is not None:
        with pytest.raises(ValidationError):
            validator("#/components/schemas/EventView").validate(event | {told: None})
