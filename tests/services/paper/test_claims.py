"""A slip carries a signed claim of its token; whoever has its key believes it, until that key is ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.centre import CentreState
from server.domain.derived import DerivedKeys
from server.domain.errors import InvalidInput
from server.domain.token.claim import Claim, epoch_mark, secret_in
from server.domain.token.token import Token
from server.services.outbox import jobs
from server.services.paper import slips
from server.services.paper.claims import claimed, with_claim
from server.services.setup import secret
from server.storage.sql import centres, tokens
from server.storage.transaction import Read
from tests.factories import Floor
from tests.services.paper.sources import sources

URL, KEY, SECRET = "https://seva.passport.example.gov.in:844", b"our secret", "q3WkYb0m1xJr9sVhT5aZcEfG"
NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
FIRST = DerivedKeys(KEY, (1,))


def begin(floor: Floor) -> None:
    floor.db.write(None, lambda tx: secret.claim(tx, KEY, NOW))


def rotate(floor: Floor) -> None:
    floor.db.write(None, lambda tx: secret.rotate(tx, KEY, NOW))


def end(floor: Floor, number: int) -> None:
    floor.db.write(None, lambda tx: secret.end(tx, number, NOW))


def keys(floor: Floor) -> DerivedKeys:
    return secret.keys_of(floor.db.read(secret.numbers_of), KEY)


def printed(floor: Floor, token: Token) -> str:
    """Return what stands behind `/t/` in the QR code of the slip that would be printed now."""

    def compose(read: Read) -> str:
        job = jobs.last_job(read, slips.PRINT, token.id)
        assert job is not None
        return slips.prepare(read, job, sources(floor, URL, KEY)).slip.address

    address = floor.db.read(compose)
    assert address.startswith(f"{URL}/t/")
    assert len(URL) == 40
    assert len(address) <= 160
    return address.removeprefix(f"{URL}/t/")


def centre_of(floor: Floor) -> CentreState:
    return floor.db.read(lambda read: centres.centre_by_id(read, floor.centre_id))


def test_a_slip_claims_what_its_token_is_when_it_is_printed(floor: Floor) -> None:
    begin(floor)
    token = floor.issue(printer="printer-k1")
    now = floor.correct(token, "TATKAAL")
    text, centre = printed(floor, token), centre_of(floor)
    assert secret_in(text) == floor.db.read(lambda read: tokens.secret_of(read, floor.centre_id, token.id))
    assert claimed(text, keys(floor)) == Claim(
        epoch_mark(centre.epoch), token.id, token.day, token.label, now.klass, "TATKAAL", centre.wall(token.aged_from)
    )


def test_the_age_is_claimed_by_the_wall_clock_which_another_server_shares(floor: Floor) -> None:
    token = floor.issue()
    ahead = replace(centre_of(floor), clock={"ahead": 420_000, "shown": True})
    claim = claimed(with_claim(SECRET, ahead, token, FIRST), FIRST)
    assert claim.aged_from == token.aged_from - timedelta(minutes=7)


def test_a_slip_of_before_a_rotation_is_believed_until_its_key_is_ended(floor: Floor) -> None:
    begin(floor)
    token = floor.issue(printer="printer-k1")
    before = printed(floor, token)
    rotate(floor)
    after = printed(floor, token)
    assert after != before
    assert claimed(before, keys(floor)) == claimed(after, keys(floor))
    end(floor, 1)
    assert claimed(after, keys(floor)).label == token.label
    with pytest.raises(InvalidInput, match="not signed by this installation"):
        claimed(before, keys(floor))
    assert floor.db.read(lambda read: tokens.token_by_secret(read, before)) == (floor.centre_id, token)


@pytest.mark.parametrize("change", ["", ".", ".AAAA", ".AAAA.N001.N.NORMAL", ".é", "." * 200])
def test_a_token_is_found_by_the_secret_whatever_stands_in_place_of_the_claim(floor: Floor, change: str) -> None:
    token = floor.issue()
    own = floor.db.read(lambda read: tokens.secret_of(read, floor.centre_id, token.id))
    assert floor.db.read(lambda read: tokens.token_by_secret(read, own + change))[1].id == token.id
    with pytest.raises(InvalidInput):
        claimed(own + change, FIRST)


def test_a_token_that_no_claim_can_hold_has_a_slip_all_the_same(floor: Floor) -> None:
    old = replace(floor.issue(), service="A.B")
    assert with_claim(SECRET, centre_of(floor), old, FIRST) == SECRET
