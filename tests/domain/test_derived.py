"""Keys derived from the secret: one for each purpose and number, and what of older numbers is still taken."""

from server.domain.derived import DerivedKeys, Purpose, fingerprint_of

KEYS = DerivedKeys(b"secret", (0, 1, 2), frozenset({1}))


def test_each_purpose_and_number_has_a_key_of_its_own() -> None:
    every = {KEYS.numbered(purpose, number).secret for purpose in Purpose for number in (1, 2)}
    assert len(every) == 2 * len(Purpose)
    assert KEYS.secret not in every
    assert DerivedKeys(b"another").key(Purpose.SLIPS).secret not in every


def test_keys_are_derived_alike_for_ever() -> None:
    """References, seals and slips outlive every release."""
    assert KEYS.numbered(Purpose.REFERENCES, 1).mac("ab202677")[:16] == "087796b21df5c0b3"


def test_new_things_are_signed_under_the_last_number() -> None:
    assert KEYS.key(Purpose.CSRF) == KEYS.numbered(Purpose.CSRF, 2)


def test_what_was_ended_is_refused_but_stays_readable() -> None:
    assert [key.number for key in KEYS.readable(Purpose.SEALS)] == [2, 1, 0]
    assert [key.number for key in KEYS.accepted(Purpose.SLIPS)] == [2, 0]


def test_a_fingerprint_tells_secrets_apart_and_gives_nothing_away() -> None:
    assert fingerprint_of(b"secret") != fingerprint_of(b"another")
    assert "secret" not in repr(KEYS) + repr(KEYS.key(Purpose.SEALS))
