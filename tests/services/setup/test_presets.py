"""A centre as a file: preset M as specified, and every mistake named."""

from typing import Any

import pytest
from pydantic import ValidationError

from server.domain.errors import AlreadyThere
from server.services.setup.presets import install_centre, load_preset, preset_names
from server.services.setup.shapes import Preset
from tests.factories import DAY, Floor

M = load_preset("M").model_dump(mode="json")


def test_preset_m_is_the_floor_that_was_specified() -> None:
    preset = load_preset("M")
    counters = {stage.code: stage.counters for stage in preset.stages}
    assert counters == {"G": 6, "A": 33, "AX": 3, "B": 10, "C": 6, "X": 2, "E": 2}
    assert {s.code: s.service_min for s in preset.stages} == {
        "G": 2.5,
        "A": 15,
        "AX": 6,
        "B": 5,
        "C": 3,
        "X": 1,
        "E": 6,
    }
    assert preset.routes["default"] == ["G", "A", "B", "C", "X"]
    assert [service.code for service in preset.services] == ["NORMAL", "TATKAAL", "PCC", "RETURN", "ENQUIRY"]
    assert sum(share.share for share in preset.demand.shares) == pytest.approx(1)


def test_every_name_of_a_preset_stands_in_every_language_of_its_centre() -> None:
    for name in preset_names():
        preset = load_preset(name)
        things: list[Any] = [
            preset.centre,
            *preset.stages,
            *preset.series,
            *preset.services,
            *preset.needs.values(),
        ]
        assert all(set(thing.name) >= set(preset.centre.languages) for thing in things)


def change(path: str, value: Any) -> dict[str, Any]:
    """Return preset M with one value changed; the path is dotted, numbers are places in a list."""
    changed = Preset.model_validate(M).model_dump(mode="json")
    *outer, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = changed
    for part in outer:
        place = place[part]
    place[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("centre.colour", "red", "colour"),
        ("stages.0.ok", "fine", "ok is 'fine'"),
        ("stages.1.open", 34, "34 open of 33"),
        ("stages.3.outcomes.error.to", "AY", "unknown target of an outcome: AY"),
        ("routes.default", ["G", "Q"], "unknown stage of a route: Q"),
        ("services.0.route", "none", "unknown route of a service: none"),
        ("services.0.series", "Z", "unknown series of a service: Z"),
        ("needs.senior.series", "Z", "needs: unknown series Z"),
        ("profiles", {"G1": {"prefers": ["Z"]}}, "profiles: unknown series Z"),
        ("profiles", {"G1": {"services": ["NOPE"]}}, "profiles: unknown service NOPE"),
        ("calling.protected", ["Z"], "calling: unknown series Z"),
        ("series.0.letter", "O", "letter"),
        ("series.0.overflow", "T", "a letter is used for two series"),
        ("hours.open", "9:30", "open"),
        ("demand.never_arrive", 2, "never_arrive"),
    ],
)
def test_a_mistake_in_a_preset_is_named(path: str, value: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Preset.model_validate(change(path, value))


def test_a_preset_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(LookupError, match="there are M"):
        load_preset("XXL")


def test_a_second_centre_may_not_take_the_names_of_the_first(sqlite_floor: Floor) -> None:
    preset = sqlite_floor.preset
    with pytest.raises(AlreadyThere, match="PSK-DEMO"):
        sqlite_floor.db.write(None, lambda tx: install_centre(tx, preset, DAY, "e", demo=False))
