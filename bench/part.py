"""What every part of the benchmarks gives: figures, lines for people, and what was to be reached."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.timing import Rate


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a part may put its files, whether it only shows that it works, and another build to compare with."""

    folder: Path
    quick: bool = False
    other: Path | None = None

    def size(self, full: int, quick: int) -> int:
        """Return how much to do."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Aim:
    """What was to be reached: at least, or at most, as much as `wanted`."""

    what: str
    reached: float
    wanted: float
    at_least: bool

    @property
    def ok(self) -> bool:
        """Whether it was."""
        return self.reached >= self.wanted if self.at_least else self.reached <= self.wanted

    def __str__(self) -> str:
        word = "reached" if self.ok else "MISSED"
        sign = "≥" if self.at_least else "≤"
        return f"  {word:<8} {self.what}: {self.reached:.3g} (wanted {sign} {self.wanted:g})"


def at_least(what: str, reached: float, wanted: float) -> Aim:
    """Return an aim that more is better for."""
    return Aim(what, round(reached, 3), wanted, True)


def at_most(what: str, reached: float, wanted: float) -> Aim:
    """Return an aim that less is better for."""
    return Aim(what, round(reached, 3), wanted, False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a part measured: `figures` go into JSON as they are."""

    figures: Mapping[str, object]
    lines: list[str]
    aims: list[Aim] = field(default_factory=list)


Measure = Callable[[Setting], Outcome]


def rate_lines(title: str, rates: Mapping[str, Rate]) -> Iterator[str]:
    """Return a table of rates."""
    yield f"{title:<44}{'a second':>9} {'p50 ms':>9} {'p99 ms':>9}"
    for name, rate in rates.items():
        yield f"{'  ' + name:<44}{rate.per_s:>9.0f} {rate.p50_ms:>9.2f} {rate.p99_ms:>9.2f}"


def figure_line(name: str, *values: float) -> str:
    """Return a line of a table without rates."""
    return f"{'  ' + name:<44}" + " ".join(f"{value:>9.2f}" for value in values)
