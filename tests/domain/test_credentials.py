"""User names in one normal form, and passwords that nobody guesses first."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.credentials import NAME_MAX, normal_name, normal_password, require_strong, user_name
from server.domain.errors import InvalidInput, WeakPassword

COMMON = {"password", "12345678", "welcome"}


@pytest.mark.parametrize("typed", ["clerk", "Clerk", " clerk ", "CLERK\t", "ｃｌｅｒｋ", "cl\u200derk", "\u00a0clerk"])
def test_one_name_is_one_name_however_it_is_typed(typed: str) -> None:
    assert normal_name(typed) == "clerk"


def test_a_name_in_any_script_is_the_same_composed_and_decomposed() -> None:
    for name in ("zoë", "बाणेर", "क़मर", "josé maría"):
        assert {normal_name(unicodedata.normalize(form, name)) for form in ("NFC", "NFD", "NFKD")} == {
            normal_name(name)
        }


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "\u200d", "a\x00b", "a\x1bb", "a\u202eb", "a\ue000b", "\ud800", "a" * 65, "a" * 3000, "ﷺ" * 500],
)
def test_what_can_be_no_name_is_refused_with_the_rule(typed: str) -> None:
    assert normal_name(typed) is None
    with pytest.raises(InvalidInput, match="1 to 64 characters"):
        user_name(typed)


@given(st.text())
def test_a_normal_name_stays_as_it_is(typed: str) -> None:
    name = normal_name(typed)
    assert name is None or (normal_name(name) == name and 0 < len(name) <= NAME_MAX)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "short"),
        ("1", "short"),
        ("7 signs!", None),
        ("1234567", "short"),
        ("x" * 256, None),
        ("x" * 257, "long"),
        ("12345678", "common"),
        ("PassWord", "common"),
        ("Password@123", "common"),
        ("2026welcome!", "common"),
        ("welcome to pune", None),
        ("asha patil", "name"),
        ("Asha Patil 99", "name"),
        ("patil asha", None),
        ("ashapatil42", None),
    ],
)
def test_a_password_is_refused_by_the_rule_that_it_breaks(password: str, reason: str | None) -> None:
    if reason is None:
        require_strong(password, "asha patil", COMMON)
        return
    with pytest.raises(WeakPassword) as refused:
        require_strong(password, "asha patil", COMMON)
    assert refused.value.details == {"reason": reason}


def test_a_password_is_the_same_from_every_keyboard() -> None:
    assert normal_password("ｐａｓｓ १") == normal_password("pass १")
    assert normal_password(unicodedata.normalize("NFD", "crème brûlée")) == unicodedata.normalize("NFC", "crème brûlée")
