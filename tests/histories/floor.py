"""The plan of preset M, as far as the model knows it: series, stages and ways, and the rule of calling."""

from typing import NamedTuple

ROUTES = {**dict.fromkeys("NTFPR", ("G", "A", "B", "C", "X")), "E": ("E",)}
SERIES = tuple(ROUTES)
STAGES = ("G", "A", "B", "C", "X", "E")
FIRST_SERIES = "F"
QUOTA = 3


class Waits(NamedTuple):
    """Somebody in line: since when (milliseconds), the number of the step, the label."""

    since: int
    step: int
    label: str


class Line(NamedTuple):
    """A stage: who waits, the longest wait first, and how many calls in a row have passed over the first."""

    waiting: tuple[Waits, ...] = ()
    passes: int = 0


class Desk(NamedTuple):
    """A counter: whether it is open, whom it has, and whether they are being served."""

    open: bool = False
    token: str = ""
    serving: bool = False


class Floor(NamedTuple):
    """All that is there. `done` are the keys of retried commands that have taken effect."""

    seq: int
    numbers: tuple[int, ...]
    lines: tuple[Line, ...]
    desks: tuple[Desk, ...]
    done: frozenset[str] = frozenset()

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


def choose(line: Line) -> tuple[Waits, Line] | None:
    """Return who is called next and the line after that call, None when nobody waits.

    Series F goes first, then the longest wait; but every third call takes the longest wait of all.
    """
    if not line.waiting:
        return None
    oldest = line.waiting[0]
    first = next((one for one in line.waiting if one.label[0] == FIRST_SERIES), oldest)
    chosen = oldest if line.passes >= QUOTA - 1 else first
    left = tuple(one for one in line.waiting if one is not chosen)
    return chosen, Line(left, 0 if chosen is oldest else line.passes + 1)
