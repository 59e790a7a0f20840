"""The certificate of a day: how fair its calls were, as it is told and printed."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Overtaken:
    """How often tokens had been overtaken when they were called, once for each call (`tokens` of them).

    `p95` is the smallest count that holds for 95 of 100 calls (nearest rank).
    """

    tokens: int
    mean: float
    p95: int
    max: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """A day's calls: `rules` by their rule, `overtaken` by class, `out_of_order` by the reasons of people.

    `worst` is the most that anybody was overtaken ÷ (k + 1), which may be `bound`, None where none is promised.
    """

    day: str
    calls: int
    rules: Mapping[str, int]
    overtaken: Mapping[str, Overtaken]
    worst: float
    bound: int | None
    out_of_order: Mapping[str, int]
    undone: int
    unexplained: int
    beyond_bound: int
