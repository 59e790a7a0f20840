"""Serve the citizen at a counter: call again, start, park, note as absent, finish, send elsewhere, take back."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from server.api.at_seat import AT, at_seat
from server.api.shapes import Code, Note, Strict, TokenAnswer
from server.domain.errors import InvalidInput
from server.domain.permissions import Permission
from server.domain.token.changes import Target
from server.domain.token.token import Token
from server.services.floor import move, serve, undo
from server.services.floor.at_counter import Seen
from server.services.floor.token_rows import staff_view
from server.services.people import seats
from server.web.guard import authorise
from server.web.site import site

bp = APIBlueprint("serving", __name__, tag="Counters")
Verb = Callable[[Any, str, datetime, str, Seen | None], Token]


class SeenIn(Strict):
    """What the screen showed when the key was pressed; another token or state there now is 409 `stale`."""

    token: Code | None = None
    state: Code | None = None

    def seen(self) -> Seen | None:
        """Return what was seen, None when the caller does not say."""
        return None if self.token is None else Seen(self.token, self.state)


class FinishIn(SeenIn):
    """How the service ended; the stage's ok when not given."""

    outcome: Code | None = None


class ResumeIn(Strict):
    """Which parked token to serve again; the one parked last when not given."""

    token: Code | None = None


class TransferIn(SeenIn):
    """Where to: a stage, a counter or an officer of a stage; `returns` brings the token back here afterwards."""

    stage: Code | None = None
    counter: Code | None = None
    officer: Code | None = None
    returns: bool = False
    reason: Note | None = None


class UndoIn(Strict):
    """Which action of this counter to take back, by its event number; the last one when not given."""

    event: Annotated[int, Field(ge=1)] | None = None


@bp.post(f"{AT}/recall")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def recall(counter: str, asked: SeenIn) -> Response:
    """Call the current token once more."""
    return _act(counter, serve.recall, asked)


@bp.post(f"{AT}/start")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def start(counter: str, asked: SeenIn) -> Response:
    """Begin to serve the current token."""
    return _act(counter, serve.start, asked)


@bp.post(f"{AT}/hold")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def hold(counter: str, asked: SeenIn) -> Response:
    """Park the current token at this counter; the counter is free for another."""
    return _act(counter, serve.hold, asked)


@bp.post(f"{AT}/resume")
@bp.input(ResumeIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def resume(counter: str, asked: ResumeIn) -> Response:
    """Serve a parked token again."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    go_on = partial(serve.resume, counter_id=counter, now=now, actor=by.id, token_id=asked.token)
    return at_seat(by, counter, lambda tx: _token_view(go_on(tx)))


@bp.post(f"{AT}/miss")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def miss(counter: str, asked: SeenIn) -> Response:
    """Note the current token, or one parked here, as absent."""
    return _act(counter, serve.miss, asked)


@bp.post(f"{AT}/finish")
@bp.input(FinishIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def finish(counter: str, asked: FinishIn) -> Response:
    """End the service of the current token."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    end = partial(serve.finish, counter_id=counter, now=now, actor=by.id)
    return at_seat(by, counter, lambda tx: _token_view(end(tx, outcome=asked.outcome, seen=asked.seen())))


@bp.post(f"{AT}/transfer")
@bp.input(TransferIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def transfer(counter: str, asked: TransferIn) -> Response:
    """Send the current token to a stage, a counter or an officer."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    if not (asked.stage or asked.counter):
        raise InvalidInput("Please say where to: a stage or a counter.")
    send = partial(move.transfer, counter_id=counter, now=now, actor=by.id, reason=asked.reason)

    def sent(tx: Any) -> dict[str, Any]:
        stage = asked.stage or seats.stage_of(tx, asked.counter)
        officer = seats.officer_named(tx, asked.officer)
        target = Target(stage, asked.counter or officer, asked.returns)
        return _token_view(send(tx, target=target, seen=asked.seen()))

    return at_seat(by, counter, sent)


@bp.post(f"{AT}/undo")
@bp.input(UndoIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def undo_last(counter: str, asked: UndoIn) -> Response:
    """Take back the last action of this counter."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    take_back = partial(undo.undo_at, counter_id=counter, now=now, actor=by.id, event=asked.event)
    return at_seat(by, counter, lambda tx: _token_view(take_back(tx)))


def _act(counter: str, service: Verb, asked: SeenIn) -> Response:
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    return at_seat(by, counter, lambda tx: _token_view(service(tx, counter, now, by.id, asked.seen())))


def _token_view(token: Token) -> dict[str, Any]:
    return {"token": staff_view(token)}
