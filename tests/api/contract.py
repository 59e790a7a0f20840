"""The operations of the API as its contract describes them."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Response
from jsonschema import Draft202012Validator

from server.app import build_server
from server.config import load_settings

Schema = Mapping[str, Any]
WRONG = (("integer", 7), ("string", "seven"))
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """What the contract says of one method at one address; `fields` are those of the JSON body, None without one."""

    id: str
    method: str
    path: str
    keyless: bool
    query: Mapping[str, Schema]
    query_needed: frozenset[str]
    fields: Mapping[str, Schema] | None
    needed: frozenset[str]

    @property
    def name(self) -> str:
        """The method and the fixed words of the path: `POST counters/call-next`."""
        return f"{self.method} {words_of(self.path)}"

    @property
    def params(self) -> list[str]:
        """The names in the path."""
        return re.findall(r"{(\w+)}", self.path)


def words_of(path: str) -> str:
    """Return the fixed words of a path without those that stand in all."""
    return "/".join(re.findall(r"/(?!api\b|v1\b|centres/)([\w-]+)", path))


@cache
def operations() -> Mapping[str, Operation]:
    """Return every operation of the contract by its name."""
    spec = contract()
    every = [
        _operation(spec, path, method) for path, item in spec["paths"].items() for method in METHODS if method in item
    ]
    by_name = {operation.name: operation for operation in every}
    assert len(by_name) == len(every), "two operations have one name: change `words_of`"
    return by_name


@cache
def contract() -> Any:
    """Return the contract as a client downloads it."""
    with tempfile.TemporaryDirectory() as folder:
        server = build_server(load_settings({"BAARI_DATA_DIR": folder}))
        try:
            return server.app.test_client().get("/api/openapi.json").get_json()
        finally:
            server.db.close()


def fault_of_answer(method: str, rule: str, response: Response) -> str | None:
    """Return what is wrong in an answer by what the contract says, None when nothing is, or it says nothing."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
    told = contract()["paths"].get(path, {}).get(method.lower())
    if told is None or response.status_code == 405:
        return None
    name, answer = f"{told['operationId']} {response.status_code}", told["responses"].get(str(response.status_code))
    if answer is None:
        return f"{name} is not in the contract"
    if "content" not in answer:
        return None
    content = answer["content"].get(response.mimetype)
    if content is None:
        return f"{name} as {response.mimetype} is not in the contract"
    if "examples" in content and response.get_json()["code"] not in content["examples"]:
        return f"{name} {response.get_json()['code']} is not in the contract"
    if "$ref" not in content["schema"]:  # a file
        return None
    errors = [error.message for error in validator(content["schema"]["$ref"]).iter_errors(response.get_json())]
    return f"{name}: {errors[0]}" if errors else None


@cache
def validator(ref: str) -> Draft202012Validator:
    """Return what holds a value to a shape of the contract, in which nothing may be that the shape does not name."""
    schemas = {
        name: {"additionalProperties": name == "Problem", **schema} if "properties" in schema else schema
        for name, schema in contract()["components"]["schemas"].items()
    }
    return Draft202012Validator({"$ref": ref, "components": {"schemas": schemas}})


def wrong_types(schema: Schema, value: Any) -> Iterator[Any]:
    """Yield the value with one wrong type in it, for each place in it and for the whole."""
    schema = _resolved(contract(), schema)
    kinds = {choice.get("type") for choice in (schema, *schema.get("anyOf", ()))}
    yield next(wrong for kind, wrong in WRONG if kind not in kinds)
    if isinstance(value, list) and value:
        yield from ([wrong] for wrong in wrong_types(schema["items"], value[0]))
    if isinstance(value, dict):
        for name, part in value.items():
            yield from ({**value, name: wrong} for wrong in wrong_types(schema["properties"][name], part))


def _operation(spec: Any, path: str, method: str) -> Operation:
    described = spec["paths"][path][method]
    query = {param["name"]: param for param in described.get("parameters", ()) if param["in"] == "query"}
    content = described.get("requestBody", {}).get("content", {}).get("application/json")
    body = None if content is None else _resolved(spec, content["schema"])
    return Operation(
        id=described["operationId"],
        method=method.upper(),
        path=path,
        keyless=not described["security"],
        query={name: param["schema"] for name, param in query.items()},
        query_needed=frozenset(name for name, param in query.items() if param["required"]),
        fields=None if body is None else body["properties"],
        needed=frozenset(() if body is None else body.get("required", ())),
    )


def _resolved(spec: Any, schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    resolved: Schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return resolved
