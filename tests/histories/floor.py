"""The plan of preset M, as far as the model knows it: series, stages and ways, who sits where, the rule of calling."""

from collections.abc import Iterator
from typing import Any, NamedTuple

ROUTES = {**dict.fromkeys("NTFPR", ("G", "A", "B", "C", "X")), "E": ("E",)}
SERIES = tuple(ROUTES)
STAGES = ("G", "A", "B", "C", "X", "E")
FIRST_SERIES = "F"
QUOTA = 3
CALLS_BEFORE_MISS = 2
DEEPEST = 5
REMEMBERED = 10
AT_DESK = ("called", "serving")


class WayBack(NamedTuple):
    """Where an errand leads back to, and which counter or officer alone may go on there."""

    stage: str
    only: str


class Person(NamedTuple):
    """Somebody at a stage: since when (milliseconds), as which one to enter it, the label.

    `only` is the counter or the officer that alone may call them, `ways` lead back from their errands, the last first.
    `acts` counts what was done to them and stands. `arrived` is since when they are in the centre, 0 if nobody told.
    """

    since: int
    step: int
    label: str
    only: str = ""
    ways: tuple[WayBack, ...] = ()
    acts: int = 0
    arrived: int = 0

    def changed(self, **fields: Any) -> "Person":
        """Return them after one act more."""
        return self._replace(acts=self.acts + 1, **fields)


class Here(NamedTuple):
    """Somebody who was called to a counter, how often, and the officer who called first, nothing for a key."""

    person: Person
    calls: int = 1
    officer: str = ""

    def changed(self, **fields: Any) -> "Here":
        """Return them after one act more."""
        return self._replace(person=self.person.changed(), **fields)


class Place(NamedTuple):
    """Where somebody is, and in which state."""

    state: str
    stage: str
    counter: str
    here: Here

    @property
    def label(self) -> str:
        """The label of who is there."""
        return self.here.person.label


class Act(NamedTuple):
    """What a counter did to somebody: the number of its event, their `acts` with it, and how they stood `before`.

    `passes` are those of the line before a call.
    """

    verb: str
    seq: int
    acts: int
    before: Place
    passes: int = 0

    @property
    def leads_elsewhere(self) -> bool:
        """Whether they went on to where only another part of the floor looks."""
        return self.verb in ("leave", "send")

    @property
    def ends(self) -> bool:
        """Whether they left the centre by it."""
        before = self.before
        return self.verb == "finish" and not (before.here.person.ways or following(before.label, before.stage))


class Line(NamedTuple):
    """A stage: who waits, the longest wait first, and how many calls in a row have passed over the first.

    `missed` are those who were called in vain, `entered` counts those who came into the line and have a number by it.
    """

    waiting: tuple[Person, ...] = ()
    passes: int = 0
    missed: tuple[Person, ...] = ()
    entered: int = 0

    def with_waiting(self, *more: Person) -> "Line":
        """Return the line with more people in it, each at the place of their age."""
        return self._replace(waiting=tuple(sorted((*self.waiting, *more))))


class Desk(NamedTuple):
    """A counter: its state, whom it has, whether they are being served, who is parked there, its last acts that stand.

    Of the acts it remembers more than a client takes back. `officer` is who sits there, nothing when nobody does.
    """

    name: str
    state: str = "closed"
    here: Here | None = None
    serving: bool = False
    held: tuple[Here, ...] = ()
    acts: tuple[Act | None, ...] = ()
    officer: str = ""

    @property
    def token(self) -> str:
        """The label of whom it has, nothing when it is free."""
        return self.here.person.label if self.here else ""

    def means(self, only: str) -> bool:
        """Whether somebody may be called here for whom a counter or an officer alone is meant, or nobody (nothing)."""
        return only in ("", self.name) or only == self.officer

    def parked(self, label: str) -> Here | None:
        """Return who is parked here under a label, None when nobody is."""
        return next((one for one in self.held if one.person.label == label), None)

    def place_of(self, label: str) -> Place:
        """Return how somebody stands whom it has or who is parked here."""
        parked, stage = self.parked(label), stage_of(self.name)
        if self.here is None or self.token != label:
            assert parked is not None
            return Place("held", stage, self.name, parked)
        return Place("serving" if self.serving else "called", stage, self.name, self.here)

    def without(self, parked: Here) -> "Desk":
        """Return the desk without somebody who was parked at it."""
        return self._replace(held=tuple(one for one in self.held if one is not parked))

    def free(self) -> "Desk":
        """Return the desk without whom it has."""
        return self._replace(here=None, serving=False)

    def with_act(self, act: Act | None) -> "Desk":
        """Return the desk after an act, None for one that is not taken back."""
        return self._replace(acts=(*self.acts, act)[-REMEMBERED:])


