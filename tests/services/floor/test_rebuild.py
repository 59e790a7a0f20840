"""Lines that a restore lost are rebuilt from slips: no number twice, nobody's place lost, and the record is proven."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest

from server.domain.errors import InvalidInput, NothingLost, NumberGivenAgain, QueueEmpty
from server.domain.token.claim import secret_in
from server.domain.token.token import Token
from server.services.backups.going_on import Lost, centre_goes_on
from server.services.floor.rebuild import rebuild
from server.services.paper import claims
from server.services.proof.verify import verify
from server.storage import copies, schema
from server.storage.copies import Rows, Shape
from server.storage.database import Database
from server.storage.sql import tokens
from tests.conftest import new_database
from tests.factories import KEYS, MORNING, TEST, Floor, at_time

PEOPLE, BEFORE_BACKUP, LATER = 200, 20, 40
NEEDS = (None, None, None, "senior")
SERVICES = ("NORMAL", "NORMAL", "TATKAAL", "ENQUIRY")
ROUTE = ("G", "A", "B", "C", "X")


def slip_of(floor: Floor, token: Token) -> str:
    """Return what the QR code of a slip holds behind `/t/`."""
    secret = floor.db.read(lambda read: tokens.secret_of(read, floor.centre_id, token.id))
    return claims.with_claim(secret, floor.centre, token, KEYS)


def scan(floor: Floor, slip: str, stage: str | None = None) -> Token:
    claim, now = claims.claimed(slip, KEYS), floor.now()
    return floor.write(lambda tx: rebuild(at_time(tx, now), claim, secret_in(slip), stage, TEST))


def faults(floor: Floor) -> list[object]:
    return [*floor.db.read(lambda read: verify(read, floor.centre)).faults]


def backed_up(floor: Floor) -> list[tuple[Shape, Rows]]:
    return floor.db.read(lambda read: list(copies.through(read)))


@pytest.fixture
def other(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an empty database of another server."""
    with new_database(backend, tmp_path_factory.mktemp("other")) as url:
        yield url


def gone_on(floor: Floor, url: str, backup: list[tuple[Shape, Rows]], **last: int) -> Floor:
    """Return the floor of another server that goes on from a backup."""
    copies.fill(url, schema.newest(), backup)
    later = floor.begin + timedelta(hours=6)
    after = Floor(Database(url), floor.centre_id, floor.preset, random.Random(3), begin=later)
    now = after.now()
    after.write(lambda tx: centre_goes_on(at_time(tx, now), MORNING, "after", Lost(last)))
    return after


def test_two_hundred_people_in_five_stages_stand_again_where_they_stood(floor: Floor, other: str) -> None:
    rng = random.Random(11)
    for _ in range(BEFORE_BACKUP):
        floor.issue(rng.choice(SERVICES), need=rng.choice(NEEDS))
    backup = backed_up(floor)
    lost = [floor.issue(rng.choice(SERVICES), need=rng.choice(NEEDS)) for _ in range(PEOPLE - BEFORE_BACKUP)]
    slips = [slip_of(floor, token) for token in lost]
    after = gone_on(floor, other, backup)
    new = [after.issue(), after.issue("TATKAAL"), after.issue("ENQUIRY")]
    late = set(rng.sample([n for n, token in enumerate(lost) if token.route == "default"], LATER))
    stages = {n: rng.choice(ROUTE[1:]) for n in late}
    order = rng.sample(range(len(lost)), len(lost))
    for n in order:
        scan(after, slips[n], stages.get(n))
    count = after.centre.event_seq
    for n in order[:5]:  # whoever scans twice changes nothing
        assert scan(after, slips[n]).label == lost[n].label
    assert after.centre.event_seq == count
    there = [after.token(token) for token in lost]
    for n, (token, before) in enumerate(zip(there, lost, strict=True)):
        assert (token.label, token.klass, token.service) == (before.label, before.klass, before.service)
        assert (token.aged_from, token.step.since) == (before.aged_from, before.aged_from)
        assert token.step.stage == stages.get(n, before.step.stage)
    assert max(Counter(token.label for token in [*there, *new]).values()) == 1
    assert len({token.step.stage for token in there}) == len({*ROUTE, "E"})
    assert faults(after) == []
    after.open("A1")
    called = after.call("A1").token
    assert called.aged_from == min(t.aged_from for t in there if (t.step.stage, t.klass) == ("A", called.klass))
    assert faults(after) == []
    after.db.close()


def test_the_numbers_of_slips_do_not_come_again_whatever_was_said_at_the_restore(floor: Floor, other: str) -> None:
    backup = backed_up(floor)
    slips = [slip_of(floor, floor.issue()) for _ in range(5)]
    after = gone_on(floor, other, backup, N=3)  # two more were out
    assert scan(after, slips[4]).label == "N005"
    assert scan(after, slips[1]).label == "N002"
    assert after.issue().label == "N006"
    assert scan(after, slips[3]).label == "N004"
    assert faults(after) == []
    after.db.close()


def test_who_comes_after_their_number_was_given_again_is_sent_to_staff(floor: Floor, other: str) -> None:
    backup = backed_up(floor)
    slips = [slip_of(floor, floor.issue()) for _ in range(2)]
    after = gone_on(floor, other, backup, N=0)
    assert after.issue().label == "N001"
    with pytest.raises(NumberGivenAgain, match="N001 was given to somebody else"):
        scan(after, slips[0])
    assert scan(after, slips[1]).label == "N002"
    assert faults(after) == []
    after.db.close()


def test_nothing_comes_back_that_no_restore_has_lost(floor: Floor, other: str) -> None:
    backup = backed_up(floor)
    token = floor.issue()
    old = slip_of(floor, token)
    after = gone_on(floor, other, backup)
    given = after.issue()
    forged = slip_of(after, given)
    assert scan(after, forged) == given
    later = Floor(after.db, after.centre_id, after.preset, begin=after.begin + timedelta(days=1))
    with pytest.raises(NothingLost, match="of another day"):
        scan(later, old)
    with pytest.raises(InvalidInput, match="not signed"):
        scan(after, old.replace("N001", "N009"))
    with pytest.raises(InvalidInput, match="does not pass stage E"):
        scan(after, old, "E")
    stranger = floor.issue()
    floor.write(lambda tx: tx.change_centre(epoch="of another centre"))
    with pytest.raises(NothingLost):
        scan(after, slip_of(floor, stranger))
    assert scan(after, old).label == token.label
    after.db.close()


def test_a_rebuilt_person_goes_on_as_everybody_does(floor: Floor, other: str) -> None:
    backup = backed_up(floor)
    slip = slip_of(floor, floor.issue())
    after = gone_on(floor, other, backup)
    scan(after, slip, "C")
    after.open("C1", "X1")
    for counter in ("C1", "X1"):
        after.call(counter)
        after.start(counter)
        after.finish(counter)
    with pytest.raises(QueueEmpty):
        after.call("X1")
    assert faults(after) == []
    after.db.close()
