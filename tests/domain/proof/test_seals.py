"""The seal of a day: whole, signed, and for one installation only."""

import hashlib
import hmac
from dataclasses import replace
from datetime import date

import pytest

from server.domain.derived import DerivedKeys, Purpose
from server.domain.errors import InvalidInput
from server.domain.proof.seals import Seal, read_seal

SEAL = Seal("PSK-DEMO", date(2026, 11, 24), 9329, "ab" * 32)
KEYS = DerivedKeys(b"a secret of one installation", (0, 1, 2))
KEY = KEYS.key(Purpose.SEALS)


def test_a_seal_is_signed_by_128_bits_over_all_before_them() -> None:
    """Seals stand on paper: what was printed once must be read for ever."""
    body = f"baari-day:2:2:PSK-DEMO:2026-11-24:9329:{'ab' * 32}"
    signature = hmac.new(KEY.secret, body.encode(), hashlib.sha256).digest()[:16]
    assert SEAL.text(KEY) == f"{body}:{signature.hex()}"


def test_a_seal_of_before_keys_were_derived_is_still_read_and_one_of_an_older_number_too() -> None:
    body = f"baari-day:1:PSK-DEMO:2026-11-24:9329:{'ab' * 32}"
    signature = hmac.new(KEYS.secret, body.encode(), hashlib.sha256).digest()[:16]
    assert read_seal(f"{body}:{signature.hex()}", KEYS) == SEAL
    former = KEYS.numbered(Purpose.SEALS, 1)
    assert read_seal(SEAL.text(former), replace(KEYS, ended=frozenset({0, 1}))) == SEAL
    with pytest.raises(InvalidInput, match="not signed"):
        read_seal(f"{body}:{signature.hex()}", DerivedKeys(KEYS.secret))


def test_a_seal_is_read_as_it_was_written() -> None:
    assert read_seal(f" {SEAL.text(KEY)}\n", KEYS) == SEAL


@pytest.mark.parametrize(
    "change", [("9329", "9330"), ("PSK-DEMO", "PSK-ONE"), ("2026-11-24", "2026-11-25"), ("ab", "cd")]
)
def test_a_seal_with_another_number_centre_day_or_head_is_refused(change: tuple[str, str]) -> None:
    with pytest.raises(InvalidInput, match="not signed"):
        read_seal(SEAL.text(KEY).replace(*change, 1), KEYS)


def test_a_seal_of_another_installation_is_refused() -> None:
    with pytest.raises(InvalidInput, match="not signed"):
        read_seal(SEAL.text(DerivedKeys(b"another", (0, 1, 2)).key(Purpose.SEALS)), KEYS)


@pytest.mark.parametrize("text", ["", "N150", "baari-day:1:PSK-DEMO", "baari-day:2:PSK-DEMO:2026-11-24:1:ab:cd"])
def test_what_is_no_seal_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not the seal"):
        read_seal(text, KEYS)
