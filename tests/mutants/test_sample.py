"""The sample is the same for the same seed, denser where it matters, and its lists fit the tree."""

from collections import Counter
from pathlib import Path

import pytest

from tests.mutants import mutant as mutants
from tests.mutants.mutant import equivalents_of, mutants_of
from tests.mutants.sample import AREAS, Area, area_of, draw, sources
from tests.mutants.spared import EQUIVALENT, Equivalent

ROOT = Path(__file__).parents[2]
MANY = "\n".join(f"x{number} = {number}" for number in range(50))
TEXTS = {"server/domain/a.py": MANY, "server/b.py": MANY}
HALVES = (Area("server/domain", 0.25, 0.9), Area("", 0.75))


def test_the_same_seed_draws_the_same_mutants_and_another_seed_others() -> None:
    assert draw(TEXTS, 20, 1) == draw(TEXTS, 20, 1)
    assert draw(TEXTS, 20, 1) != draw(TEXTS, 20, 2)


def test_each_area_has_its_share_and_no_mutant_comes_twice() -> None:
    drawn = draw(TEXTS, 20, 1, HALVES)
    assert Counter(mutant.path for mutant in drawn) == {"server/domain/a.py": 5, "server/b.py": 15}
    assert len(set(drawn)) == 20


def test_what_an_area_lacks_is_drawn_from_the_others() -> None:
    assert len(draw(TEXTS, 90, 1, HALVES)) == 90
    assert len(draw({"server/b.py": MANY}, 30, 1, HALVES)) == 30
    assert len(draw(TEXTS, 500, 1, HALVES)) == 100


def test_a_module_belongs_to_the_first_area_that_holds_it() -> None:
    assert area_of("server/domain/a.py", HALVES).wanted == 0.9
    assert area_of("server/domains.py", HALVES).wanted is None


def test_the_areas_are_in_the_tree() -> None:
    assert [area.path for area in AREAS if not (ROOT / area.path).exists()] == []
    assert sum(area.share for area in AREAS) == pytest.approx(1)
    assert AREAS[-1].path == ""


def test_sources_are_those_of_the_product() -> None:
    names = sources(ROOT)
    assert {name.split("/")[0] for name in names} == {"server", "kiosk", "counter", "display", "hardware"}
    assert set(sources(ROOT, "server/domain")) == {name for name in names if name.startswith("server/domain/")}


def test_a_mutant_that_is_known_to_be_equivalent_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Equivalent("x3 = 3", "3", "4", "nobody reads it")
    monkeypatch.setattr(mutants, "EQUIVALENT", (known,))
    assert {mutant.text for mutant in mutants_of("a.py", MANY)} == set(MANY.splitlines()) - {"x3 = 3"}
    assert list(equivalents_of("a.py", MANY)) == [known]


def test_each_entry_of_the_list_of_equivalent_mutants_is_in_the_tree_with_a_reason() -> None:
    there = {known for name, text in sources(ROOT).items() for known in equivalents_of(name, text)}
    assert [known for known in EQUIVALENT if known not in there] == []
    assert all(known.reason for known in EQUIVALENT)
