"""JSON values as a type: what a record, a column or a message holds before it is read into a value of ours."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
JsonObject = Mapping[str, Json]

# `Any` stands for JSON that a program of ours wrote: its reader knows the shape it has in that version.
Stored = Mapping[str, Any]  # an object
FromJson = Callable[[Any], Any]  # makes a value of ours of it
ToJson = Callable[[Any], Json]  # and it of a value of ours
