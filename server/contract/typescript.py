"""JSON Schema as TypeScript: an interface for each object, a union for each choice. Pure."""

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]  # JSON Schema, as deep as a shape is
WIDTH = 90
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def declared(name: str, schema: Schema) -> str:
    """Return the declaration of a named schema, with its description as the comment."""
    if "properties" in schema:
        return f"{_comment(schema)}export interface {name} {_members(schema, indent='  ')}\n"
    words = type_of(schema)
    wrapped = words if len(words) <= WIDTH else "\n  | " + words.replace(" | ", "\n  | ")
    return f"{_comment(schema)}export type {name} = {wrapped};\n"


def _comment(schema: Schema) -> str:
    """Return the description of a schema as a comment of one line."""
    return f"/** {' '.join(schema['description'].split())} */\n" if "description" in schema else ""


def name_of(reference: str) -> str:
    """Return the name that a reference leads to: `CallOut` for `#/components/schemas/CallAnswer.CallOut`."""
    return reference.rsplit("/", 1)[-1].rsplit(".", 1)[-1]


def type_of(schema: Schema) -> str:
    """Return the type of a value; `unknown` where the schema says nothing."""
    if "$ref" in schema:
        return name_of(schema["$ref"])
    if "const" in schema or "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema.get("enum", [schema.get("const")]))
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " | ".join(dict.fromkeys(type_of(option) for option in schema[choice]))
    return _of_kind(schema)


def _of_kind(schema: Schema) -> str:
    kind = schema.get("type")
    if kind == "array":
        return _list(schema)
    if kind == "object":
        return _members(schema, indent="") if "properties" in schema else _record(schema)
    return PLAIN.get(str(kind), "unknown")


def _list(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(map(type_of, schema['prefixItems']))}]"
    item = type_of(schema.get("items", {}))
    return f"({item})[]" if " " in item else f"{item}[]"


def _record(schema: Schema) -> str:
    values = schema.get("additionalProperties", True)
    return f"Record<string, {type_of(values) if isinstance(values, dict) else 'unknown'}>"


def _members(schema: Schema, *, indent: str) -> str:
    """Return the members of an object, each on a line when there is an indent."""
    required = schema.get("required", ())
    members = [_member(name, value, name in required) for name, value in schema["properties"].items()]
    if not indent:
        return f"{{ {' '.join(members)} }}"
    return "{\n" + "".join(f"{indent}{member}\n" for member in members) + "}"


def _member(name: str, schema: Schema, required: bool) -> str:
    return f"{name if name.isidentifier() else json.dumps(name)}{'' if required else '?'}: {type_of(schema)};"
