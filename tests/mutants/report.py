"""The score of each area, and which mutants nobody saw."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.mutants.judge import Judged, Verdict
from tests.mutants.sample import AREAS, Area, area_of


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants of an area came to what."""

    area: Area
    verdicts: tuple[Verdict, ...]

    def count(self, *verdicts: Verdict) -> int:
        """Return how many came to one of these."""
        return sum(1 for verdict in self.verdicts if verdict in verdicts)

    @property
    def share(self) -> float:
        """The share that the tests saw."""
        return self.count(Verdict.KILLED, Verdict.HUNG) / len(self.verdicts)

    @property
    def is_enough(self) -> bool:
        """Whether it is as high as required."""
        return self.area.wanted is None or self.share >= self.area.wanted


def scores(judged: Sequence[Judged], areas: Sequence[Area] = AREAS) -> list[Score]:
    """Return the score of each area of which a mutant was tried."""
    every = (Score(area, tuple(j.verdict for j in judged if area_of(j.mutant.path, areas) is area)) for area in areas)
    return [score for score in every if score.verdicts]


def report(judged: Sequence[Judged], drawn: int) -> Iterator[str]:
    """Return lines for people: what nobody saw, then the scores."""
    for each in judged:
        if not each.seen:
            yield f"{each.verdict} ({each.tests} tests): {each.mutant}"
    yield ""
    yield f"{'area':<36}{'mutants':>8}{'killed':>8}{'hung':>8}{'survived':>10}{'not reached':>13}{'seen':>8}  wanted"
    for score in scores(judged):
        counts = f"{score.count(Verdict.KILLED):>8}{score.count(Verdict.HUNG):>8}{score.count(Verdict.SURVIVED):>10}"
        wanted = "" if score.area.wanted is None else f"{score.area.wanted:.0%}{'' if score.is_enough else ' MISSED'}"
        missed = f"{score.count(Verdict.UNREACHED):>13}{score.share:>8.0%}"
        yield f"{score.area.path or 'the rest':<36}{len(score.verdicts):>8}{counts}{missed}  {wanted}"
    if len(judged) < drawn:
        yield f"The time was up after {len(judged)} of {drawn} mutants."
