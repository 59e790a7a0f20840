"""What a passphrase has sealed opens on a busy machine too, and what does not open is refused for the right reason."""

import re
from collections.abc import Iterator

import pyrage
import pytest

from server.services.backups.apart import opened_apart
from server.services.backups.sealing import TRIES, CannotOpen, opened_by_passphrase

PHRASE = "correct horse battery staple"


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return bytes(pyrage.passphrase.encrypt(b"what was said", PHRASE))


def too_costly(sealed: bytes) -> bytes:
    """Return it with a work factor that no machine of today would take on."""
    return re.sub(rb"(-> scrypt \S+ )\d+", rb"\g<1>29", sealed, count=1)


def test_a_machine_that_was_busy_for_a_moment_opens_it_after_all(
    sealed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(pyrage.DecryptError) as slow:
        pyrage.passphrase.decrypt(too_costly(sealed), PHRASE)
    answers: Iterator[Exception | bytes] = iter([slow.value] * (TRIES - 1) + [b"what was said"])

    def decrypt(_: bytes, __: str) -> bytes:
        if isinstance(answer := next(answers), Exception):
            raise answer
        return answer

    monkeypatch.setattr(pyrage.passphrase, "decrypt", decrypt)
    assert opened_by_passphrase(sealed, PHRASE) == b"what was said"


def test_what_takes_too_long_is_not_called_a_wrong_passphrase(sealed: bytes) -> None:
    with pytest.raises(CannotOpen, match="this machine is too slow for its passphrase"):
        opened_by_passphrase(too_costly(sealed), PHRASE)


def test_another_passphrase_and_damage_are_refused_alike_in_this_process_and_apart(sealed: bytes) -> None:
    for content, phrase in ((sealed, "another"), (sealed[:-1], PHRASE)):
        for way in (opened_by_passphrase, opened_apart):
            with pytest.raises(CannotOpen, match="the passphrase is another, or it is damaged"):
                way(content, phrase)
    assert opened_apart(sealed, PHRASE) == b"what was said"
