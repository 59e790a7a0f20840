"""A second named person approves what the settings ask for: nobody approves their own.

Whoever does it asks for the approval by trying, and does it again once it was given. It is used up by that.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from server.domain.actors import By
from server.domain.approvals import AGE, Approval, ApprovalState, Asked, Guarded
from server.domain.errors import ApprovalDecided, NamedPersonNeeded, OwnApproval, UnknownApproval
from server.domain.events.installation import ApprovalAsked, ApprovalGiven, ApprovalRefused, ApprovalUsed
from server.domain.ids import ID_MAX
from server.storage.installation import InstallationLog
from server.storage.sql import approvals as rows
from server.storage.sql.trail import names_of
from server.storage.transaction import Read, Transaction

STAFF = "staff:"
LISTED = 200


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """Something that somebody asked a second person for; who asked and who decided by their names.

    `mine`: it is who reads that has asked.
    """

    id: int
    act: Guarded
    about: str
    detail: str
    state: ApprovalState
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    mine: bool


def approvals_of(read: Read, centre_id: int, now: datetime, by: By) -> tuple[ApprovalView, ...]:
    """Return what was asked for at a centre, the last first; `now` is real time."""
    return tuple(_view(read, each, now, by) for each in rows.approvals_of(read, centre_id, LISTED))


def waited_for(
    tx: Transaction, guarded: Collection[Guarded], asked: Asked, now: datetime, by: By
) -> ApprovalView | None:
    """Return None where something may be done now, else what a second person has yet to approve.

    It may be done where nobody asks for a second person (it is not `guarded`), and where one has approved it: that is
    used up here, in the transaction that does it. Otherwise it is asked for, once, which is a change that stays:
    whoever calls this does nothing more then. Raises NamedPersonNeeded for who has no name.
    """
    if asked.act not in guarded:
        return None
    person = _person(tx.conn, by)
    log = InstallationLog(tx, now)
    own = [each for each in rows.open_approvals(tx.conn, tx.centre.id, asked, now) if each.asked_by == by.actor]
    approved = next((each for each in own if each.approved and _person_of(tx.conn, each.decided_by) != person), None)
    if approved is not None:
        rows.note_used(tx.conn, approved.id, now)
        log.record(ApprovalUsed(approved.id, tx.centre.id), by)
        return None
    if own:
        return _view(tx.conn, own[0], now, by)
    until = now + AGE
    number = rows.add_approval(tx.conn, tx.centre.id, asked, by.actor, now, until)
    log.record(ApprovalAsked(number, tx.centre.id, asked.act.value, asked.commitment, by.actor, asked.about), by)
    return _view(tx.conn, Approval(number, asked, by.actor, now, until), now, by)


def decide(tx: Transaction, number: int, approved: bool, now: datetime, by: By) -> ApprovalView:
    """Approve or refuse what somebody else asked for; who asked may refuse it, and takes it back by that.

    Saying the same twice is harmless. Raises UnknownApproval, OwnApproval, NamedPersonNeeded, and ApprovalDecided for
    what is not pending any more.
    """
    approval, person = _approval(tx, number), _person(tx.conn, by)
    if approved and _person_of(tx.conn, approval.asked_by) == person:
        raise OwnApproval("Somebody else approves what you asked for.")
    state = approval.state(now)
    if (state, approval.decided_by) == (_said(approved), by.actor):
        return _view(tx.conn, approval, now, by)
    if state is not ApprovalState.PENDING:
        raise ApprovalDecided(f"This is {state.value} already.", state=state.value)
    log = InstallationLog(tx, now)
    rows.decide(tx.conn, number, approved, by.actor, now)
    log.record((ApprovalGiven if approved else ApprovalRefused)(number, tx.centre.id, by.actor), by)
    return _view(tx.conn, _approval(tx, number), now, by)


def _said(approved: bool) -> ApprovalState:
    return ApprovalState.APPROVED if approved else ApprovalState.REFUSED


def _approval(tx: Transaction, number: int) -> Approval:
    approval = rows.approval_by_id(tx.conn, tx.centre.id, number) if number <= ID_MAX else None
    if approval is None:
        raise UnknownApproval("Nobody asked for this at this centre.")
    return approval


def _person(read: Read, by: By) -> str:
    """Return the name of who does something; raises NamedPersonNeeded for a key, and for an account that many share."""
    if not by.is_named:
        raise NamedPersonNeeded("This is done by a person who is signed in, or who has a login of their own here.")
    return _person_of(read, by.actor)


def _person_of(read: Read, actor: str | None) -> str:
    """Return the name of an actor: one person has the same one on the pages and at the machine."""
    kind, _, rest = (actor or "").partition(":")
    if f"{kind}:" != STAFF:
        return rest.casefold()
    return names_of(read, [int(rest)], []).get(f"{STAFF}{rest}", rest)


def _view(read: Read, approval: Approval, now: datetime, by: By) -> ApprovalView:
    asked, decided = approval.asked, approval.decided_by
    return ApprovalView(
        approval.id,
        asked.act,
        asked.about,
        asked.detail,
        approval.state(now),
        _person_of(read, approval.asked_by),
        approval.asked_at,
        approval.expires_at,
        None if decided is None else _person_of(read, decided),
        approval.decided_at,
        approval.asked_by == by.actor,
    )
