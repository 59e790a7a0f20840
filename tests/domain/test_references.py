"""References: one normal form however they are written, and the hashes under which they are looked for."""

import hashlib
import hmac

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.derived import DerivedKeys, Purpose
from server.domain.references import LONGEST, normal_form, referred

KEYS = DerivedKeys(b"secret", (1, 2))
WRITTEN = {
    "231000000001": (
        "231000000001",
        "23-1000000001",
        "23 1000000001",
        " 23/1000000001 ",
        "23.1000.000.001",
        "23–1000000001",
        "23_1000000001",
        "#23:1000000001",
        "23\t1000000001\n",
        "२३/१००००००००१",
        "२३-१००००००००१",
        "২৩১০০০০০০০০১",
        "૨૩ ૧૦૦૦૦૦૦૦૦૧",
        "٢٣١٠٠٠٠٠٠٠٠١",
        "۲۳۱۰۰۰۰۰۰۰۰۱",
        "２３－１００００００００１",
        "②③1000000001",
        "2\u200d3\u200c1000000001",
        "23\u00ad1000000001",
        "23\ufe0f1000000001",
        "𝟚𝟛1000000001",
    ),
    "ab202677": (
        "AB/2026/77",
        "ab/2026/77",
        "AB 2026 77",
        "ab202677",
        "ＡＢ／２０２６／７７",
        "Ab-2026-77",
        "AB/२०२६/७७",
    ),
    "pa771234": ("PA 77 1234", "pa771234", "P A 7 7 1 2 3 4"),
    "अ1234": ("अ-1234", "अ 1234", "अ/१२३४", "(अ) 1234"),
    "strasse12": ("Straße 12", "STRASSE-12", "strasse12"),
    "é123": ("É-123", "e\u0301 123", "E\u0301/123"),
    "क़1234": ("क़-1234", "क\u093c 1234"),
}


@pytest.mark.parametrize(("normal", "text"), [(n, text) for n, texts in WRITTEN.items() for text in texts])
def test_a_reference_is_one_however_it_is_written(normal: str, text: str) -> None:
    assert normal_form(text) == normal_form(normal)
    assert referred(text, KEYS) == referred(normal, KEYS)


@pytest.mark.parametrize(
    ("one", "other"), [("कि-1234", "का-1234"), ("23-1000000001", "23-1000000002"), ("A123", "B123"), ("é123", "e123")]
)
def test_marks_letters_and_digits_tell_references_apart(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


@pytest.mark.parametrize("text", ["", "12-3", "- / . -", "a" * (LONGEST + 1), "\u200d\u200d12\u200d3"])
def test_what_is_too_short_or_too_long_is_no_reference(text: str) -> None:
    assert referred(text, KEYS) is None


@pytest.mark.parametrize("text", ["12-34", "-" * 99 + "1234", "a" * LONGEST])
def test_only_what_counts_is_counted(text: str) -> None:
    assert referred(text, KEYS) is not None


@given(st.text(max_size=80))
@example("ΐ")
@example("\u0345Α")
def test_the_normal_form_is_its_own_and_does_not_mind_capitals(text: str) -> None:
    assert normal_form(normal_form(text)) == normal_form(text)
    assert normal_form(text.casefold()) == normal_form(text)


@given(st.text(alphabet="AB12", min_size=4, max_size=20), st.lists(st.sampled_from(" -/._"), max_size=20))
def test_what_stands_between_makes_no_difference(reference: str, between: list[str]) -> None:
    written = "".join(a + b for a, b in zip(reference, [*between, *[""] * len(reference)], strict=False))
    assert referred(written, KEYS) == referred(reference, KEYS)


def test_a_reference_is_looked_for_under_the_key_in_force_then_under_older_ones() -> None:
    reference = referred("AB/2026/77", KEYS)
    assert reference is not None
    by = [KEYS.numbered(Purpose.REFERENCES, number).mac("ab202677") for number in (2, 1)]
    assert (reference.hashes, reference.number, reference.tail) == (tuple(by), 2, "2677")


def test_what_was_kept_before_there_was_a_normal_form_is_looked_for_as_it_was_written() -> None:
    old = {text: hmac.new(b"secret", text.encode(), hashlib.sha256).hexdigest() for text in ("AB/2026/77", "AB202677")}
    for text in ("AB/2026/77", " ab/2026/77", "ab/२०२६/७७", "ＡＢ/2026/77"):
        reference = referred(text, DerivedKeys(b"secret", (0, 1)))
        assert reference is not None
        assert set(old.values()) <= set(reference.older)
    without = referred("AB/2026/77", DerivedKeys(b"secret"))
    assert without is not None
    assert not set(old.values()) & set(without.hashes)


def test_a_reference_shows_nothing_of_itself() -> None:
    reference = referred("AB/2026/77", KEYS)
    assert "ab202677" not in repr(reference)
