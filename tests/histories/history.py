"""What is recorded of a run: every try of a command and every observation, with the times around it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tests.histories.floor import ROUTES, STAGES, following, stage_of

LEAVE = {"finish": "leave", "transfer": "send"}
OF_ALL = {"close": "clear", "reopen": "restore"}
AWAY = ("return", "hand_over")
"""What is done to somebody who is at no counter."""
LATE_NS = 2_000_000_000
"""For how long a try may be under way after another of its key was refused."""
ELSEWHERE = {"counter_not_open", "not_in_this_line", "too_deep"}
"""How a transfer is refused for what only the whole floor knows."""


class Refusal(NamedTuple):
    """A command was refused with this code; `token` is whom the counter has, when the answer told."""

    code: str
    token: str = ""


class Change(NamedTuple):
    """What an event tells: a token (by its label) or a counter, its state, its stage and its counter after it.

    The subject is `day` where a day begins or ends, `seat` where somebody sits down or gets up, which screens are not
    told of whom; there is none where it tells of nothing that clients do.
    """

    subject: str
    state: str
    stage: str = ""
    counter: str = ""


SEATED = Change("seat", "changed")
NOBODY = "nobody"
"""Who sits at a counter from which somebody got up, as its answer says."""


class Heard(NamedTuple):
    """An event arrived at a screen: its number and what it tells."""

    seq: int
    change: Change


class Picture(NamedTuple):
    """A reading of the floor: the number of its last event and, unless only that was asked, all that is there."""

    seq: int
    floor: frozenset[Change] | None = None


class Stands(NamedTuple):
    """Where an answer says that a token waits: at which stage, since when (milliseconds), for whom alone.

    That is a counter or an officer.
    """

    stage: str
    since: int
    only: str = ""


Said = str | Refusal | Heard | Picture


@dataclass(frozen=True, slots=True)
class Operation:
    """One try of a command, or one observation.

    `verb`: open, issue, sit and get_up, the verbs of a counter (`miss_held` misses somebody parked), return, hand_over,
    close and reopen (of the day), read, hear; in parts of a history also number, enter, leave, send, gone, clear,
    restore. `at`: the counter, series or stage. `by`: the officer who does it, nothing for a key. `token`: the label
    that the command named. `said`: the answer, None when it is not known, and where the token `stands` by it, in case
    it waits. `to`: the stage of a transfer, which leads `back` here and names a counter or an officer of it (`only`)
    perhaps, or the stage to which an act had led that is undone. `act`: the number that an undo names, 0 for the last.
    `shown`: the labels that a close names. `key`: the Idempotency-Key. Times are nanoseconds; no `returned` means that
    the outcome is unknown, which takes effect no more after it `lapses`, if it does.
    """

    verb: str
    at: str
    said: Said | None
    invoked: int
    returned: int | None
    token: str = ""
    key: str = ""
    client: str = ""
    by: str = ""
    to: str = ""
    only: str = ""
    back: bool = False
    stands: Stands | None = None
    act: int = 0
    shown: frozenset[str] = frozenset()
    lapses: int | None = None


def closed_text(expired: int, missed: int, counters: int) -> str:
    """Return what the close of a day answers."""
    return f"{expired} expired, {missed} missed, {counters} counters"


def reopened_text(people: int, counters: Collection[str]) -> str:
    """Return what the reopening of a day answers."""
    return " ".join([f"{people} are back", *sorted(counters)])


def answers_of(history: Iterable[Operation]) -> dict[str, Said]:
    """Return the first answer that is no refusal, by key, of the commands that were tried more than once."""
    groups = {key: tries for key, tries in _by_key(history).items() if key and len(tries) > 1}
    firsts = {key: granted[0] for key, tries in groups.items() if (granted := _granted(tries))}
    return {key: first.said for key, first in firsts.items() if first.said is not None}


def settled(history: Iterable[Operation]) -> list[Operation]:
    """Return a history with fewer operations that has an order exactly when the whole one has.

    A command takes effect once, whichever of its tries does it, and all that are not refused get the same answer. So
    they are one operation, from the first invocation to the first return; without an answer, to no end. Of an event
    only the first hearing counts: what has happened then has happened later too.
    """
    tries = _by_key(history)
    observed = sorted(tries.pop("", []), key=lambda op: op.invoked)
    firsts = {op.said: op for op in reversed(observed) if isinstance(op.said, Heard)}
    others = (op for op in observed if not isinstance(op.said, Heard))
    return [*firsts.values(), *others, *(one for group in tries.values() for one in _merged(group))]


def called_once(history: Sequence[Operation]) -> frozenset[tuple[str, str]]:
    """Return the stage and the label of answered calls that no other can have repeated.

    Who was neither sent anywhere nor missed, and of whom nothing was taken back, is called once at each stage.
    """
    again = {op.token for op in history if op.verb in ("transfer", "miss", "miss_held", "return", "undo")}
    calls = (op for op in history if op.verb == "call" and isinstance(op.said, str))
    return frozenset((stage_of(op.at), str(op.said)) for op in calls if op.said not in again)


def undone(history: Iterable[Operation]) -> frozenset[tuple[str, str]]:
    """Return the counter and the label of what was, or may have been, taken back."""
    return frozenset((op.at, op.token) for op in history if op.verb == "undo" and not isinstance(op.said, Refusal))


def tied(history: Iterable[Operation]) -> frozenset[tuple[str, int]]:
    """Return the stage and the moment since which more than one waits there."""
    people: dict[tuple[str, int], set[str]] = {}
    for op in history:
        if op.stands:
            label = str(op.said) if op.verb == "issue" else op.token
            people.setdefault((op.stands.stage, op.stands.since), set()).add(label)
    return frozenset(at for at, labels in people.items() if len(labels) > 1)


def _by_key(history: Iterable[Operation]) -> dict[str, list[Operation]]:
    groups: dict[str, list[Operation]] = {}
    for op in history:
        groups.setdefault(op.key, []).append(op)
    return groups


def _granted(tries: Iterable[Operation]) -> list[Operation]:
    """Return the tries that were answered and not refused, the first answered first."""
    granted = [op for op in tries if op.said is not None and not isinstance(op.said, Refusal)]
    return sorted(granted, key=lambda op: op.returned or 0)


def _merged(tries: Sequence[Operation]) -> list[Operation]:
    """Return the tries of one key as one, beside those that were refused or contradict it."""
    open_tries = [op for op in tries if not isinstance(op.said, Refusal)]
    if not open_tries:
        return list(tries)
    granted = _granted(tries)
    begun = min(op.invoked for op in open_tries)
    others = [op for op in tries if isinstance(op.said, Refusal)]
    # Whoever was refused afterwards may still be served by a try that is under way, but not for ever.
    over = max(op.returned or op.invoked for op in tries) + LATE_NS if others else None
    merged = replace(granted[0] if granted else open_tries[0], invoked=begun, lapses=over)
    return [merged, *others, *(op for op in granted if (op.said, op.stands) != (merged.said, merged.stands))]


def parts_of(history: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Return a history by series and by stage; issue, finish, transfer and their undo, which speak of two, are in both.

    The close and the reopening of a day are in each stage. What was read or heard of the whole floor is in none, nor
    are refusals that speak of another part or of the whole.
    Nor is an issue of which one try was refused and none granted: it is taken not to have happened. Raises ValueError
    for one that was never answered: nobody knows who entered the line.
    """
    parts: dict[str, list[Operation]] = {}
    history = list(history)
    refused = {op.key for op in history if op.verb == "issue" and isinstance(op.said, Refusal)}
    for op in history:
        if op.verb == "issue" and op.said is None and op.key in refused:
            continue
        for name, part in _split(op):
            parts.setdefault(name, []).append(part)
    return parts


