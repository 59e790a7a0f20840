"""What staff do to a token that is not at their counter: correct it, remark on it, let it return, undo."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from server.api.commands import Body, command
from server.api.operations import operation
from server.api.refusals import AT_SEAT, TOKEN, UNDO
from server.api.shapes import Code, Note, Strict, TokenAnswer, UndoneAnswer, undone_view
from server.domain import errors as e
from server.domain.actors import By
from server.domain.events.views import staff_view
from server.domain.permissions import Permission
from server.domain.token.token import Token
from server.services.floor import away, correct, release, undo
from server.services.floor.correct import Remark
from server.services.people import seats
from server.storage.transaction import Transaction
from server.web.guard import authorise

bp = APIBlueprint("token_changes", __name__, tag="Tokens")
AT = "/api/v1/centres/<centre>/tokens/<token>"


@dataclass(frozen=True, slots=True)
class Spot:
    """The token of an address, and the counter at which it is changed, if at one."""

    centre: str
    token: str
    counter: str | None = None


class CancelIn(Strict):
    """Why a token is cancelled; the counter where it was asked for."""

    reason: Note | None = None
    counter: Code | None = None


class CorrectIn(Strict):
    """The service that the citizen came for; the counter where it was noticed."""

    service: Code
    counter: Code | None = None


class RemarkIn(Strict):
    """What was not known when the token was taken; what is not given stays as it is."""

    party: int | None = None
    access: Annotated[list[Code], Field(max_length=8)] | None = None
    language: Code | None = None
    need: Code | None = None
    emergency: bool | None = None
    counter: Code | None = None


class CounterIn(Strict):
    """The counter at which the citizen stands, if at one."""

    counter: Code | None = None


@bp.post(f"{AT}/cancel")
@bp.input(CancelIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("cancel_token", *TOKEN, e.UnknownCounter)
def cancel_token(centre: str, token: str, asked: CancelIn) -> Response:
    """Cancel a token."""
    at = Spot(centre, token, asked.counter)
    return change(at, Permission.CANCEL_TOKEN, lambda tx, by: away.cancel(tx, token, by, note=asked.reason))


@bp.post(f"{AT}/correct")
@bp.input(CorrectIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("correct_token", *TOKEN, e.UnknownCounter, e.UnknownService)
def correct_token(centre: str, token: str, asked: CorrectIn) -> Response:
    """Change the service of a token: same number, same age."""
    at = Spot(centre, token, asked.counter)
    return change(at, Permission.CORRECT_TOKEN, lambda tx, by: correct.correct(tx, token, asked.service, by))


@bp.post(f"{AT}/remark")
@bp.input(RemarkIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("remark_token", *TOKEN, *AT_SEAT, e.UnknownLanguage, e.UnknownNeed, e.EmergencyLimit)
def remark_token(centre: str, token: str, asked: RemarkIn) -> Response:
    """Note the size of a party, access needs, a language, a need, or, from one's own counter, an emergency."""
    at = Spot(centre, token, asked.counter)
    noted = Remark(
        party=asked.party,
        access=None if asked.access is None else tuple(asked.access),
        language=asked.language,
        need=asked.need,
        emergency=asked.emergency,
    )
    marks = authorise(Permission.MARK_EMERGENCY, centre=centre, counter=asked.counter) if asked.emergency else None

    def note(tx: Transaction, by: By) -> Token:
        if marks is not None:
            seats.require_desk(tx, asked.counter, marks, Permission.MARK_EMERGENCY)
        return correct.remark(tx, token, noted, by)

    return change(at, Permission.REMARK_TOKEN, note)


@bp.post(f"{AT}/return")
@bp.input(CounterIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("return_token", *TOKEN, e.UnknownCounter)
def return_token(centre: str, token: str, asked: CounterIn) -> Response:
    """Give somebody who was missed or away their fair place again."""
    at = Spot(centre, token, asked.counter)
    return change(at, Permission.RETURN_TOKEN, lambda tx, by: away.return_to_line(tx, token, by))


@bp.post(f"{AT}/pause")
@bp.output(TokenAnswer)
@operation("pause_token", *TOKEN)
def pause_token(centre: str, token: str) -> Response:
    """Let somebody leave the line for a while; their place is kept."""
    at = Spot(centre, token)
    return change(at, Permission.PAUSE_TOKEN, lambda tx, by: away.pause(tx, token, by))


@bp.post(f"{AT}/hand-over")
@bp.output(TokenAnswer)
@operation("hand_over_token", *TOKEN, e.NotInThisLine)
def hand_over_token(centre: str, token: str) -> Response:
    """Let somebody whom only a closed counter may call be called by every counter of the stage."""
    at = Spot(centre, token)
    return change(at, Permission.HAND_OVER_TOKEN, lambda tx, by: release.hand_over(tx, token, by))


@bp.post(f"{AT}/undo")
@bp.output(UndoneAnswer)
@operation("undo_token", e.UnknownToken, *UNDO)
def undo_token(centre: str, token: str) -> Response:
    """Take back the last act on a token, with all that it has done."""
    return _run(Spot(centre, token), Permission.UNDO_TOKEN, lambda tx, by: undone_view(undo.undo_of(tx, token, by)))


def change(at: Spot, permission: Permission, act: Callable[[Transaction, By], Token]) -> Response:
    """Change a token, at a counter if one is named."""
    return _run(at, permission, lambda tx, by: {"token": staff_view(act(tx, by))})


def _run(at: Spot, permission: Permission, fn: Callable[[Transaction, By], Body]) -> Response:
    """Run a command on a token, at a counter if one is named."""
    principal = authorise(permission, centre=at.centre, counter=at.counter)

    def run(tx: Transaction) -> Body:
        seats.require_token(tx, at.token, principal, permission)
        return fn(tx, By(principal.id, seats.counter_named(tx, at.counter)))

    return command(principal, run)
