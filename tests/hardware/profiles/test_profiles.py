"""The profiles name what python-escpos knows of the same printers."""

import pytest
from escpos.capabilities import get_profile

from hardware.profiles.profile import Profile
from hardware.registry import FAMILIES, PROFILES

EVERY = pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)


@EVERY
def test_a_profile_is_as_wide_and_cuts_as_python_escpos_says(profile: Profile) -> None:
    known = get_profile(profile.escpos).profile_data
    assert known["media"]["width"]["pixels"] == profile.width
    assert known["media"].get("dpi", 203) == pytest.approx(profile.dots_per_mm * 25.4, abs=1)
    assert known["features"]["paperPartCut"] is profile.cuts


@EVERY
def test_a_width_is_whole_bytes_and_a_strip_is_one_raster(profile: Profile) -> None:
    assert profile.width % 8 == 0
    assert 0 < profile.strip <= 960


def test_no_two_profiles_share_a_name() -> None:
    assert len(PROFILES) == sum(len(family) for family in FAMILIES)
