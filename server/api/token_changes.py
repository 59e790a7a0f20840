"""What staff do to a token that is not at their counter: correct it, remark on it, let it come back, undo."""

from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from server.api.commands import command
from server.api.shapes import Code, Note, Strict, TokenAnswer
from server.domain.permissions import Permission
from server.services.floor import correct, leave, undo
from server.services.floor.correct import Remark
from server.services.floor.token_rows import staff_view
from server.services.people import seats
from server.web.guard import authorise
from server.web.site import site

bp = APIBlueprint("token_changes", __name__, tag="Tokens")
AT = "/api/v1/centres/<centre>/tokens/<token>"


class CancelIn(Strict):
    """Why a token is cancelled."""

    reason: Note | None = None


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


class DeskIn(Strict):
    """The counter at which the citizen stands, if at one."""

    counter: Code | None = None


@bp.post(f"{AT}/cancel")
@bp.input(CancelIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def cancel_token(centre: str, token: str, asked: CancelIn) -> Response:
    """Cancel a token."""
    by, now = authorise(Permission.CANCEL, centre=centre), site().clock.now()
    return command(by, lambda tx: {"token": staff_view(leave.cancel(tx, token, now, by.id, reason=asked.reason))})


@bp.post(f"{AT}/correct")
@bp.input(CorrectIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def correct_token(centre: str, token: str, asked: CorrectIn) -> Response:
    """Change the service of a token: same number, same age."""
    by, now = authorise(Permission.SERVE, centre=centre, counter=asked.counter), site().clock.now()

    def change(tx: Any) -> dict[str, Any]:
        desk = seats.desk_named(tx, asked.counter)
        return {"token": staff_view(correct.correct(tx, token, asked.service, now, by.id, desk=desk))}

    return command(by, change)


@bp.post(f"{AT}/remark")
@bp.input(RemarkIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def remark_token(centre: str, token: str, asked: RemarkIn) -> Response:
    """Note the size of a party, access needs, a language, a need, or an emergency."""
    by, now = authorise(Permission.SERVE, centre=centre, counter=asked.counter), site().clock.now()
    told = Remark(
        party=asked.party,
        access=None if asked.access is None else tuple(asked.access),
        language=asked.language,
        need=asked.need,
        emergency=asked.emergency,
    )

    def change(tx: Any) -> dict[str, Any]:
        desk = seats.desk_named(tx, asked.counter)
        return {"token": staff_view(correct.remark(tx, token, told, now, by.id, desk=desk))}

    return command(by, change)


@bp.post(f"{AT}/here")
@bp.input(DeskIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def token_here(centre: str, token: str, asked: DeskIn) -> Response:
    """Give somebody who was missed or away their fair place again."""
    by, now = authorise(Permission.SERVE, centre=centre, counter=asked.counter), site().clock.now()

    def return_(tx: Any) -> dict[str, Any]:
        desk = seats.desk_named(tx, asked.counter)
        return {"token": staff_view(leave.come_back(tx, token, now, by.id, desk=desk))}

    return command(by, return_)


@bp.post(f"{AT}/pause")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def pause_token(centre: str, token: str) -> Response:
    """Let somebody leave the line for a while; their place is kept."""
    by, now = authorise(Permission.SERVE, centre=centre), site().clock.now()
    return command(by, lambda tx: {"token": staff_view(leave.pause(tx, token, now, by.id))})


@bp.post(f"{AT}/undo")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def undo_token(centre: str, token: str) -> Response:
    """Take back the last action on a token."""
    by, now = authorise(Permission.STEER, centre=centre), site().clock.now()
    return command(by, lambda tx: {"token": staff_view(undo.undo_of(tx, token, now, by.id))})
