"""The plan of preset M, as far as the model knows it: series, stages and ways, and the rule of calling."""

from typing import NamedTuple

ROUTES = {**dict.fromkeys("NTFPR", ("G", "A", "B", "C", "X")), "E": ("E",)}
SERIES = tuple(ROUTES)
STAGES = ("G", "A", "B", "C", "X", "E")
FIRST_SERIES = "F"
QUOTA = 3
CALLS_BEFORE_MISS = 2


class WayBack(NamedTuple):
    """Where an errand leads back to."""

    stage: str
    counter: str


class Person(NamedTuple):
    """Somebody at a stage: since when (milliseconds), as which one to enter it, the label.

    `only` is the counter that alone may call them, `ways` lead back from their errands, the last first.
    """

    since: int
    step: int
    label: str
    only: str = ""
    ways: tuple[WayBack, ...] = ()


class Here(NamedTuple):
    """Somebody who was called to a counter, and how often."""

    person: Person
    calls: int = 1


class Line(NamedTuple):
    """A stage: who waits, the longest wait first, and how many calls in a row have passed over the first.

    `missed` are those who were called in vain, `entered` counts all who ever came into the line.
    """

    waiting: tuple[Person, ...] = ()
    passes: int = 0
    missed: tuple[Person, ...] = ()
    entered: int = 0

    def with_waiting(self, *more: Person) -> "Line":
        """Return the line with more people in it, each at the place of their age."""
        return self._replace(waiting=tuple(sorted((*self.waiting, *more))))


class Desk(NamedTuple):
    """A counter: whether it is open, whom it has, whether they are being served, and who is parked at it."""

    open: bool = False
    here: Here | None = None
    serving: bool = False
    held: tuple[Here, ...] = ()

    @property
    def token(self) -> str:
        """The label of whom it has, nothing when it is free."""
        return self.here.person.label if self.here else ""

    def parked(self, label: str) -> Here | None:
        """Return who is parked here under a label, None when nobody is."""
        return next((one for one in self.held if one.person.label == label), None)

    def without(self, parked: Here) -> "Desk":
        """Return the desk without somebody who was parked at it."""
        return self._replace(held=tuple(one for one in self.held if one is not parked))

    def free(self) -> "Desk":
        """Return the desk without whom it has."""
        return self._replace(here=None, serving=False)


class Floor(NamedTuple):
    """All that is there. `done` are the keys of retried commands that have taken effect, `day` whether one is open."""

    seq: int
    numbers: tuple[int, ...]
    lines: tuple[Line, ...]
    desks: tuple[Desk, ...]
    done: frozenset[str] = frozenset()
    day: bool = True

    def line(self, stage: str) -> Line:
        """Return the line of a stage."""
        return self.lines[STAGES.index(stage)]

    def with_line(self, stage: str, line: Line) -> "Floor":
        """Return the floor with another line at a stage."""
        index = STAGES.index(stage)
        return self._replace(lines=(*self.lines[:index], line, *self.lines[index + 1 :]))

    def with_desk(self, index: int, desk: Desk) -> "Floor":
        """Return the floor with another desk at a place."""
        return self._replace(desks=(*self.desks[:index], desk, *self.desks[index + 1 :]))

    def with_number(self, series: str) -> tuple[str, "Floor"]:
        """Return the next label of a series, and the floor after it was given."""
        index = SERIES.index(series)
        number = self.numbers[index] + 1
        return f"{series}{number:03d}", self._replace(
            numbers=(*self.numbers[:index], number, *self.numbers[index + 1 :])
        )


def stage_of(counter: str) -> str:
    """Return the stage of a counter."""
    return counter.rstrip("0123456789")


def following(label: str, stage: str) -> str:
    """Return the stage after `stage` on the way of a token, nothing at its end."""
    route = ROUTES[label[0]]
    place = route.index(stage) + 1
    return route[place] if place < len(route) else ""


def choose(line: Line, counter: str) -> tuple[Person, Line] | None:
    """Return who is called next to a counter and the line after that call, None when nobody waits for it.

    Who waits for this counter alone goes first, then series F, then the longest wait; but every third call takes the
    longest wait of all.
    """
    mine = [one for one in line.waiting if one.only in ("", counter)]
    if not mine:
        return None
    first = min(mine, key=lambda one: (not one.only, one.label[0] != FIRST_SERIES, one))
    chosen = mine[0] if line.passes >= QUOTA - 1 else first
    left = tuple(one for one in line.waiting if one is not chosen)
    return chosen, line._replace(waiting=left, passes=0 if chosen is mine[0] else line.passes + 1)
