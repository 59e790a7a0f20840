"""The shapes of the contract: made of the frozen values that services return, so that each is written once."""

import json
import re
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints

from pydantic import BaseModel, TypeAdapter, create_model

from server.api.event_shapes import EVENT, Schema, event_schemas
from server.web.problems import Problem

REF = "#/components/schemas/"
NESTED = re.compile(rf'"{REF}\w+\.(\w+)"')


@cache
def shape(view: type) -> type[BaseModel]:
    """Return a frozen value as an answer of the contract: the same name, the same fields, every one always there."""
    hints = get_type_hints(view)
    given: Any = {f.name: (hints[f.name], ...) for f in fields(view)}  # as pydantic takes fields by name
    return create_model(view.__name__, __doc__=view.__doc__, **given)


def complete_schemas(spec: Schema) -> Schema:
    """Return the contract with one shape under each name: APIFlask writes a part of A that is a B as `A.B`."""
    spec["components"].setdefault("schemas", {})["Problem"] = TypeAdapter(Problem).json_schema()
    flat: Schema = json.loads(NESTED.sub(rf'"{REF}\1"', json.dumps(spec)))
    schemas: dict[str, Schema] = {}
    for name, schema in flat["components"]["schemas"].items():
        own = name.rpartition(".")[2]
        if schemas.setdefault(own, schema) != schema:
            raise ValueError(f"two shapes of the contract have the name {own}")
    for schema in schemas.values():
        _tell_defaults(schema)
    flat["components"]["schemas"] = schemas | event_schemas(schemas[EVENT], REF)
    return flat


def _tell_defaults(schema: Schema) -> None:
    """Say in words what holds when a field is not given: to generators a field with a default is always there."""
    for field in schema.get("properties", {}).values():
        default = field.pop("default", None)
        if default is not None:
            field["description"] = f"`{json.dumps(default)}` when not given"
