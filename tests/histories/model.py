"""A pure model of a floor of preset M, written without a line of the engine: which answers may follow which."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from tests.histories.floor import ROUTES, SERIES, STAGES, Desk, Floor, Line, Waits, choose, following, stage_of
from tests.histories.history import Change, Heard, Operation, Picture, Refusal, Said

FIRST = Waits(0, 0, "")


class Model:
    """The specification of a floor with some counters, for `tests.histories.checker`.

    `places` says since when a token waits at a stage, and under which step: a request brings with it the moment at
    which it arrived, and lines stand in the order of these. A token that is not in `places` stands behind all others.
    `heard` is what screens were told of events, by their numbers. `answers` are those of commands sent more than once.
    `called` is whom answered calls got at which stage: since nobody is called twice, no unanswered call got them.
    """

    def __init__(
        self,
        counters: Sequence[str],
        places: Mapping[tuple[str, str], tuple[int, int]] | None = None,
        *,
        seq: int = 0,
        heard: Mapping[int, Change] | None = None,
        answers: Mapping[str, Said] | None = None,
        called: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self._desks = {counter: index for index, counter in enumerate(counters)}
        self._places, self._heard, self._answers = places or {}, heard or {}, answers or {}
        self._called = called
        self.initial = Floor(seq, (0,) * len(SERIES), (Line(),) * len(STAGES), (Desk(),) * len(counters))
        self._verbs: dict[str, Callable[[Floor, Operation], Floor | None]] = {
            "open": self._open,
            "issue": self._issue,
            "call": self._call,
            "recall": self._recall,
            "start": self._start,
            "finish": self._finish,
            "number": self._number,
            "enter": lambda floor, op: self._enter(floor, op.token, op.at),
            "leave": self._leave,
        }

    def step(self, floor: Floor, op: Operation) -> Iterator[Floor]:
        """Return the floor after `op`, nothing when it would have answered otherwise."""
        if isinstance(op.said, Heard):
            fits = self._has_happened(floor, op.said)
        elif isinstance(op.said, Picture):
            fits = self._shows(floor, op.said)
        elif isinstance(op.said, Refusal):
            fits = op.key not in floor.done and op.said == self._refusal(floor, op)
        elif op.key in floor.done:
            fits = op.said in (None, self._answers[op.key])
        else:
            yield from self._effect(floor, op)
            return
        if fits:
            yield floor

    def _effect(self, floor: Floor, op: Operation) -> Iterator[Floor]:
        """Return the floor after a command that was not carried out before."""
        answer = self._answers.get(op.key)
        if answer is not None and op.said not in (None, answer):
            return
        after = self._verbs[op.verb](floor, op if answer is None else replace(op, said=answer))
        if after is not None:
            yield after if answer is None or after is floor else after._replace(done=after.done | {op.key})

    def _happens(self, floor: Floor, change: Change) -> Floor | None:
        """Return the floor with one event more, None when screens were told another one under its number."""
        seq = floor.seq + 1
        return floor._replace(seq=seq) if self._heard.get(seq, change) == change else None

    def _open(self, floor: Floor, op: Operation) -> Floor | None:
        desk = self._desk(floor, op.at)
        if desk.open:
            return floor
        after = floor.with_desk(self._desks[op.at], desk._replace(open=True))
        return self._happens(after, Change(op.at, "open", stage_of(op.at)))

    def _number(self, floor: Floor, op: Operation) -> Floor | None:
        label, after = floor.with_number(op.at)
        return after if op.said in (None, label) else None

    def _enter(self, floor: Floor, label: str, stage: str) -> Floor:
        line = floor.line(stage)
        last = line.waiting[-1] if line.waiting else FIRST
        since, step = self._places.get((label, stage), (last.since, last.step + 1))
        waiting = tuple(sorted((*line.waiting, Waits(since, step, label))))
        return floor.with_line(stage, line._replace(waiting=waiting))

    def _issue(self, floor: Floor, op: Operation) -> Floor | None:
        label, numbered = floor.with_number(op.at)
        stage = ROUTES[op.at][0]
        if op.said not in (None, label):
            return None
        return self._happens(self._enter(numbered, label, stage), Change(label, "waiting", stage))

    def _call(self, floor: Floor, op: Operation) -> Floor | None:
        desk, stage = self._desk(floor, op.at), stage_of(op.at)
        choice = choose(floor.line(stage))
        if choice is None or not desk.open or desk.token:
            return None
        chosen, left = choice
        if op.said != chosen.label and (op.said is not None or (stage, chosen.label) in self._called):
            return None
        after = floor.with_line(stage, left).with_desk(self._desks[op.at], desk._replace(token=chosen.label))
        return self._happens(after, Change(chosen.label, "called", stage, op.at))

    def _recall(self, floor: Floor, op: Operation) -> Floor | None:
        if self._refusal(floor, op) is not None:
            return None
        return self._happens(floor, Change(op.token, "called", stage_of(op.at), op.at))

    def _start(self, floor: Floor, op: Operation) -> Floor | None:
        if self._refusal(floor, op) is not None:
            return None
        after = floor.with_desk(self._desks[op.at], self._desk(floor, op.at)._replace(serving=True))
        return self._happens(after, Change(op.token, "serving", stage_of(op.at), op.at))

    def _leave(self, floor: Floor, op: Operation) -> Floor | None:
        if self._refusal(floor, op) is not None:
            return None
        return floor.with_desk(self._desks[op.at], Desk(self._desk(floor, op.at).open))

    def _finish(self, floor: Floor, op: Operation) -> Floor | None:
        after, stage = self._leave(floor, op), following(op.token, stage_of(op.at))
        if after is None:
            return None
        if not stage:
            return self._happens(after, Change(op.token, "done"))
        return self._happens(self._enter(after, op.token, stage), Change(op.token, "waiting", stage))

    def _refusal(self, floor: Floor, op: Operation) -> Refusal | None:
        """Return how a command at a counter is refused, None when it is not."""
        desk = self._desk(floor, op.at)
        if op.verb == "call":
            return self._no_call(desk, floor.line(stage_of(op.at)))
        if desk.token == op.token:
            begun = op.verb in ("start", "recall")
            return Refusal("illegal_transition") if desk.serving is begun else None
        return Refusal("stale", desk.token) if desk.token else Refusal("no_current_token")

    def _no_call(self, desk: Desk, line: Line) -> Refusal | None:
        if not desk.open:
            return Refusal("counter_not_open")
        if desk.token:
            return Refusal("counter_busy", desk.token)
        return None if line.waiting else Refusal("queue_empty")

    def _has_happened(self, floor: Floor, heard: Heard) -> bool:
        """Whether an event is true: it has a number that was given, and all screens were told the same."""
        return heard.seq <= floor.seq and self._heard.get(heard.seq, heard.change) == heard.change

    def _shows(self, floor: Floor, picture: Picture) -> bool:
        return picture.seq == floor.seq and picture.floor in (None, self.picture(floor))

    def picture(self, floor: Floor) -> frozenset[Change]:
        """Return all tokens and all open counters."""
        waiting = [Change(w.label, "waiting", stage) for stage in STAGES for w in floor.line(stage).waiting]
        desks = [(counter, floor.desks[index]) for counter, index in self._desks.items()]
        present = [
            Change(desk.token, "serving" if desk.serving else "called", stage_of(counter), counter)
            for counter, desk in desks
            if desk.token
        ]
        return frozenset([*waiting, *present, *(Change(c, "open", stage_of(c)) for c, desk in desks if desk.open)])

    def _desk(self, floor: Floor, counter: str) -> Desk:
        return floor.desks[self._desks[counter]]
