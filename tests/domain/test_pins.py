"""A PIN has four to eight digits of any script, and is none of those that are guessed first."""

import pytest

from server.domain.pins import is_common, normal_pin


@pytest.mark.parametrize(("typed", "pin"), [("7391", "7391"), (" 83051946 ", "83051946"), ("७३९१", "7391")])
def test_digits_of_any_script_are_one_pin(typed: str, pin: str) -> None:
    assert normal_pin(typed) == pin


@pytest.mark.parametrize("typed", ["", "739", "739100000", "73a1", "73 91", "7391.", "½½½½", "\x007391", "7" * 10_000])
def test_all_else_is_none(typed: str) -> None:
    assert normal_pin(typed) is None


GUESSED = [
    *("1111", "1234", "4321", "6789", "7890", "123456", "87654321", "1212", "123123", "12341234", "1985", "2011"),
    *("2580", "6969", "786786", "000000"),
]


@pytest.mark.parametrize("pin", GUESSED)
def test_what_is_guessed_first_is_common(pin: str) -> None:
    assert is_common(pin)


@pytest.mark.parametrize("pin", ["7391", "83051946", "40271", "1232", "198507"])
def test_the_others_are_not(pin: str) -> None:
    assert not is_common(pin)