class Floor(NamedTuple):
    """All that is there. `done` are the keys of retried commands that have taken effect, `day` whether one is open.

    `before` are the lines and the desks as they were when the day was closed.
    """

    seq: int
    numbers: tuple[int, ...]
    lines: tuple[Line, ...]
    desks: tuple[Desk, ...]
    done: frozenset[str] = frozenset()
    day: bool = True
    before: tuple[tuple[Line, ...], tuple[Desk, ...]] | None = None

    def line(self, stage: str) -> Line:
        """Return the line of a stage."""
        return self.lines[STAGES.index(stage)]

    def with_line(self, stage: str, line: Line) -> "Floor":
        """Return the floor with another line at a stage."""
        index = STAGES.index(stage)
        return self._replace(lines=(*self.lines[:index], line, *self.lines[index + 1 :]))

    def desk(self, name: str) -> Desk:
        """Return a desk."""
        return next(desk for desk in self.desks if desk.name == name)

    def with_desk(self, desk: Desk) -> "Floor":
        """Return the floor with a desk in the place of what it was."""
        return self._replace(desks=tuple(desk if each.name == desk.name else each for each in self.desks))

    def seat_of(self, officer: str) -> Desk | None:
        """Return where an officer sits, None when they are absent."""
        return next((desk for desk in self.desks if desk.officer == officer), None)

    def meant(self, stage: str, only: str) -> list[Desk]:
        """Return the desks of a stage that are a counter, or have an officer."""
        return [desk for desk in self.desks if stage_of(desk.name) == stage and desk.means(only)]

    def at_work(self, stage: str, only: str) -> bool:
        """Whether a counter or an officer, who alone may call somebody at a stage, is there and has not closed."""
        return any(desk.state != "closed" for desk in self.meant(stage, only))

    def people(self) -> Iterator[Place]:
        """Return everybody who is there."""
        for stage, line in zip(STAGES, self.lines, strict=True):
            for state, people in (("waiting", line.waiting), ("missed", line.missed)):
                yield from (Place(state, stage, "", Here(person)) for person in people)
        for desk in self.desks:
            stage = stage_of(desk.name)
            yield from (Place("held", stage, desk.name, one) for one in desk.held)
            if desk.here:
                yield Place("serving" if desk.serving else "called", stage, desk.name, desk.here)

    def place_of(self, label: str) -> Place | None:
        """Return where somebody is, None when they have gone."""
        return next((place for place in self.people() if place.label == label), None)

    def without(self, place: Place) -> "Floor":
        """Return the floor without somebody."""
        if place.counter:
            desk = self.desk(place.counter)
            return self.with_desk(desk.without(place.here) if place.state == "held" else desk.free())
        line = self.line(place.stage)
        waiting, missed = (
            tuple(one for one in people if one is not place.here.person) for people in (line.waiting, line.missed)
        )
        return self.with_line(place.stage, line._replace(waiting=waiting, missed=missed))

    def standing(self, place: Place) -> "Floor":
        """Return the floor with somebody at a place that is free."""
        if not place.counter:
            return self.with_line(place.stage, self.line(place.stage).with_waiting(place.here.person))
        desk = self.desk(place.counter)
        if place.state == "held":
            return self.with_desk(desk._replace(held=(*desk.held, place.here)))
        return self.with_desk(desk._replace(here=place.here, serving=place.state == "serving"))

    def with_number(self, series: str) -> tuple[str, "Floor"]:
        """Return the next label of a series, and the floor after it was given."""
        index = SERIES.index(series)
        number = self.numbers[index] + 1
        return f"{series}{number:03d}", self._replace(
            numbers=(*self.numbers[:index], number, *self.numbers[index + 1 :])
        )


def seated_again(floor: Floor) -> Floor:
    """Let the officers who called those at a counter sit there again if nobody does, nor they elsewhere.

    Of two who were called by one, the first that came into the line has them.
    """
    for desk, here in sorted(((d, d.here) for d in floor.desks if d.here), key=lambda one: one[1].person.step):
        if not desk.officer and here.officer and floor.seat_of(here.officer) is None:
            floor = floor.with_desk(desk._replace(officer=here.officer))
    return floor


def stage_of(counter: str) -> str:
    """Return the stage of a counter."""
    return counter.rstrip("0123456789")


def following(label: str, stage: str) -> str:
    """Return the stage after `stage` on the way of a token, nothing at its end."""
    route = ROUTES[label[0]]
    place = route.index(stage) + 1
    return route[place] if place < len(route) else ""


def choose(line: Line, desk: Desk) -> tuple[Person, Line] | None:
    """Return who is called next to a counter and the line after that call, None when nobody waits for it.

    Who waits for this counter alone, or for the officer who sits there, goes first, then series F, then the longest
    wait; but every third call takes the longest wait of all.
    """
    mine = [one for one in line.waiting if desk.means(one.only)]
    if not mine:
        return None
    first = min(mine, key=lambda one: (not one.only, one.label[0] != FIRST_SERIES, one))
    chosen = mine[0] if line.passes >= QUOTA - 1 else first
    left = tuple(one for one in line.waiting if one is not chosen)
    return chosen, line._replace(waiting=left, passes=0 if chosen is mine[0] else line.passes + 1)
