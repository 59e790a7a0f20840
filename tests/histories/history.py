"""What is recorded of a run: every try of a command and every observation, with the times around it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tests.histories.floor import ROUTES, following, stage_of


class Refusal(NamedTuple):
    """A command was refused with this code; `token` is whom the counter has, when the answer told."""

    code: str
    token: str = ""


class Change(NamedTuple):
    """What an event tells: a token (by its label) or a counter, its state, its stage and its counter after it."""

    subject: str
    state: str
    stage: str = ""
    counter: str = ""


class Heard(NamedTuple):
    """An event arrived at a screen: its number and what it tells."""

    seq: int
    change: Change


class Picture(NamedTuple):
    """A reading of the floor: the number of its last event and, unless only that was asked, all that is there."""

    seq: int
    floor: frozenset[Change] | None = None


Said = str | Refusal | Heard | Picture


@dataclass(frozen=True, slots=True)
class Operation:
    """One try of a command, or one observation.

    `verb`: issue, open, call, start, recall, finish, read, hear; in parts of a history also number, enter, leave.
    `at`: the counter, series or stage. `token`: the label that the command named. `said`: the answer, None when it is
    not known. `key`: the Idempotency-Key. Times are nanoseconds; no `returned` means that the outcome is unknown.
    """

    verb: str
    at: str
    said: Said | None
    invoked: int
    returned: int | None
    token: str = ""
    key: str = ""
    client: str = ""


def answers_of(history: Iterable[Operation]) -> dict[str, Said]:
    """Return the first answer that is no refusal, by key, of the commands that were sent more than once."""
    tries = list(history)
    sent = Counter(op.key for op in tries if op.key)
    given = sorted((op for op in tries if sent[op.key] > 1 and _granted(op)), key=lambda op: op.returned or 0)
    return {op.key: op.said for op in reversed(given) if op.said is not None}


def settled(history: Sequence[Operation]) -> list[Operation]:
    """Return a history in which a try of unknown outcome has the answer that a retry was given.

    Whether and when it took effect stays unknown; but if it did, this was its answer.
    """
    answers = answers_of(history)
    return [replace(op, said=answers.get(op.key)) if op.said is None else op for op in history]


def parts_of(history: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Return a history by series and by stage; issue and finish, which speak of two of them, are in both.

    What was read or heard of the whole floor is in none. Raises ValueError for an issue of which no try was answered:
    nobody knows who entered the line.
    """
    parts: dict[str, list[Operation]] = {}
    for op in history:
        for name, part in _split(op):
            parts.setdefault(name, []).append(part)
    return parts


def _granted(op: Operation) -> bool:
    return op.said is not None and not isinstance(op.said, Refusal)


def _split(op: Operation) -> Iterator[tuple[str, Operation]]:
    if op.verb == "issue":
        yield from _issue(op)
    elif op.verb == "finish":
        yield from _finish(op)
    elif op.verb not in ("hear", "read"):
        yield f"stage {stage_of(op.at)}", op


def _issue(op: Operation) -> Iterator[tuple[str, Operation]]:
    if not isinstance(op.said, str):
        raise ValueError(f"an issue without an answer: {op}")
    first = ROUTES[op.at][0]
    yield f"series {op.at}", replace(op, verb="number")
    yield f"stage {first}", replace(op, verb="enter", at=first, token=op.said)


def _finish(op: Operation) -> Iterator[tuple[str, Operation]]:
    stage = stage_of(op.at)
    yield f"stage {stage}", replace(op, verb="leave")
    if not isinstance(op.said, Refusal) and (after := following(op.token, stage)):
        yield f"stage {after}", replace(op, verb="enter", at=after)