def _split(op: Operation) -> Iterator[tuple[str, Operation]]:
    if op.verb in ("issue", *OF_ALL, "undo", *AWAY) and isinstance(op.said, Refusal):
        return
    if op.verb == "issue":
        yield from _issue(op)
    elif op.verb in LEAVE:
        yield from _leave(op)
    elif op.verb in OF_ALL:
        yield from ((f"stage {stage}", replace(op, verb=OF_ALL[op.verb])) for stage in STAGES)
    elif op.verb in AWAY:
        yield f"stage {op.stands.stage if op.stands else op.at}", op
    elif op.verb not in ("hear", "read"):
        yield f"stage {stage_of(op.at)}", op
        if op.verb == "undo" and op.to:
            yield f"stage {op.to}", replace(op, verb="gone")


def _issue(op: Operation) -> Iterator[tuple[str, Operation]]:
    if not isinstance(op.said, str):
        raise ValueError(f"an issue without an answer: {op}")
    first = ROUTES[op.at][0]
    yield f"series {op.at}", replace(op, verb="number")
    yield f"stage {first}", replace(op, verb="enter", at=first, token=op.said)


def _leave(op: Operation) -> Iterator[tuple[str, Operation]]:
    """Split what ends a step; where the token went is believed here, and judged where the whole floor is."""
    stage = stage_of(op.at)
    if op.verb == "transfer" and isinstance(op.said, Refusal) and op.said.code in ELSEWHERE:
        return
    yield f"stage {stage}", replace(op, verb=LEAVE[op.verb])
    if isinstance(op.said, Refusal):
        return
    answered = isinstance(op.said, str) and op.stands is None
    after = op.stands.stage if op.stands else "" if answered else op.to or following(op.token, stage)
    if after:
        yield f"stage {after}", replace(op, verb="enter", at=after)
