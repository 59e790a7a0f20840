"""`contract.d.ts`: the types of requests, answers, events and page data, from our OpenAPI document and our models."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.contract.typescript import Schema, declared, name_of, type_of
from server.domain import permissions
from server.domain.events.kinds import Kind
from server.domain.permissions import Role
from server.domain.token.changes import Action
from server.domain.token.lifecycle import CounterState, StepState, TokenEnd
from server.web import messages, page_data

HEAD = "// What the server takes and tells, as types. Made by `make contract`; a test compares it with the server.\n"
NAMESPACE = "export as namespace Baari;\n"
WORDS: Mapping[str, type[StrEnum]] = {
    "StepState": StepState,
    "TokenEnd": TokenEnd,
    "Action": Action,
    "CounterState": CounterState,
    "Kind": Kind,
    "Role": Role,
    "Permission": permissions.Permission,
}
METHODS = {"get": "Reads", "post": "Commands"}


def types_text(openapi: Schema) -> str:
    """Return the text of `contract.d.ts` for an OpenAPI document."""
    named = named_schemas(openapi)
    parts = [declared(name, named[name]) for name in sorted(named)]
    return "\n".join([HEAD, *parts, *_operations(openapi), NAMESPACE])


def named_schemas(openapi: Schema) -> dict[str, Schema]:
    """Return the schema of everything in the contract, by name."""
    words = {
        name: {"description": word.__doc__, "enum": [value.value for value in word]} for name, word in WORDS.items()
    }
    return {**_modelled(), **_components(openapi), **words}


def models() -> Iterator[type[BaseModel]]:
    """Return the models of what goes out to screens."""
    for module in (messages, page_data):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, messages.Spoken) and value.model_fields:
                yield value


def _modelled() -> dict[str, Schema]:
    _, schema = models_json_schema([(model, "validation") for model in dict.fromkeys(models())])
    return {name_of(name): _left_out(model) for name, model in schema["$defs"].items()}


def _left_out(schema: Schema) -> Schema:
    """Return a schema in which what an answer may leave out is never null."""
    if "properties" not in schema:
        return schema
    required = schema.get("required", ())
    members = {
        name: member if name in required or "anyOf" not in member else {"anyOf": member["anyOf"][:-1]}
        for name, member in schema["properties"].items()
    }
    return {**schema, "properties": members}


def _components(openapi: Schema) -> dict[str, Schema]:
    return {name_of(name): schema for name, schema in openapi["components"]["schemas"].items()}


def _operations(openapi: Schema) -> Iterator[str]:
    """Return one table of reads and one of commands, by path: what each takes and answers."""
    for method, name in METHODS.items():
        rows = [
            f'  "{path}": {{ body: {_body(operations[method])}; answer: {_answer(operations[method])} }};\n'
            for path, operations in sorted(openapi["paths"].items())
            if method in operations
        ]
        yield f"/** The {name.lower()}, by path. */\nexport interface {name} {{\n{''.join(rows)}}}\n"


def _body(operation: Schema) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return type_of(content["application/json"]["schema"]) if content else "Record<string, never>"


def _answer(operation: Schema) -> str:
    good = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    content = good.get("content", {}).get("application/json", {})
    return type_of(content.get("schema", {}))
