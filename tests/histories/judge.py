"""Judges a recorded run, in three ways that do not need each other."""

from collections.abc import Iterator

from tests.histories.checker import Verdict, check
from tests.histories.history import Change, Heard, Operation, Refusal, answers_of, called_in, parts_of, settled
from tests.histories.model import Model
from tests.histories.recorder import Recording

CLOCK_MS = 50.0


def judge_parts(run: Recording) -> dict[str, Verdict]:
    """Return a verdict for each series and each stage by itself, from what clients were answered alone."""
    model = Model(run.counters, run.places, answers=answers_of(run.history), called=called_in(run.history))
    return {name: check(part, model) for name, part in parts_of(settled(run.history)).items()}


def judge_floor(run: Recording) -> Verdict:
    """Return the verdict on the whole floor: all commands in one order, in which all screens heard and read of them."""
    answers, called = answers_of(run.history), called_in(run.history)
    model = Model(run.counters, run.places, seq=run.seq, heard=told(run.history), answers=answers, called=called)
    return check(settled(run.history), model)


def told(history: list[Operation]) -> dict[int, Change]:
    """Return what the first screen that heard of an event was told, by its number."""
    heard: dict[int, Change] = {}
    for op in history:
        if isinstance(op.said, Heard):
            heard.setdefault(op.said.seq, op.said.change)
    return heard


def false_places(run: Recording) -> list[str]:
    """Return who stands in line since a moment at which the command that put them there was not under way.

    So that lines stand in the order of arrival, and not in any order that a server might write down.
    """
    return [
        f"{op.token} at {op.at}: since {run.places[op.token, op.at][0]}, not within {begun:.0f} … {ended:.0f}"
        for op, begun, ended in _entries(run)
        if not begun - CLOCK_MS <= run.places[op.token, op.at][0] <= ended + CLOCK_MS
    ]


def _entries(run: Recording) -> Iterator[tuple[Operation, float, float]]:
    """Return who entered which line, and between which moments (milliseconds since 1970)."""
    begun: dict[str, int] = {}
    for op in run.history:
        begun[op.key] = min(op.invoked, begun.get(op.key, op.invoked))
    for part in parts_of(settled(run.history)).values():
        for op in part:
            if op.verb == "enter" and op.returned is not None and not isinstance(op.said, Refusal):
                yield op, run.wall_ms(begun[op.key]), run.wall_ms(op.returned)
