"""Whether a value fits a schema, and nothing in it is left untold."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.contract.typescript import Schema, name_of

KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


def misfits(value: Any, schema: Schema, named: Mapping[str, Schema], at: str = "$") -> Iterator[str]:
    """Return where a value differs from a schema: another kind, a name that is missing, one that is not told."""
    if "$ref" in schema:
        yield from misfits(value, named[name_of(schema["$ref"])], named, at)
    elif "anyOf" in schema:
        tries = [list(misfits(value, one, named, at)) for one in schema["anyOf"]]
        yield from min(tries, key=len)
    elif "enum" in schema or "const" in schema:
        if value not in schema.get("enum", [schema.get("const")]):
            yield f"{at} is {value!r}"
    elif "type" in schema:
        yield from _of_kind(value, schema, named, at)


def _of_kind(value: Any, schema: Schema, named: Mapping[str, Schema], at: str) -> Iterator[str]:
    kind = schema["type"]
    if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{at} is {value!r}, not {kind}"
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from misfits(one, schema.get("items", {}), named, f"{at}[{place}]")
    elif isinstance(value, dict):
        yield from _members(value, schema, named, at)


def _members(value: Mapping[str, Any], schema: Schema, named: Mapping[str, Schema], at: str) -> Iterator[str]:
    members = schema.get("properties")
    rest = schema.get("additionalProperties", True)
    yield from (f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, one in value.items():
        if members is not None and name not in members:
            yield f"{at}.{name} is not told"
        else:
            kind = rest if members is None else members[name]
            yield from misfits(one, kind if isinstance(kind, dict) else {}, named, f"{at}.{name}")
