"""Judges a recorded run, in three ways that do not need each other."""

from collections.abc import Iterator

from tests.histories.checker import Verdict, check
from tests.histories.history import (
    Change,
    Heard,
    Operation,
    Stands,
    answers_of,
    called_once,
    parts_of,
    settled,
    tied,
    undone,
)
from tests.histories.model import Model
from tests.histories.recorder import Recording

CLOCK_MS = 250.0
"""How far a busy machine's servers may be off when they read the clock of their database."""


def judge_parts(run: Recording) -> dict[str, Verdict]:
    """Return a verdict for each series and each stage by itself, from what clients were answered alone."""
    seen = run.history
    once, back, level = called_once(seen), undone(seen), tied(seen)
    model = Model(run.counters, answers=answers_of(seen), called=once, undone=back, tied=level)
    return {name: check(part, model) for name, part in parts_of(settled(run.history)).items()}


def judge_floor(run: Recording) -> Verdict:
    """Return the verdict on the whole floor: all commands in one order, in which all screens heard and read of them."""
    model = Model(run.counters, day=False, seq=run.seq, heard=told(run.history), answers=answers_of(run.history))
    return check(settled(run.history), model)


def told(history: list[Operation]) -> dict[int, Change]:
    """Return what the first screen that heard of an event was told, by its number."""
    heard: dict[int, Change] = {}
    for op in history:
        if isinstance(op.said, Heard):
            heard.setdefault(op.said.seq, op.said.change)
    return heard


def false_places(run: Recording) -> list[str]:
    """Return who stands in line since a moment that is neither that of the command nor, where it goes along, their own.

    So that lines stand in the order of arrival, and not in any order that a server might write down. Whoever is sent to
    a stage, or comes back from there, waits since they came into the centre; else one waits since the command. Who
    comes back to somebody who is not there any more is told from who goes on by the model of the whole floor.
    """
    arrived = {op.said: op.stands.since for op in run.history if op.verb == "issue" and op.stands}

    def is_true(label: str, verb: str, stands: Stands, begun: float, ended: float) -> bool:
        their_own = verb != "issue" and stands.since == arrived[label]
        of_now = verb != "transfer" and not stands.only
        return their_own or (of_now and begun - CLOCK_MS <= stands.since <= ended + CLOCK_MS)

    return [
        f"{label} at {stands.stage} by {verb}: since {stands.since}, not within {begun:.0f} … {ended:.0f}"
        for label, verb, stands, begun, ended in _entries(run)
        if not is_true(label, verb, stands, begun, ended)
    ]


def _entries(run: Recording) -> Iterator[tuple[str, str, Stands, float, float]]:
    """Return who entered which line, by which verb, how they stand there, and the times around it (ms since 1970)."""
    begun: dict[str, int] = {}
    verbs: dict[str, str] = {}
    for op in run.history:
        begun[op.key] = min(op.invoked, begun.get(op.key, op.invoked))
        verbs[op.key] = op.verb
    for part in parts_of(settled(run.history)).values():
        for op in part:
            if op.verb == "enter" and op.stands and op.returned is not None:
                yield op.token, verbs[op.key], op.stands, run.wall_ms(begun[op.key]), run.wall_ms(op.returned)
