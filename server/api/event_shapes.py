"""Events in the contract: the one class of the wire, told apart by `type` into what the payload of each kind holds."""

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.events.kinds import STORED_ONLY, Kind, Payload, TokenEvent
from server.domain.events.payloads import CounterEvent, NoticeEvent
from server.domain.events.views import EventView

Schema = dict[str, Any]  # JSON Schema, as deep as a shape is
EVENT, OTHER = EventView.__name__, "OtherEvent"
# What the events of a family hold beside their head; all else in them is null.
FAMILIES: Mapping[str, tuple[str, tuple[type[Payload], ...]]] = {
    "TokenEvent": ("token", (TokenEvent,)),
    "CounterEvent": ("counter", (CounterEvent,)),
    "NoticeEvent": ("frozen", (NoticeEvent,)),
}
OWN_FIELDS = frozenset(field for field, _ in FAMILIES.values())
BESIDE: Mapping[str, tuple[str, ...]] = {"NoticeEvent": ("notice",)}
"""What else may stand in the events of a family, or be null."""


def event_schemas(whole: Schema, ref: str) -> dict[str, Schema]:
    """Return the shapes of events by name, made of that of the class: `EventView` is one of the others."""
    kinds = {name: set(_kinds(*payloads)) for name, (_, payloads) in FAMILIES.items()}
    kinds[OTHER] = set(Kind).difference(STORED_ONLY, *kinds.values())
    own = {name: field for name, (field, _) in FAMILIES.items()}
    families = {name: _narrowed(whole, name, kinds[name], own.get(name)) for name in kinds}
    mapping = {kind.value: f"{ref}{name}" for name in kinds for kind in Kind if kind in kinds[name]}
    one_of = {
        "description": whole["description"],
        "oneOf": [{"$ref": f"{ref}{name}"} for name in kinds],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }
    return {EVENT: one_of, **families}


def _kinds(*payloads: type[Payload]) -> Iterator[Kind]:
    """Yield the kinds of payloads and of their subclasses."""
    for payload in payloads:
        yield from (kind for kind in Kind if getattr(payload, "kind", None) is kind)
        yield from _kinds(*payload.__subclasses__())


def _narrowed(whole: Schema, name: str, kinds: set[Kind], field: str | None) -> Schema:
    """Return the shape of the events of some kinds, which hold one field beside their head, or none."""
    others = OWN_FIELDS.union(*BESIDE.values()).difference(BESIDE.get(name, ()))
    fields = whole["properties"] | {key: {"type": "null"} for key in others}
    fields["type"] = {"type": "string", "enum": [kind.value for kind in Kind if kind in kinds]}
    if field is not None:
        fields[field] = _not_null(whole["properties"][field])
    return whole | {"title": name, "properties": fields}


def _not_null(schema: Schema) -> Schema:
    choices = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    return choices[0] if len(choices) == 1 else {"anyOf": choices}
