"""What a screen is called, and the code by which it is paired."""

import itertools

import pytest

from server.domain.errors import InvalidInput
from server.domain.screens import (
    CODE_SIGNS,
    Screen,
    ScreenKind,
    browser_name,
    new_code,
    normal_code,
    screen_of,
    screen_of_key,
)


def test_a_code_has_no_sign_that_is_taken_for_another_and_every_other_one() -> None:
    counted = itertools.count()
    drawn = {sign for _ in range(60) for sign in new_code(lambda n: bytes(next(counted) % 256 for _ in range(n)))}
    assert drawn == set(CODE_SIGNS)
    assert drawn.isdisjoint("0O1I")
    assert len(CODE_SIGNS) == 32  # each byte is as likely to bring one as another


@pytest.mark.parametrize("typed", ["ABC234", "abc234", " abc 234 ", "ABC-234"])
def test_a_code_is_one_however_it_is_typed(typed: str) -> None:
    assert normal_code(typed) == "ABC234"


@pytest.mark.parametrize("typed", ["", "ABC23", "ABC2345", "ABC230", "ABCI34", "आबकडइई"])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert normal_code(typed) is None


@pytest.mark.parametrize(
    ("typed", "page"),
    [("kiosk:K1", "/kiosk/PSK/K1"), ("board:board-a", "/display/PSK/board-a"), ("counter:G1", "/counter/PSK/G1")],
)
def test_a_screen_is_typed_as_its_kind_and_its_id(typed: str, page: str) -> None:
    assert (str(screen_of(typed)), screen_of(typed).page("PSK")) == (typed, page)


@pytest.mark.parametrize("typed", ["K1", "printer:p", "kiosk:", ":K1", ""])
def test_what_names_no_screen_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        screen_of(typed)


def test_a_key_opens_the_screen_it_is_bound_to_and_one_bound_to_none_no_certain_one() -> None:
    assert screen_of_key("kiosk", "K1", None) == Screen(ScreenKind.KIOSK, "K1")
    assert screen_of_key("display", "board-a", None) == Screen(ScreenKind.BOARD, "board-a")
    assert screen_of_key("counter", None, "G1") == Screen(ScreenKind.COUNTER, "G1")
    assert screen_of_key("display", None, None) is None
    assert screen_of_key("manager", "K1", "G1") is None


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Chromium / Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox / Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chromium / Android"),
        ("<script>", "?"),
    ],
)
def test_a_browser_is_called_as_a_person_would(header: str, name: str) -> None:
    assert browser_name(header) == name
