"""A second named person approves: nobody their own, each approval is good once, and all of it is on record."""

from datetime import timedelta

import pytest

from server.domain.actors import CLI, By
from server.domain.approvals import AGE, ApprovalState, Asked, Guarded
from server.domain.errors import ApprovalDecided, NamedPersonNeeded, OwnApproval, UnknownApproval
from server.domain.events.installation import Act
from server.domain.permissions import Role
from server.services.people import approvals
from server.services.people.approvals import ApprovalView
from server.services.proof.installation import verify_installation
from server.storage.sql import installation
from tests.factories import MORNING, Floor, second_centre
from tests.services.people.people import add_person

ASHA, RAVI, ZOYA = By("staff:1"), By("staff:2"), By("cli:zoya")
LEAD, MANAGER = Asked(Guarded.ROLE, "meera", "lead"), Asked(Guarded.ROLE, "meera", "manager")
LATER = MORNING + timedelta(minutes=1)


@pytest.fixture
def office(floor: Floor) -> Floor:
    """Return a floor with two people who manage."""
    for user in ("asha", "ravi"):
        add_person(floor, user, Role.MANAGER)
    return floor


def ask(floor: Floor, asked: Asked = LEAD, by: By = ASHA, at: object = MORNING) -> ApprovalView | None:
    return floor.write(lambda tx: approvals.waited_for(tx, [Guarded.ROLE], asked, at, by))  # type: ignore[arg-type]


def asked_for(floor: Floor, by: By = ASHA) -> int:
    waiting = ask(floor, by=by)
    assert waiting is not None
    return waiting.id


def decide(floor: Floor, number: int, by: By, *, approved: bool = True, at: object = LATER) -> ApprovalView:
    return floor.write(lambda tx: approvals.decide(tx, number, approved, at, by))  # type: ignore[arg-type]


def states(floor: Floor, at: object = LATER) -> list[ApprovalState]:
    views = floor.db.read(lambda read: approvals.approvals_of(read, floor.centre_id, at, ASHA))  # type: ignore[arg-type]
    return [view.state for view in views]


def told(floor: Floor) -> list[tuple[str, str]]:
    """Return (kind, actor) of what was asked and said; the whole record is proven."""
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []
    rows = floor.db.read(lambda conn: list(installation.stored_between(conn, 0, 100)))
    return [(row.kind, row.actor) for row in rows if row.kind.startswith("approval.")]


def test_what_is_not_guarded_waits_for_nobody(office: Floor) -> None:
    assert office.write(lambda tx: approvals.waited_for(tx, [], LEAD, MORNING, CLI)) is None
    assert told(office) == []


def test_what_is_guarded_is_asked_for_once_and_done_once_after_a_second_person_approved_it(office: Floor) -> None:
    first, again = ask(office), ask(office, at=LATER)
    assert first is not None
    assert again is not None
    assert (first.id, first.state, first.asked_by, first.mine) == (again.id, ApprovalState.PENDING, "asha", True)
    given = decide(office, first.id, RAVI)
    assert (given.state, given.decided_by, given.mine) == (ApprovalState.APPROVED, "ravi", False)
    assert ask(office, at=LATER) is None
    assert states(office) == [ApprovalState.USED]
    anew = ask(office, at=LATER)
    assert anew is not None
    assert (anew.id > first.id, states(office)) == (True, [ApprovalState.PENDING, ApprovalState.USED])
    assert told(office) == [
        (Act.APPROVAL_ASKED, "staff:1"),
        (Act.APPROVAL_GIVEN, "staff:2"),
        (Act.APPROVAL_USED, "staff:1"),
        (Act.APPROVAL_ASKED, "staff:1"),
    ]


def test_an_approval_is_good_for_what_was_asked_and_for_who_asked(office: Floor) -> None:
    decide(office, asked_for(office), RAVI)
    assert ask(office, MANAGER) is not None
    assert ask(office, by=ZOYA) is not None
    assert ask(office) is None


@pytest.mark.parametrize("by", [ASHA, By("cli:asha"), By("cli:Asha")])
def test_nobody_approves_their_own_neither_here_nor_at_the_machine(office: Floor, by: By) -> None:
    with pytest.raises(OwnApproval):
        decide(office, asked_for(office), by)
    assert states(office) == [ApprovalState.PENDING]


def test_who_asked_takes_it_back_and_who_is_asked_refuses_it(office: Floor) -> None:
    decide(office, asked_for(office), ASHA, approved=False)
    decide(office, asked_for(office), RAVI, approved=False)
    assert states(office) == [ApprovalState.REFUSED] * 2
    assert ask(office) is not None
    assert [kind for kind, _ in told(office)].count(Act.APPROVAL_REFUSED) == 2


def test_what_is_said_twice_is_harmless_and_nobody_says_otherwise_later(office: Floor) -> None:
    number = asked_for(office)
    for _ in range(2):
        assert decide(office, number, RAVI).state is ApprovalState.APPROVED
    for by, approved in ((ZOYA, True), (RAVI, False)):
        with pytest.raises(ApprovalDecided) as refused:
            decide(office, number, by, approved=approved)
        assert refused.value.details == {"state": "approved"}
    assert [kind for kind, _ in told(office)] == [Act.APPROVAL_ASKED, Act.APPROVAL_GIVEN]


def test_what_nobody_answers_in_a_day_has_expired_and_so_has_what_nobody_does(office: Floor) -> None:
    number, end = asked_for(office), MORNING + AGE
    assert states(office, end - timedelta(seconds=1)) == [ApprovalState.PENDING]
    assert states(office, end) == [ApprovalState.EXPIRED]
    with pytest.raises(ApprovalDecided):
        decide(office, number, RAVI, at=end)
    decide(office, number, RAVI)
    again = ask(office, at=end)
    assert again is not None
    assert again.id != number


@pytest.mark.parametrize("by", [By("key:1"), CLI, By("cli:root"), By("cli:uid-4711"), By("clock")])
def test_neither_a_key_nor_a_shared_login_asks_or_approves(office: Floor, by: By) -> None:
    with pytest.raises(NamedPersonNeeded):
        ask(office, by=by)
    number = asked_for(office)
    with pytest.raises(NamedPersonNeeded):
        decide(office, number, by)
    assert states(office) == [ApprovalState.PENDING]


def test_nothing_is_decided_at_another_centre(office: Floor) -> None:
    number, elsewhere = asked_for(office), second_centre(office)
    for at, which in ((elsewhere, number), (office.centre_id, 99), (office.centre_id, 2**63)):
        with pytest.raises(UnknownApproval):
            office.db.write(at, lambda tx, which=which: approvals.decide(tx, which, True, LATER, RAVI))  # type: ignore[misc]
    assert office.db.read(lambda read: approvals.approvals_of(read, elsewhere, LATER, RAVI)) == ()
