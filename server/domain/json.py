"""JSON values as a type: what a record, a column or a message holds before it is read into a value of ours."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
JsonObject = Mapping[str, Json]
