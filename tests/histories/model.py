"""A pure model of a floor of preset M, written without a line of the engine: which answers may follow which."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from tests.histories.floor import (
    CALLS_BEFORE_MISS,
    ROUTES,
    SERIES,
    STAGES,
    Desk,
    Floor,
    Here,
    Line,
    Person,
    WayBack,
    choose,
    following,
    stage_of,
)
from tests.histories.history import Change, Heard, Operation, Picture, Refusal, Said

DAY_OPENED = Change("day", "opened")
ENDS = ("finish", "leave")


class Model:
    """The specification of a floor with some counters, for `tests.histories.checker`; `day` says whether one is open.

    Since when somebody waits is what the answer says: a request brings with it the moment at which it arrived, and
    lines stand in the order of these. Who came in without an answer that tells it stands behind all others. `heard` is
    what screens were told of events, by their numbers. `answers` are those of commands sent more than once.
    `called` is whom answered calls got that nobody can have called again: no unanswered call got them.
    """

    def __init__(
        self,
        counters: Sequence[str],
        *,
        day: bool = True,
        seq: int = 0,
        heard: Mapping[int, Change] | None = None,
        answers: Mapping[str, Said] | None = None,
        called: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self._desks = {counter: index for index, counter in enumerate(counters)}
        self._heard, self._answers, self._called = heard or {}, answers or {}, called
        nobody = (0,) * len(SERIES), (Line(),) * len(STAGES), (Desk(),) * len(counters)
        self.initial = Floor(seq, *nobody, day=day)
        self._verbs: dict[str, Callable[[Floor, Operation], Floor | None]] = {
            "open": self._open,
            "issue": self._issue,
            "call": self._call,
            "recall": self._recall,
            "start": self._start,
            "finish": self._finish,
            "hold": self._hold,
            "resume": self._resume,
            "miss": self._miss,
            "miss_held": self._miss_held,
            "return": self._return,
            "transfer": self._transfer,
            "number": self._number,
            "enter": self._enter,
            "leave": self._leave,
            "send": self._leave,
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
        begun = self._in_a_day(self._with_desk(floor, op, desk._replace(open=True)))
        return begun and self._happens(begun, Change(op.at, "open", stage_of(op.at)))

    def _in_a_day(self, floor: Floor) -> Floor | None:
        """Return the floor with its day open: the first token or counter opens it."""
        return floor if floor.day else self._happens(floor._replace(day=True), DAY_OPENED)

    def _number(self, floor: Floor, op: Operation) -> Floor | None:
        label, after = floor.with_number(op.at)
        return after if op.said in (None, label) else None

    def _enter(self, floor: Floor, op: Operation) -> Floor:
        return self._wait(floor, op.at, Person(0, 0, op.token, op.stands.only if op.stands else ""), op)

    def _wait(self, floor: Floor, stage: str, person: Person, op: Operation) -> Floor:
        """Let somebody wait at a stage, since when the answer says."""
        line = floor.line(stage)
        since = op.stands.since if op.stands else line.waiting[-1].since if line.waiting else 0
        entered = line.with_waiting(person._replace(since=since, step=line.entered + 1))
        return floor.with_line(stage, entered._replace(entered=line.entered + 1))

    def _goes_on(self, floor: Floor, stage: str, person: Person, op: Operation) -> Floor | None:
        """Return the floor where somebody went on to a stage, None when the answer says another place."""
        if op.stands and (stage, person.only) != (op.stands.stage, op.stands.only):
            return None
        return self._happens(self._wait(floor, stage, person, op), Change(person.label, "waiting", stage))

    def _issue(self, floor: Floor, op: Operation) -> Floor | None:
        label, numbered = floor.with_number(op.at)
        if op.said not in (None, label):
            return None
        begun = self._in_a_day(numbered)
        return begun and self._goes_on(begun, ROUTES[op.at][0], Person(0, 0, label), op)

    def _call(self, floor: Floor, op: Operation) -> Floor | None:
        desk, stage = self._desk(floor, op.at), stage_of(op.at)
        choice = choose(floor.line(stage), op.at)
        if choice is None or not desk.open or desk.token:
            return None
        chosen, left = choice
        if op.said != chosen.label and (op.said is not None or (stage, chosen.label) in self._called):
            return None
        after = self._with_desk(floor.with_line(stage, left), op, desk._replace(here=Here(chosen)))
        return self._happens(after, Change(chosen.label, "called", stage, op.at))

    def _recall(self, floor: Floor, op: Operation) -> Floor | None:
        desk = self._desk(floor, op.at)
        if desk.here is None or self._refusal(floor, op) is not None:
            return None
        again = desk.here._replace(calls=min(desk.here.calls + 1, CALLS_BEFORE_MISS))
        after = self._with_desk(floor, op, desk._replace(here=again))
        return self._happens(after, Change(op.token, "called", stage_of(op.at), op.at))

    def _start(self, floor: Floor, op: Operation) -> Floor | None:
        if self._refusal(floor, op) is not None:
            return None
        after = self._with_desk(floor, op, self._desk(floor, op.at)._replace(serving=True))
        return self._happens(after, Change(op.token, "serving", stage_of(op.at), op.at))

    def _leave(self, floor: Floor, op: Operation) -> Floor | None:
        if self._refusal(floor, op) is not None:
            return None
        return self._with_desk(floor, op, self._desk(floor, op.at).free())

    def _finish(self, floor: Floor, op: Operation) -> Floor | None:
        here, after, stage = self._desk(floor, op.at).here, self._leave(floor, op), stage_of(op.at)
        if here is None or after is None:
            return None
        person, ways = here.person, here.person.ways
        if ways:
            back = person._replace(only=ways[-1].counter, ways=ways[:-1])
            return self._goes_on(after, ways[-1].stage, back, op)
        if following(person.label, stage):
            return self._goes_on(after, following(person.label, stage), person._replace(only=""), op)
        return None if op.stands else self._happens(after, Change(person.label, "done"))

    def _transfer(self, floor: Floor, op: Operation) -> Floor | None:
        here, after = self._desk(floor, op.at).here, self._leave(floor, op)
        if here is None or after is None:
            return None
        ways = here.person.ways
        if op.back:
            ways = (*ways, WayBack(stage_of(op.at), op.at))
        return self._goes_on(after, op.to, here.person._replace(only="", ways=ways), op)

    def _hold(self, floor: Floor, op: Operation) -> Floor | None:
        desk = self._desk(floor, op.at)
        if desk.here is None or self._refusal(floor, op) is not None:
            return None
        after = self._with_desk(floor, op, desk.free()._replace(held=(*desk.held, desk.here)))
        return self._happens(after, Change(op.token, "held", stage_of(op.at), op.at))

    def _resume(self, floor: Floor, op: Operation) -> Floor | None:
        desk = self._desk(floor, op.at)
        parked = desk.parked(op.token)
        if parked is None or self._refusal(floor, op) is not None:
            return None
        after = self._with_desk(floor, op, desk.without(parked)._replace(here=parked, serving=True))
        return self._happens(after, Change(op.token, "serving", stage_of(op.at), op.at))

    def _miss(self, floor: Floor, op: Operation) -> Floor | None:
        desk = self._desk(floor, op.at)
        if desk.here is None or self._refusal(floor, op) is not None:
            return None
        return self._is_missed(floor, op, desk.here, desk.free())

    def _miss_held(self, floor: Floor, op: Operation) -> Floor | None:
        desk = self._desk(floor, op.at)
        parked = desk.parked(op.token)
        if parked is None or self._refusal(floor, op) is not None:
            return None
        return self._is_missed(floor, op, parked, desk.without(parked))

    def _is_missed(self, floor: Floor, op: Operation, here: Here, desk: Desk) -> Floor | None:
        stage = stage_of(op.at)
        line = floor.line(stage)
        after = self._with_desk(floor, op, desk)
        after = after.with_line(stage, line._replace(missed=tuple(sorted((*line.missed, here.person)))))
        return self._happens(after, Change(op.token, "missed", stage))

    def _return(self, floor: Floor, op: Operation) -> Floor | None:
        """Let somebody who was missed wait again as they did before; for one who waits nothing happens."""
        stage, person, missed = self._away(floor, op.token)
        if person is None or (op.stands and op.stands != (stage, person.since, person.only)):
            return None
        if not missed:
            return floor
        line = floor.line(stage)
        left = tuple(one for one in line.missed if one is not person)
        after = floor.with_line(stage, line.with_waiting(person)._replace(missed=left))
        return self._happens(after, Change(op.token, "waiting", stage))

    def _away(self, floor: Floor, label: str) -> tuple[str, Person | None, bool]:
        """Return where somebody waits or was missed, who, and whether missed."""
        for stage in STAGES:
            line = floor.line(stage)
            for missed, people in ((False, line.waiting), (True, line.missed)):
                for person in people:
                    if person.label == label:
                        return stage, person, missed
        return "", None, False

    def _refusal(self, floor: Floor, op: Operation) -> Refusal | None:
        """Return how a command is refused, None when it is not."""
        if op.verb == "return":
            return None if self._away(floor, op.token)[1] else Refusal("illegal_transition")
        desk = self._desk(floor, op.at)
        if op.verb == "call":
            return self._no_call(desk, floor.line(stage_of(op.at)), op.at)
        if op.verb in ("resume", "miss_held"):
            return self._not_parked(desk, op)
        if desk.here is None:
            return Refusal("no_current_token")
        if desk.token != op.token:
            return Refusal("stale", desk.token)
        if (op.verb in ("start", "recall", "miss") and desk.serving) or (op.verb in ENDS and not desk.serving):
            return Refusal("illegal_transition")
        return _too_early(desk.here) if op.verb == "miss" else None

    def _not_parked(self, desk: Desk, op: Operation) -> Refusal | None:
        if op.verb == "resume" and desk.token:
            return Refusal("counter_busy", desk.token)
        parked = desk.parked(op.token)
        if parked is None:
            return Refusal("no_current_token")
        return _too_early(parked) if op.verb == "miss_held" else None

    def _no_call(self, desk: Desk, line: Line, counter: str) -> Refusal | None:
        if not desk.open:
            return Refusal("counter_not_open")
        if desk.token:
            return Refusal("counter_busy", desk.token)
        return None if choose(line, counter) else Refusal("queue_empty")

    def _has_happened(self, floor: Floor, heard: Heard) -> bool:
        """Whether an event is true: it has a number that was given, and all screens were told the same."""
        return heard.seq <= floor.seq and self._heard.get(heard.seq, heard.change) == heard.change

    def _shows(self, floor: Floor, picture: Picture) -> bool:
        return picture.seq == floor.seq and picture.floor in (None, self.picture(floor))

    def picture(self, floor: Floor) -> frozenset[Change]:
        """Return all tokens and all open counters."""
        desks = [(counter, stage_of(counter), floor.desks[index]) for counter, index in self._desks.items()]
        waiting = [Change(one.label, "waiting", stage) for stage in STAGES for one in floor.line(stage).waiting]
        missed = [Change(one.label, "missed", stage) for stage in STAGES for one in floor.line(stage).missed]
        present = [Change(d.token, "serving" if d.serving else "called", at, c) for c, at, d in desks if d.here]
        held = [Change(one.person.label, "held", at, c) for c, at, d in desks for one in d.held]
        return frozenset([*waiting, *missed, *present, *held, *(Change(c, "open", at) for c, at, d in desks if d.open)])

    def _desk(self, floor: Floor, counter: str) -> Desk:
        return floor.desks[self._desks[counter]]

    def _with_desk(self, floor: Floor, op: Operation, desk: Desk) -> Floor:
        return floor.with_desk(self._desks[op.at], desk)


def _too_early(here: Here) -> Refusal | None:
    early = here.calls < CALLS_BEFORE_MISS
    return Refusal("too_early_to_miss", here.person.label) if early else None
