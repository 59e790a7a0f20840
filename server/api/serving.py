"""Serve the citizen at a counter: call again, start, park, note as absent, finish, send elsewhere, take back."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from server.api.at_seat import AT, at_seat
from server.api.buttons import Button
from server.api.operations import operation
from server.api.refusals import AT_SEAT, CURRENT, UNDO
from server.api.shapes import CallOut, Code, Note, Strict, TokenAnswer, UndoneAnswer, call_view, undone_view
from server.domain import errors as e
from server.domain.actors import By
from server.domain.errors import InvalidInput
from server.domain.events.kinds import Kind, TokenChange, TokenHeld, TokenStarted
from server.domain.events.views import staff_view
from server.domain.ids import ID_MAX
from server.domain.permissions import Permission
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.token import Token
from server.services.floor import call, move, serve, undo
from server.services.floor.at_counter import Seen
from server.services.people import seats
from server.storage.transaction import Transaction
from server.web.guard import authorise

bp = APIBlueprint("serving", __name__, tag="Counters")
Verb = Callable[[Transaction, By, Seen | None], Token]

# The verbs that act at once, by the last word of their address, in the order in which a console shows them.
BUTTONS: Mapping[str, Button] = {
    "start": Button("S", "Start", "Started", changes.Action.START, Kind.TOKEN_STARTED),
    "finish": Button("D", "Done", "Finished", changes.Action.FINISH, Kind.TOKEN_FINISHED),
    "recall": Button(
        "R", "Call again", "Called again", changes.Action.RECALL, Kind.TOKEN_RECALLED, running=True, lead=True
    ),
    "miss": Button("M", "Missed", "Missed", changes.Action.MISS, Kind.TOKEN_MISSED, running=True, lead=True),
    "hold": Button("H", "Hold", "Put on hold", changes.Action.HOLD, Kind.TOKEN_HELD, lead=True),
}


class SeenIn(Strict):
    """What the screen showed when the key was pressed; another token or state there now is 409 `stale`."""

    token: Code | None = None
    state: Code | None = None

    def seen(self) -> Seen | None:
        """Return what was seen, None when the caller does not say."""
        return None if self.token is None else Seen(self.token, self.state)


class FinishIn(SeenIn):
    """How the service ended, the stage's ok when not given, and whether the next citizen is called at once."""

    outcome: Code | None = None
    then: Literal["call-next"] | None = None


class FinishAnswer(TokenAnswer):
    """The token that was served; where the next was to be called, the call, or the code of what stood against it."""

    call: CallOut | None = None
    not_called: str | None = None


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
    """Which act of this counter to take back, by its number; the last one when not given."""

    act: Annotated[int, Field(ge=1, le=ID_MAX)] | None = None


@bp.post(f"{AT}/recall")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("recall_token", *CURRENT, e.CentreFrozen)
def recall(centre: str, counter: str, asked: SeenIn) -> Response:
    """Call the current token once more."""
    return _act(Permission.RECALL_TOKEN, centre, counter, serve.recall, asked)


@bp.post(f"{AT}/start")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("start_service", *CURRENT)
def start(centre: str, counter: str, asked: SeenIn) -> Response:
    """Begin to serve the current token."""
    return _act(Permission.START_SERVICE, centre, counter, does(TokenStarted), asked)


@bp.post(f"{AT}/hold")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("hold_token", *CURRENT)
def hold(centre: str, counter: str, asked: SeenIn) -> Response:
    """Park the current token at this counter; the counter is free for another."""
    return _act(Permission.HOLD_TOKEN, centre, counter, does(TokenHeld), asked)


@bp.post(f"{AT}/resume")
@bp.input(ResumeIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("resume_token", *AT_SEAT, e.CounterBusy, e.NoCurrentToken, e.DayClosed)
def resume(centre: str, counter: str, asked: ResumeIn) -> Response:
    """Serve a parked token again."""
    return _act(
        Permission.RESUME_TOKEN, centre, counter, lambda tx, by, _seen: serve.resume(tx, by, asked.token), SeenIn()
    )


@bp.post(f"{AT}/miss")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("miss_token", *CURRENT, e.CentreFrozen, e.TooEarlyToMiss)
def miss(centre: str, counter: str, asked: SeenIn) -> Response:
    """Note the current token, or one parked here, as absent."""
    return _act(Permission.MISS_TOKEN, centre, counter, serve.miss, asked)


@bp.post(f"{AT}/finish")
@bp.input(FinishIn, arg_name="asked")
@bp.output(FinishAnswer)
@operation("finish_service", *CURRENT, e.UnknownOutcome, e.TooDeep)
def finish(centre: str, counter: str, asked: FinishIn) -> Response:
    """End the service of the current token, and call the next citizen perhaps: two acts, each with its own undo."""
    principal = authorise(Permission.FINISH_SERVICE, centre=centre, counter=counter)
    if asked.then:
        authorise(Permission.CALL_NEXT, centre=centre, counter=counter)

    def end(tx: Transaction, by: By) -> dict[str, object]:
        token = serve.finish(tx, by, outcome=asked.outcome, seen=asked.seen())
        served: dict[str, object] = {"token": staff_view(token)}
        if not asked.then:
            return served
        called = call.call_after(tx, by)
        if isinstance(called, call.Call):
            return {**served, **call_view(called)}
        return {**served, "call": None, "not_called": called.code}

    return at_seat(principal, counter, end)


@bp.post(f"{AT}/transfer")
@bp.input(TransferIn, arg_name="asked")
@bp.output(TokenAnswer)
@operation("transfer_token", *CURRENT, e.UnknownStage, e.UnknownOfficer, e.CounterNotOpen, e.NotInThisLine, e.TooDeep)
def transfer(centre: str, counter: str, asked: TransferIn) -> Response:
    """Send the current token to a stage, a counter or an officer."""
    if not (asked.stage or asked.counter):
        raise InvalidInput("Please say where to: a stage or a counter.")

    def send(tx: Transaction, by: By, seen: Seen | None) -> Token:
        stage = asked.stage or seats.stage_of(tx, asked.counter)
        only = asked.counter or seats.officer_named(tx, asked.officer)
        return move.transfer(tx, by, Target(stage, only, asked.returns), seen=seen, note=asked.reason)

    return _act(Permission.TRANSFER_TOKEN, centre, counter, send, asked)


@bp.post(f"{AT}/undo")
@bp.input(UndoIn, arg_name="asked")
@bp.output(UndoneAnswer)
@operation("undo_last", *AT_SEAT, *UNDO)
def undo_last(centre: str, counter: str, asked: UndoIn) -> Response:
    """Take back an act of this counter, with all that it has done."""
    principal = authorise(Permission.UNDO_LAST, centre=centre, counter=counter)
    return at_seat(principal, counter, lambda tx, by: undone_view(undo.undo_at(tx, by, act=asked.act)))


def does(event: type[TokenChange]) -> Verb:
    """Return the verb that does nothing but change the current token."""
    return lambda tx, by, seen: serve.act(tx, by, event, seen)


def _act(permission: Permission, centre: str, counter: str, verb: Verb, asked: SeenIn) -> Response:
    principal = authorise(permission, centre=centre, counter=counter)
    return at_seat(principal, counter, lambda tx, by: {"token": staff_view(verb(tx, by, asked.seen()))})
