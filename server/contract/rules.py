"""`lifecycle.js`: what may follow what, who may do what, and the verbs of a console, as data for the screens."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from server.api.serving import BUTTONS
from server.domain.permissions import Role, permissions_of
from server.domain.token.changes import TRANSITIONS, Action
from server.domain.token.lifecycle import AT_COUNTER, COUNTER_TRANSITIONS, CounterState, StepState

HEAD = "// What may follow what, who may do what, the verbs of a console. By `make contract`; a test compares it.\n"
Value = str | bool | Mapping[Any, Any] | Sequence[Any]  # a table of tables, by words of any kind
"""What the data is made of: words, and lists and tables of them by words."""


def rules_text() -> str:
    """Return the text of `lifecycle.js`."""
    return "\n".join([HEAD, _tokens(), _counters(), _at_counter(), _allowed(), _verbs()])


def _tokens() -> str:
    return _constant(
        "TOKEN",
        "The actions that the state of a token allows, and where each leads.",
        "Readonly<Record<Baari.StepState, Readonly<Partial<Record<Baari.Action, Baari.StepState>>>>>",
        {before: {a: TRANSITIONS[before, a] for a in Action if (before, a) in TRANSITIONS} for before in StepState},
    )


def _counters() -> str:
    return _constant(
        "COUNTER",
        "The states that may follow the state of a counter; repeating the present one is harmless.",
        "Readonly<Record<Baari.CounterState, ReadonlyArray<Baari.CounterState>>>",
        {before: [after for after in CounterState if COUNTER_TRANSITIONS[before, after]] for before in CounterState},
    )


def _at_counter() -> str:
    return _constant(
        "AT_COUNTER",
        "The states in which a token is at a counter.",
        "ReadonlyArray<Baari.StepState>",
        [state for state in StepState if state in AT_COUNTER],
    )


def _allowed() -> str:
    return _constant(
        "ALLOWED",
        "What each role may do.",
        "Readonly<Record<Baari.Role, ReadonlyArray<Baari.Permission>>>",
        {role: permissions_of(role) for role in Role},
    )


def _verbs() -> str:
    return _constant(
        "VERBS",
        "What a console does at once with the token that is here, in the order of its buttons.",
        'ReadonlyArray<Readonly<{ verb: import("../ui/addresses.js").CounterVerb, key: string, words: string, '
        "done: string, action: Baari.Action, kind: Baari.Kind, running: boolean, lead: boolean }>>",
        [{"verb": verb, **asdict(button)} for verb, button in BUTTONS.items()],
    )


def _constant(name: str, comment: str, kind: str, value: Value) -> str:
    return f"/**\n * {comment}\n *\n * @type {{{kind}}}\n */\nexport const {name} = {_frozen(value, '')};\n"


def _frozen(value: Value, indent: str) -> str:
    """Return a value as JavaScript that nobody can change."""
    if isinstance(value, Mapping):
        inner = "".join(f"{indent}  {name}: {_frozen(inside, indent + '  ')},\n" for name, inside in value.items())
        return f"Object.freeze({{\n{inner}{indent}}})" if inner else "Object.freeze({})"
    if isinstance(value, str | bool):
        return json.dumps(value)
    if value and isinstance(value[0], Mapping):
        rows = "".join(f"{indent}  {_frozen(row, indent + '  ')},\n" for row in value)
        return f"Object.freeze([\n{rows}{indent}])"
    return f"Object.freeze(/** @type {{const}} */ ([{', '.join(map(json.dumps, value))}]))"
