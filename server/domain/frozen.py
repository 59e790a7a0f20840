"""Frozen values with some fields changed, where every command and every replayed event comes by."""

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TypeVar

T = TypeVar("T")
Values = tuple[object, ...]


def changed(value: T, **changes: object) -> T:
    """Return a frozen value of two fields or more with some of them changed, as `dataclasses.replace` does.

    It takes a third of the time, of which each command spends a good part on values of twenty fields. But nobody checks
    the types: elsewhere take `replace`. Raises KeyError for a name that is no field.
    """
    kind: type[object] = type(value)
    read, places = _shape(kind)
    values = list(read(value))
    for name, new in changes.items():
        values[places[name]] = new
    return type(value)(*values)


@cache
def _shape(kind: type[object]) -> tuple[Callable[[object], Values], dict[str, int]]:
    """Return what reads the fields of a class in their order, and where each stands."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # a dataclass, or it raises TypeError
    return attrgetter(*names), {name: place for place, name in enumerate(names)}
