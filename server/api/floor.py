"""Emergency, outage and pause of a centre; say which clock is right."""

from typing import Annotated, Literal, Self

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import Field, model_validator

from server.api.at_centre import AT
from server.api.commands import command
from server.api.operations import operation
from server.api.schemas import shape
from server.api.shapes import Code, Strict
from server.domain import errors as e
from server.domain.actors import By
from server.domain.notice import NoticeKind
from server.domain.permissions import Permission
from server.domain.steady.choice import Choice
from server.services.floor import clock, notice
from server.web.guard import authorise
from server.web.site import read, site

bp = APIBlueprint("floor", __name__, tag="Management")


class NoticeIn(Strict):
    """A flag of the centre, set or taken off; one that is set needs a cause, by its code in the set-up."""

    kind: Annotated[NoticeKind, Field(strict=False)]
    cause: Code | None = None
    on: bool

    @model_validator(mode="after")
    def _has_cause(self) -> Self:
        if self.on and self.cause is None:
            raise ValueError("a flag that is set needs a cause")
        return self


class ChoiceIn(Strict):
    """Which clock is right."""

    choose: Literal["floor", "wall"]


@bp.post(f"{AT}/notice")
@bp.input(NoticeIn, arg_name="asked")
@bp.output(shape(notice.NoticeView))
@operation("set_notice", e.UnknownCause, e.NamedPersonNeeded)
def set_notice(centre: str, asked: NoticeIn) -> Response:
    """Set or take off an emergency, an outage or a pause; an emergency is ended by a person who is signed in."""
    principal = authorise(Permission.SET_NOTICE, centre=centre)
    by = By(principal.id)
    if asked.cause is not None and asked.on:
        cause = asked.cause
        return command(principal, lambda tx: notice.set_notice(tx, asked.kind, cause, by))
    return command(principal, lambda tx: notice.lift_notice(tx, asked.kind, by))


@bp.get(f"{AT}/notice")
@bp.output(shape(notice.NoticeView))
@operation("read_notice")
def notice_now(centre: str) -> Response:
    """Get what the centre tells everybody, and when its floor stood."""
    authorise(Permission.READ_NOTICE, centre=centre)
    return jsonify(read(lambda conn: notice.notice_of(conn, centre)))


@bp.get(f"{AT}/clock")
@bp.output(shape(clock.ClockView))
@operation("read_clock")
def clock_now(centre: str) -> Response:
    """Get the floor's own time, the server's, and whether somebody has to say which is right."""
    authorise(Permission.READ_CLOCK, centre=centre)
    now, wall = site().db.now(centre), site().db.clock.now()
    return jsonify(read(lambda conn: clock.clock_of(conn, centre, site().db.told, now, wall)))


@bp.post(f"{AT}/clock")
@bp.input(ChoiceIn, arg_name="asked")
@bp.output(shape(clock.ClockView))
@operation("choose_clock")
def choose_clock(centre: str, asked: ChoiceIn) -> Response:
    """Say which clock is right: the floor's own, or the server's."""
    principal = authorise(Permission.CHOOSE_CLOCK, centre=centre)
    return command(principal, lambda tx: clock.settle(tx, Choice(asked.choose), By(principal.id)))
