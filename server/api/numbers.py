"""Numbers leased in blocks."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from server.api.at_centre import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Note, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.permissions import Permission
from server.services.numbers import leases
from server.storage.transaction import Transaction
from server.web.guard import authorise

bp = APIBlueprint("numbers", __name__, tag="Numbers")


class LeaseIn(Strict):
    """Which numbers to give away: the next `count` of a series, and to whom."""

    series: Annotated[str, Field(pattern=r"^[A-Z]$")]
    count: Annotated[int, Field(ge=1, le=500)]
    holder: Note


class VoidIn(Strict):
    """Why the unused numbers of a lease will never be given."""

    reason: Note


@bp.post(f"{AT}/leases")
@bp.input(LeaseIn, arg_name="asked")
@bp.output(shape(leases.LeaseView), status_code=201)
@operation("lease_numbers", e.UnknownLease, e.SeriesFull)
def lease_numbers(centre: str, asked: LeaseIn) -> Response:
    """Lease a block of numbers for a paper pad or a kiosk without a link."""
    principal = authorise(Permission.LEASE_NUMBERS, centre=centre)

    def lease(tx: Transaction) -> leases.LeaseView:
        return leases.view(leases.lease(tx, asked.series, asked.count, asked.holder, By(principal.id)))

    return command(principal, lease, status=201)


@bp.post(f"{AT}/leases/<int:lease>/void")
@bp.input(VoidIn, arg_name="asked")
@bp.output(shape(leases.LeaseView))
@operation("void_lease", e.UnknownLease)
def void_lease(centre: str, lease: int, asked: VoidIn) -> Response:
    """Note that the unused numbers of a lease will never be given."""
    principal = authorise(Permission.VOID_LEASE, centre=centre)
    return command(principal, lambda tx: leases.view(leases.void(tx, lease, asked.reason, By(principal.id))))
