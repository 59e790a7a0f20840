"""What a second named person was asked for: list it, approve it, refuse it."""

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from server.api.at_centre import AT as AT_CENTRE
from server.api.commands import command
from server.api.operations import operation
from server.domain import errors as e
from server.domain.actors import By
from server.domain.permissions import Permission
from server.services.people import approvals
from server.services.people.approvals import ApprovalView
from server.storage.transaction import Transaction
from server.web.guard import authorise
from server.web.site import read, site

AT = f"{AT_CENTRE}/approvals/<int:approval>"
bp = APIBlueprint("approvals", __name__, tag="People and keys")


class ApprovalAnswer(BaseModel):
    """What was asked for, as it is now."""

    approval: ApprovalView


class ApprovalsOut(BaseModel):
    """What was asked for at the centre, the last first."""

    approvals: list[ApprovalView]


@bp.get(f"{AT_CENTRE}/approvals")
@bp.output(ApprovalsOut)
@operation("list_approvals", permission=Permission.READ_APPROVALS)
def listed(centre: str) -> Response:
    """Get what a second person was asked for: by whom, about what, and how far it has come."""
    by = authorise(Permission.READ_APPROVALS, centre=centre, in_use=False)
    now = site().real.now()
    return jsonify(approvals=read(lambda snapshot: approvals.approvals_of(snapshot, by.centre_id, now, By(by.id))))


@bp.post(f"{AT}/approve")
@bp.output(ApprovalAnswer)
@operation(
    "give_approval",
    e.UnknownApproval,
    e.OwnApproval,
    e.ApprovalDecided,
    e.NamedPersonNeeded,
    permission=Permission.DECIDE_APPROVAL,
)
def approve(centre: str, approval: int) -> Response:
    """Approve what somebody else asked for: they may do it once, within a day of asking."""
    return _decide(centre, approval, approved=True)


@bp.post(f"{AT}/refuse")
@bp.output(ApprovalAnswer)
@operation(
    "refuse_approval", e.UnknownApproval, e.ApprovalDecided, e.NamedPersonNeeded, permission=Permission.DECIDE_APPROVAL
)
def refuse(centre: str, approval: int) -> Response:
    """Refuse what somebody asked for; who asked takes it back by that."""
    return _decide(centre, approval, approved=False)


def _decide(centre: str, approval: int, *, approved: bool) -> Response:
    principal, now = authorise(Permission.DECIDE_APPROVAL, centre=centre), site().real.now()

    def act(tx: Transaction) -> dict[str, object]:
        return {"approval": approvals.decide(tx, approval, approved, now, By(principal.id))}

    return command(principal, act)
