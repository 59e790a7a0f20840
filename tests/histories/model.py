"""A pure model of a floor of preset M, written without a line of the engine: which answers may follow which."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from tests.histories.floor import (
    CALLS_BEFORE_MISS,
    QUOTA,
    ROUTES,
    SERIES,
    STAGES,
    Act,
    Desk,
    Floor,
    Here,
    Line,
    Person,
    Place,
    WayBack,
    choose,
    following,
    seated_again,
    stage_of,
)
from tests.histories.history import (
    NOBODY,
    SEATED,
    Change,
    Heard,
    Operation,
    Picture,
    Refusal,
    Said,
    Stands,
    closed_text,
    reopened_text,
)
from tests.histories.refusals import refusal_of
from tests.histories.told import Told, change_of

DAY_OPENED, DAY_CLOSED, DAY_REOPENED = (Change("day", verb) for verb in ("opened", "closed", "reopened"))


class Model:
    """The specification of a floor with some counters, for `tests.histories.checker`; `day` says whether one is open.

    Since when somebody waits is what the answer says: a request brings with it the moment at which it arrived, and
    lines stand in the order of these. Who came in without an answer that tells it stands behind all others. `heard` is
    what screens were told of events (see `Told`). `answers` are those of commands sent more than once.
    `called` is whom answered calls got that nobody can have called again: no unanswered call got them. `undone` are
    the acts, by counter and label, that may be taken back; of others nothing is remembered without numbers, so that a
    state does not keep for long in which order it was reached. Nor does it keep who came into a line first of those who
    do not wait since one moment: where that is are the stages and moments in `tied`, None for all.
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
        undone: frozenset[tuple[str, str]] = frozenset(),
        tied: frozenset[tuple[str, int]] | None = None,
    ) -> None:
        self._told, self._answers, self._called, self._undone = Told(heard), answers or {}, called, undone
        self._tied = tied
        nobody = (0,) * len(SERIES), (Line(),) * len(STAGES), tuple(Desk(counter) for counter in counters)
        self.initial = Floor(seq, *nobody, day=day)
        self._verbs: dict[str, Callable[[Floor, Operation], Floor | None]] = {
            "sit": self._sit,
            "get_up": self._get_up,
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
            "hand_over": self._hand_over,
            "number": self._number,
            "enter": self._enter,
            "leave": self._leave,
            "send": self._leave,
            "undo": self._undo,
            "gone": self._gone,
            "close": self._close,
            "clear": self._close,
            "reopen": self._reopen,
            "restore": self._reopen,
        }

    def step(self, floor: Floor, op: Operation) -> Iterator[Floor]:
        """Return the floor after `op`, nothing when it would have answered otherwise."""
        if isinstance(op.said, Heard):
            fits = self._told.has_happened(floor, op.said)
        elif isinstance(op.said, Picture):
            fits = self._told.shows(floor, op.said)
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

    def _sit(self, floor: Floor, op: Operation) -> Floor | None:
        """Let an officer sit at a counter, and no more at another; harmless where they sit already."""
        desk = floor.desk(op.at)
        if self._refusal(floor, op) is not None or op.said not in (None, op.by):
            return None
        if desk.officer == op.by:
            return floor
        up = self._up(floor, op.by)
        return up and self._told.happens(up.with_desk(desk._replace(officer=op.by)), SEATED)

    def _get_up(self, floor: Floor, op: Operation) -> Floor | None:
        """Let an officer be absent."""
        if self._refusal(floor, op) is not None or op.said not in (None, NOBODY):
            return None
        return self._up(floor, op.by)

    def _up(self, floor: Floor, officer: str) -> Floor | None:
        """Return the floor where an officer sits nowhere."""
        seat = floor.seat_of(officer)
        return self._told.happens(floor.with_desk(seat._replace(officer="")), SEATED) if seat else floor

    def _open(self, floor: Floor, op: Operation) -> Floor | None:
        desk = floor.desk(op.at)
        if self._refusal(floor, op) is not None:
            return None
        if desk.state == "open":
            return floor
        begun = self._in_a_day(floor.with_desk(desk._replace(state="open")))
        return begun and self._told.happens(begun, Change(op.at, "open", stage_of(op.at)))

    def _in_a_day(self, floor: Floor) -> Floor | None:
        """Return the floor with its day open: the first token or counter opens it."""
        return floor if floor.day else self._told.happens(floor._replace(day=True), DAY_OPENED)

    def _number(self, floor: Floor, op: Operation) -> Floor | None:
        label, after = floor.with_number(op.at)
        return after if op.said in (None, label) else None

    def _enter(self, floor: Floor, op: Operation) -> Floor | None:
        if not floor.day:
            return None
        return self._wait(floor, op.at, Person(0, 0, op.token, op.stands.only if op.stands else ""), op)

    def _wait(self, floor: Floor, stage: str, person: Person, op: Operation, age: int = 0) -> Floor:
        """Let somebody wait at a stage, since the moment that goes along with them (`age`) or that the answer says."""
        line = floor.line(stage)
        behind = line.waiting[-1].since if line.waiting else 0
        since = age or (op.stands.since if op.stands else behind)
        if op.stands and self._tied is not None and (stage, since) not in self._tied:
            return floor.with_line(stage, line.with_waiting(person._replace(since=since, step=0)))
        entered = line.with_waiting(person._replace(since=since, step=line.entered + 1))
        return floor.with_line(stage, entered._replace(entered=line.entered + 1))

    def _goes_on(self, floor: Floor, stage: str, person: Person, op: Operation, age: int = 0) -> Floor | None:
        """Return the floor where somebody went on to a stage, None when the answer says another place or age."""
        if op.stands and op.stands != Stands(stage, age or op.stands.since, person.only):
            return None
        return self._told.happens(self._wait(floor, stage, person, op, age), Change(person.label, "waiting", stage))

    def _issue(self, floor: Floor, op: Operation) -> Floor | None:
        label, numbered = floor.with_number(op.at)
        if op.said not in (None, label) or self._refusal(floor, op) is not None:
            return None
        begun = self._in_a_day(numbered)
        new = Person(0, 0, label, arrived=op.stands.since if op.stands else 0)
        return begun and self._goes_on(begun, ROUTES[op.at][0], new, op)

    def _call(self, floor: Floor, op: Operation) -> Floor | None:
        desk, stage = floor.desk(op.at), stage_of(op.at)
        choice = choose(floor.line(stage), desk)
        if choice is None or self._refusal(floor, op) is not None:
            return None
        chosen, left = choice
        if op.said != chosen.label and (op.said is not None or (stage, chosen.label) in self._called):
            return None
        before, passes = Place("waiting", stage, "", Here(chosen)), floor.line(stage).passes
        called = desk._replace(here=Here(chosen.changed(), officer=desk.officer))
        after = floor.with_line(stage, left).with_desk(self._acted(floor, op, called, before, passes))
        return self._told.happens(after, Change(chosen.label, "called", stage, op.at))

    def _recall(self, floor: Floor, op: Operation) -> Floor | None:
        desk = floor.desk(op.at)
        if desk.here is None or self._refusal(floor, op) is not None:
            return None
        again = desk.here.changed(calls=min(desk.here.calls + 1, CALLS_BEFORE_MISS))
        after = floor.with_desk(self._acted(floor, op, desk._replace(here=again)))
        return self._told.happens(after, Change(op.token, "called", stage_of(op.at), op.at))

    def _start(self, floor: Floor, op: Operation) -> Floor | None:
        desk = floor.desk(op.at)
        if desk.here is None or self._refusal(floor, op) is not None:
            return None
        served = desk._replace(here=desk.here.changed(), serving=True)
        after = floor.with_desk(self._acted(floor, op, served))
        return self._told.happens(after, Change(op.token, "serving", stage_of(op.at), op.at))

    def _leave(self, floor: Floor, op: Operation) -> Floor | None:
        if self._refusal(floor, op) is not None:
            return None
        return floor.with_desk(self._acted(floor, op, floor.desk(op.at).free()))

    def _finish(self, floor: Floor, op: Operation) -> Floor | None:
        here, after, stage = floor.desk(op.at).here, self._leave(floor, op), stage_of(op.at)
        if here is None or after is None:
            return None
        person, ways = here.person, here.person.ways
        if ways:
            stage, only = ways[-1]
            there = person.changed(only=only if floor.at_work(stage, only) else "", ways=ways[:-1])
            return self._goes_on(after, stage, there, op, person.arrived)
        if following(person.label, stage):
            return self._goes_on(after, following(person.label, stage), person.changed(only=""), op)
        return None if op.stands else self._told.happens(after, Change(person.label, "done"))

    def _transfer(self, floor: Floor, op: Operation) -> Floor | None:
        here, after = floor.desk(op.at).here, self._leave(floor, op)
        if here is None or after is None:
            return None
        person, ways = here.person, here.person.ways
        if op.back:
            ways = (*ways, WayBack(stage_of(op.at), person.only or op.at))
        return self._goes_on(after, op.to, person.changed(only=op.only, ways=ways), op, person.arrived)

    def _hand_over(self, floor: Floor, op: Operation) -> Floor | None:
        """Let who waits for somebody absent be called by every counter of the stage, at the place of their age."""
        place = floor.place_of(op.token)
        if place is None or self._refusal(floor, op) is not None:
            return None
        person = place.here.person
        return self._goes_on(floor.without(place), place.stage, person.changed(only=""), op, person.since)

    def _hold(self, floor: Floor, op: Operation) -> Floor | None:
        desk = floor.desk(op.at)
        if desk.here is None or self._refusal(floor, op) is not None:
            return None
        held = desk.free()._replace(held=(*desk.held, desk.here.changed()))
        after = floor.with_desk(self._acted(floor, op, held))
        return self._told.happens(after, Change(op.token, "held", stage_of(op.at), op.at))

    def _resume(self, floor: Floor, op: Operation) -> Floor | None:
        desk = floor.desk(op.at)
        parked = desk.parked(op.token)
        if parked is None or self._refusal(floor, op) is not None:
            return None
        served = desk.without(parked)._replace(here=parked.changed(), serving=True)
        after = floor.with_desk(self._acted(floor, op, served))
        return self._told.happens(after, Change(op.token, "serving", stage_of(op.at), op.at))

    def _miss(self, floor: Floor, op: Operation) -> Floor | None:
        desk = floor.desk(op.at)
        if desk.here is None or self._refusal(floor, op) is not None:
            return None
        return self._is_missed(floor, op, desk.here, desk.free())

    def _miss_held(self, floor: Floor, op: Operation) -> Floor | None:
        desk = floor.desk(op.at)
        parked = desk.parked(op.token)
        if parked is None or self._refusal(floor, op) is not None:
            return None
        return self._is_missed(floor, op, parked, desk.without(parked))

    def _is_missed(self, floor: Floor, op: Operation, here: Here, desk: Desk) -> Floor | None:
        stage = stage_of(op.at)
        line = floor.line(stage)
        after = floor.with_desk(self._acted(floor, op, desk))
        after = after.with_line(stage, line._replace(missed=tuple(sorted((*line.missed, here.person.changed())))))
        return self._told.happens(after, Change(op.token, "missed", stage))

    def _return(self, floor: Floor, op: Operation) -> Floor | None:
        """Let somebody who was missed wait again as they did before; for one who waits nothing happens."""
        place = floor.place_of(op.token)
        if place is None or place.counter or op.stands not in (None, _stands(place)):
            return None
        if place.state == "waiting":
            return floor
        back = Place("waiting", place.stage, "", Here(place.here.person.changed()))
        return self._told.happens(floor.without(place).standing(back), change_of(back))

    def _acted(self, floor: Floor, op: Operation, after: Desk, before: Place | None = None, passes: int = 0) -> Desk:
        """Return a desk that remembers what it has done; to whom it has or has parked unless `before` says whom."""
        before = before or floor.desk(op.at).place_of(op.token)
        if not self._told.numbered and (op.at, before.label) not in self._undone:
            return after.with_act(None)
        seq = self._told.next(floor.seq) if self._told.numbered else 0
        return after.with_act(Act(op.verb, seq, before.here.person.acts + 1, before, passes))

    def _refusal(self, floor: Floor, op: Operation) -> Refusal | None:
        """Return how a command is refused, None when it is not."""
        return refusal_of(floor, op, self._act(floor, op) if op.verb == "undo" else None)

    def _act(self, floor: Floor, op: Operation) -> Act | None:
        """Return the act that an undo means: the one of a number, else the last; in parts the last on its token."""
        acts = tuple(act for act in floor.desk(op.at).acts if act)
        if not self._told.numbered:
            acts = tuple(act for act in acts if act.before.label == op.token)
        elif op.act:
            acts = tuple(act for act in acts if act.seq == op.act)
        return acts[-1] if acts else None

    def _undo(self, floor: Floor, op: Operation) -> Floor | None:
        """Let somebody stand as they did before an act."""
        act = self._act(floor, op)
        if act is None or self._refusal(floor, op) is not None:
            return None
        before = act.before
        if op.said is not None and (op.said, op.stands) != (before.label, _stands(before)):
            return None
        desk, now = floor.desk(op.at), floor.place_of(before.label)
        after = floor.with_desk(desk._replace(acts=tuple(each for each in desk.acts if each != act)))
        if now and not act.leads_elsewhere:
            after = after.without(now)
        after = after.standing(before)
        line = after.line(before.stage)
        passes = min(QUOTA - 1, line.passes + act.passes)
        return self._told.happens(after.with_line(before.stage, line._replace(passes=passes)), change_of(before))

    def _gone(self, floor: Floor, op: Operation) -> Floor | None:
        """Let somebody wait no more whose coming was taken back; possible while nothing was done to them since."""
        place = floor.place_of(op.token)
        if place is None or place.state != "waiting" or place.here.person.acts:
            return None
        return floor.without(place)

    def _close(self, floor: Floor, op: Operation) -> Floor | None:
        """End the day: who was missed is a no-show, everybody else has expired; harmless for a day that was closed."""
        if self._refusal(floor, op) is not None:
            return None
        if not floor.day:
            return floor if _says(op, closed_text(0, 0, 0)) else None
        ends = [Change(p.label, "no_show" if p.state == "missed" else "expired") for p in floor.people()]
        shut = [Change(desk.name, "closed", stage_of(desk.name)) for desk in floor.desks if desk.state != "closed"]
        missed = sum(end.state == "no_show" for end in ends)
        if not _says(op, closed_text(len(ends) - missed, missed, len(shut))):
            return None
        after = floor._replace(
            day=False,
            before=(floor.lines, floor.desks),
            lines=tuple(line._replace(waiting=(), missed=()) for line in floor.lines),
            desks=tuple(Desk(desk.name, acts=desk.acts, officer=desk.officer) for desk in floor.desks),
        )
        return self._told.happens(after, *ends, *shut, DAY_CLOSED)

    def _reopen(self, floor: Floor, op: Operation) -> Floor | None:
        """Let everybody stand where they stood when the day was closed, at paused counters; harmless if it is open."""
        if floor.day:
            return floor if _says(op, reopened_text(0, ())) else None
        if floor.before is None:
            return None
        lines, desks = floor.before
        there = tuple(
            desk._replace(state="paused" if desk.here else "closed", officer=now.officer)
            for desk, now in zip(desks, floor.desks, strict=True)
        )
        after = floor._replace(day=True, before=None, lines=lines, desks=there)
        back = [change_of(place) for place in after.people()]
        paused = [Change(desk.name, "paused", stage_of(desk.name)) for desk in there if desk.here]
        if not _says(op, reopened_text(len(back), [change.subject for change in paused])):
            return None
        seated = seated_again(after)
        seats = sum(desk.officer != now.officer for desk, now in zip(seated.desks, there, strict=True))
        return self._told.happens(seated, DAY_REOPENED, *back, *paused, *[SEATED] * seats)


def _stands(place: Place) -> Stands | None:
    """Return what an answer says of where somebody waits."""
    person = place.here.person
    return None if place.counter else Stands(place.stage, person.since, person.only)


def _says(op: Operation, text: str) -> bool:
    """Whether an answer may be a text; of a part of the floor nobody says it."""
    return op.verb in ("clear", "restore") or op.said in (None, text)
