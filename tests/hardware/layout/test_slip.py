"""The slip on paper, for printers of every width."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from hardware.layout.fonts import shapes_indic
from hardware.layout.slip import render
from hardware.profiles.epson_tm import TM_T20, TM_T88
from hardware.profiles.generic_escpos import GENERIC_58
from hardware.profiles.profile import Profile
from hardware.values import Slip
from tests.hardware.slips import COPY, SLIP

WIDTHS = pytest.mark.parametrize("profile", [TM_T20, TM_T88, GENERIC_58], ids=lambda profile: profile.name)


def black_columns(slip: Slip, profile: Profile, top_mm: float = 0, bottom_mm: float = 400) -> list[int]:
    """Return the columns in which something is black between two heights."""
    top, bottom = (round(mm * profile.dots_per_mm) for mm in (top_mm, bottom_mm))
    rows = np.array(render(slip, profile).convert("L"))[top:bottom]
    return [int(column) for column in np.flatnonzero((rows < 128).any(axis=0))]


def number_mm(label: str, profile: Profile) -> float:
    """Return how high the number is: of all unbroken runs of rows with black in them, only the QR code's is longer."""
    black = (np.array(render(replace(SLIP, label=label), profile).convert("L")) < 128).any(axis=1)
    edges = np.flatnonzero(np.diff(black.astype(int)))
    return float(sorted(edges[1::2] - edges[::2])[-2]) / profile.dots_per_mm


@WIDTHS
def test_a_slip_is_as_wide_as_its_printer_and_pure_black_on_white(profile: Profile) -> None:
    picture = render(SLIP, profile)
    assert picture.width == profile.width
    assert set(picture.convert("L").tobytes()) == {0, 255}


@WIDTHS
def test_a_slip_is_not_longer_than_a_hand(profile: Profile) -> None:
    assert 100 <= render(SLIP, profile).height / profile.dots_per_mm <= 140


@WIDTHS
@pytest.mark.parametrize("slip", [SLIP, replace(SLIP, label="W999", party=20), replace(SLIP, label="MM888")])
def test_nothing_leaves_the_paper(profile: Profile, slip: Slip) -> None:
    columns = black_columns(slip, profile)
    assert 8 <= min(columns) < max(columns) < profile.width - 8


@pytest.mark.parametrize("label", ["NHN", "HNHN"])
@pytest.mark.parametrize("profile", [TM_T20, TM_T88], ids=lambda profile: profile.name)
def test_the_number_is_twenty_millimetres_high(profile: Profile, label: str) -> None:
    assert number_mm(label, profile) == pytest.approx(20, abs=0.5)


def test_on_narrow_paper_the_number_is_as_high_in_a_narrower_cut() -> None:
    assert number_mm("NHN", GENERIC_58) == pytest.approx(20, abs=0.5)


def test_a_number_too_long_for_narrow_paper_is_lower_and_fills_it() -> None:
    columns = black_columns(replace(SLIP, label="W999"), GENERIC_58, 24, 36)
    assert max(columns) - min(columns) == pytest.approx(GENERIC_58.width - 34, abs=12)  # the face has side bearings
    assert 17 <= number_mm("W999", GENERIC_58) <= 19


@pytest.mark.parametrize("party", [2, 20])
@WIDTHS
def test_the_size_of_a_party_stands_beside_the_number_inside_the_paper(profile: Profile, party: int) -> None:
    alone, family = (black_columns(replace(SLIP, label="N888", party=size), profile, 24, 39) for size in (1, party))
    assert 8 <= min(family) <= min(alone) + 4
    assert max(alone) < max(family) <= profile.width - 8


def test_a_family_with_several_services_and_a_copy_is_not_longer_than_a_hand() -> None:
    more = replace(COPY, party=5, then="फिर: पूछताछ")
    assert render(SLIP, TM_T20).height < render(more, TM_T20).height <= 140 * TM_T20.dots_per_mm


@WIDTHS
def test_the_qr_code_is_large_enough_and_says_the_address(profile: Profile) -> None:
    image = np.array(render(SLIP, profile).convert("L"))
    address, corners, _ = cv2.QRCodeDetector().detectAndDecode(image)
    assert address == SLIP.address
    side = float(np.linalg.norm(corners[0][0] - corners[0][1]))
    assert side / profile.dots_per_mm >= 24.5


@WIDTHS
def test_a_copy_carries_a_black_bar_with_its_mark_inside_and_the_original_none(profile: Profile) -> None:
    top, bottom = (round(mm * profile.dots_per_mm) for mm in (1.5, 10))
    bar = np.array(render(COPY, profile).convert("L"))[top:bottom]
    written = np.flatnonzero((bar == 255).any(axis=0))
    assert 8 <= written.min() < written.max() < profile.width - 8
    assert min(black_columns(SLIP, profile, 1.5, 10)) >= 8


def test_devanagari_is_shaped_by_raqm() -> None:
    assert shapes_indic(), "libfribidi0 is missing: Pillow cannot shape Devanagari"


def test_a_line_breaks_between_its_phrases_and_ends_with_no_dot() -> None:
    """What is on the second line moves nothing of the first, where no dot waits for it."""
    together, apart = (replace(SLIP, facts=facts) for facts in (SLIP.facts, "A हॉल · 12 पहले"))
    assert render(together, GENERIC_58).height > render(apart, GENERIC_58).height
    assert black_columns(together, GENERIC_58, 45, 51) == black_columns(apart, GENERIC_58, 45, 51)


def test_a_word_wider_than_the_paper_is_written_smaller() -> None:
    long = replace(SLIP, centre="Einwohnermeldeangelegenheitenzentrum")
    columns = black_columns(long, GENERIC_58, 0, 7)
    assert 8 <= min(columns) < max(columns) < GENERIC_58.width - 8
