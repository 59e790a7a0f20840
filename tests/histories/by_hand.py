"""Histories written by hand, each operation at the instants that it names."""

from collections.abc import Sequence
from typing import Any

from tests.histories.checker import check
from tests.histories.history import Change, Operation, Refusal, Said, Stands, answers_of, settled
from tests.histories.model import Model

COUNTERS = ("G1", "G2", "A1")
N1, N2 = "N001", "N002"
EMPTY = Refusal("queue_empty")


def op(verb: str, at: str, said: Said | None, invoked: int, returned: int | None, **more: Any) -> Operation:
    return Operation(verb, at, said, invoked, returned, **more)


def opened(counters: Sequence[str] = COUNTERS) -> list[Operation]:
    return [op("open", counter, "open", 0, 1) for counter in counters]


def accepted(
    *operations: Operation, heard: dict[int, Change] | None = None, counters: Sequence[str] = COUNTERS
) -> bool:
    """Return the verdict on a history that begins with open counters."""
    history = [*opened(counters), *operations]
    model = Model(counters, heard=heard or {}, answers=answers_of(history))
    verdicts = {check(history, model).ok, check(settled(history), model).ok}
    assert len(verdicts) == 1, "what spares the search work has changed the verdict"
    return verdicts.pop()


def called() -> list[Operation]:
    """Return how N001 and N002 come, and N001 is called to G1."""
    return [op("issue", "N", N1, 2, 3), op("issue", "N", N2, 4, 5), op("call", "G1", N1, 6, 7)]


def served() -> list[Operation]:
    """Return how N001 is served at G1 and goes on to A."""
    return [
        *called(),
        op("start", "G1", N1, 8, 9, token=N1),
        op("finish", "G1", N1, 10, 11, token=N1, stands=Stands("A", 10)),
    ]


def undo(said: Said, at: int, token: str, **more: Any) -> Operation:
    """Return an undo at G1."""
    return op("undo", "G1", said, at, at + 1, token=token, **more)
