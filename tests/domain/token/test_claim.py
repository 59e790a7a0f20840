"""What a slip claims of its token can be read by whoever has the key, fits into its QR code, and cannot be forged."""

import base64
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.errors import InvalidInput
from server.domain.token.claim import Claim, epoch_mark, read_claim, secret_in, service_mark, signed

SECRET, KEY, NUMBER = "q3WkYb0m1xJr9sVhT5aZcEfG", b"k" * 32, 3
ADDRESS = 40
CLAIM = Claim(
    epoch_mark("0badcafe"),
    "019ac1f7-6f0e-7cc3-98c4-6d2b8f3c1a55",
    date(2026, 11, 27),
    "N417",
    "N",
    "NORMAL",
    datetime(2026, 11, 27, 4, 30, 0, 123000, UTC),
)
LONGEST = replace(CLAIM, label="ABC1234", klass="ABC", service=service_mark("PASSPORT-OF-A-MINOR-WITH-CONSENT"))


def key_of(number: int) -> bytes | None:
    return KEY if number == NUMBER else None


@given(
    token=st.uuids(),
    day=st.dates(date(2000, 1, 1), date(2170, 1, 1)),
    ms=st.integers(-86_400_000 * 366, 86_400_000 * 366),
    number=st.integers(0, 255),
    label=st.text("ABCXYZ0189-", max_size=7),
)
def test_a_claim_comes_back_as_it_was_signed(token: uuid.UUID, day: date, ms: int, number: int, label: str) -> None:
    aged_from = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(milliseconds=ms)
    claim = replace(CLAIM, token_id=str(token), day=day, aged_from=aged_from, label=label)
    assert read_claim(signed(SECRET, claim, KEY, number), {number: KEY}.get) == claim


def test_the_longest_claim_fits_with_an_address_of_forty_characters() -> None:
    assert ADDRESS + len("/t/") + len(signed(SECRET, LONGEST, KEY, NUMBER)) <= 160


def test_long_services_that_begin_alike_are_told_apart_and_short_ones_stand_as_they_are() -> None:
    services = [f"PASSPORT-OF-A-MINOR-ABROAD-{letter}" for letter in "ABCDEFGH"]
    assert len({service_mark(code) for code in services}) == len(services)
    assert service_mark("NORMAL") == "NORMAL"
    assert service_mark("X" * 24) == "X" * 24


def test_epochs_of_any_form_are_told_apart() -> None:
    assert len({epoch_mark(epoch) for epoch in ("a", "b", "0badcafe", "0BADCAFE", "")}) == 5


def test_every_character_of_a_claim_is_under_its_signature() -> None:
    text = signed(SECRET, CLAIM, KEY, NUMBER)
    for place, sign in enumerate(text):
        for other in "Aa9.-~":
            if other != sign:
                with pytest.raises(InvalidInput):
                    read_claim(text[:place] + other + text[place + 1 :], key_of)


def test_a_claim_of_another_slip_of_another_key_or_of_a_later_form_is_refused() -> None:
    text = signed(SECRET, CLAIM, KEY, NUMBER)
    _, packed, *rest = text.split(".")
    later = base64.urlsafe_b64encode(b"\x02" + base64.urlsafe_b64decode(packed)[1:]).decode()
    forged = (
        ".".join(("another-secret-of-a-slip", packed, *rest)),
        ".".join((SECRET, later, *rest)),
        signed(SECRET, CLAIM, b"another key", NUMBER),
        signed(SECRET, CLAIM, KEY, NUMBER + 1),
    )
    for claim in forged:
        with pytest.raises(InvalidInput, match="not signed by this installation"):
            read_claim(claim, key_of)


@pytest.mark.parametrize("text", [SECRET, "", "....", f"{SECRET}.AAAA.N417.N.NORMAL", f"{SECRET}.é.N417.N.NORMAL"])
def test_what_carries_no_claim_says_so(text: str) -> None:
    with pytest.raises(InvalidInput, match="no claim"):
        read_claim(text, key_of)


@pytest.mark.parametrize(
    "claim",
    [
        replace(CLAIM, label="N.17"),
        replace(CLAIM, service="A.B"),
        replace(CLAIM, day=date(1999, 12, 31)),
        replace(CLAIM, day=date(2180, 1, 1)),
        replace(CLAIM, aged_from=CLAIM.aged_from - timedelta(days=365 * 30)),
        replace(CLAIM, token_id="N417"),
        replace(CLAIM, epoch="epoch"),
    ],
)
def test_what_the_form_cannot_hold_is_refused_and_never_cut(claim: Claim) -> None:
    with pytest.raises(InvalidInput, match="cannot hold"):
        signed(SECRET, claim, KEY, NUMBER)


def test_the_secret_is_found_with_a_claim_and_without() -> None:
    assert secret_in(signed(SECRET, CLAIM, KEY, NUMBER)) == secret_in(SECRET) == SECRET
