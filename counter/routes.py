"""Open a counter, call the next citizen and serve them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.domain.errors import InvalidInput
from server.domain.lifecycle import CounterState
from server.domain.roles import Permission, Role
from server.domain.tokens import Target, Token
from server.services import counters, lines, operators, serving, undo
from server.services.access import Principal
from server.services.counters import Seen
from server.services.records import counter_view
from server.web.commands import command
from server.web.guard import authorise
from server.web.shapes import Code, Note, StaffTokenOut, Strict, TokenAnswer, staff_token
from server.web.site import read, site

bp = APIBlueprint("counter", __name__, tag="Counters")
AT = "/api/v1/counters/<counter>"
Verb = Callable[[Any, str, datetime, str, Seen | None], Token]


class ReasonIn(Strict):
    """Why a counter pauses or closes, and whether the token that is there now is still served."""

    reason: Note | None = None
    after_current: bool = False


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


class CallIn(Strict):
    """Whom to call out of order, and why: a reason of the centre's list."""

    token: Code
    reason: Code


class TakeOverIn(Strict):
    """The counter at which the token goes on."""

    to: Code


class CounterOut(BaseModel):
    """A counter as it stands."""

    id: str
    stage: str
    state: str
    reason: str | None


class ReasonOut(BaseModel):
    """Why this token: the rule, its figures, and one sentence."""

    rule: str
    params: dict[str, Any]
    text: str


class CallOut(BaseModel):
    """A token called to a counter."""

    id: str
    token: StaffTokenOut
    counter: str
    reason: ReasonOut


class CallAnswer(BaseModel):
    """The call that was made."""

    call: CallOut


@bp.post(f"{AT}/open")
@bp.output(CounterOut)
@bp.doc(security="bearer")
def open_counter(counter: str) -> Response:
    """Open a counter."""
    return _set_state(counter, CounterState.OPEN, ReasonIn())


@bp.post(f"{AT}/pause")
@bp.input(ReasonIn, arg_name="asked")
@bp.output(CounterOut)
@bp.doc(security="bearer")
def pause_counter(counter: str, asked: ReasonIn) -> Response:
    """Pause a counter."""
    return _set_state(counter, CounterState.PAUSED, asked)


@bp.post(f"{AT}/close")
@bp.input(ReasonIn, arg_name="asked")
@bp.output(CounterOut)
@bp.doc(security="bearer")
def close_counter(counter: str, asked: ReasonIn) -> Response:
    """Close a counter."""
    return _set_state(counter, CounterState.CLOSED, asked)


@bp.post(f"{AT}/call-next")
@bp.output(CallAnswer)
@bp.doc(security="bearer")
def call_next(counter: str) -> Response:
    """Call the next citizen."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    return _at_seat(by, counter, lambda tx: _call_view(counters.call_next(tx, counter, now, by.id)))


@bp.post(f"{AT}/call")
@bp.input(CallIn, arg_name="asked")
@bp.output(CallAnswer)
@bp.doc(security="bearer")
def call_token(counter: str, asked: CallIn) -> Response:
    """Call a token out of order, with a reason that stands on the day report."""
    by, now = authorise(Permission.CALL_OUT_OF_ORDER, counter=counter), site().clock.now()
    call = partial(counters.call_token, counter_id=counter, token_id=asked.token, why=asked.reason)
    return command(by, lambda tx: _call_view(call(tx, now=now, actor=by.id)))


@bp.post(f"{AT}/take-over")
@bp.input(TakeOverIn, arg_name="asked")
@bp.output(CallAnswer)
@bp.doc(security="bearer")
def take_over(counter: str, asked: TakeOverIn) -> Response:
    """Call the token of a counter that is out of order to another one, at once."""
    by, now = authorise(Permission.STEER), site().clock.now()
    return command(by, lambda tx: _call_view(counters.take_over(tx, counter, asked.to, now, by.id)))


@bp.post(f"{AT}/recall")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def recall(counter: str, asked: SeenIn) -> Response:
    """Call the current token once more."""
    return _act(counter, serving.recall, asked)


@bp.post(f"{AT}/start")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def start(counter: str, asked: SeenIn) -> Response:
    """Begin to serve the current token."""
    return _act(counter, serving.start, asked)


@bp.post(f"{AT}/hold")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def hold(counter: str, asked: SeenIn) -> Response:
    """Park the current token at this counter; the counter is free for another."""
    return _act(counter, serving.hold, asked)


@bp.post(f"{AT}/resume")
@bp.input(ResumeIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def resume(counter: str, asked: ResumeIn) -> Response:
    """Serve a parked token again."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    go_on = partial(serving.resume, counter_id=counter, now=now, actor=by.id, token_id=asked.token)
    return _at_seat(by, counter, lambda tx: _token_view(go_on(tx)))


@bp.post(f"{AT}/miss")
@bp.input(SeenIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def miss(counter: str, asked: SeenIn) -> Response:
    """Note the current token, or one parked here, as absent."""
    return _act(counter, serving.miss, asked)


@bp.post(f"{AT}/finish")
@bp.input(FinishIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def finish(counter: str, asked: FinishIn) -> Response:
    """End the service of the current token."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    end = partial(serving.finish, counter_id=counter, now=now, actor=by.id)
    return _at_seat(by, counter, lambda tx: _token_view(end(tx, outcome=asked.outcome, seen=asked.seen())))


@bp.post(f"{AT}/transfer")
@bp.input(TransferIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def transfer(counter: str, asked: TransferIn) -> Response:
    """Send the current token to a stage, a counter or an officer."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    if not (asked.stage or asked.counter):
        raise InvalidInput("Please say where to: a stage or a counter.")
    send = partial(serving.transfer, counter_id=counter, now=now, actor=by.id, reason=asked.reason)

    def sent(tx: Any) -> dict[str, Any]:
        stage = asked.stage or operators.stage_of(tx, asked.counter)
        officer = operators.officer_named(tx, asked.officer)
        target = Target(stage, asked.counter or officer, asked.returns)
        return _token_view(send(tx, target=target, seen=asked.seen()))

    return _at_seat(by, counter, sent)


@bp.post(f"{AT}/undo")
@bp.input(UndoIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def undo_last(counter: str, asked: UndoIn) -> Response:
    """Take back the last action of this counter."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    take_back = partial(undo.undo_at, counter_id=counter, now=now, actor=by.id, event=asked.event)
    return _at_seat(by, counter, lambda tx: _token_view(take_back(tx)))


class SitIn(Strict):
    """Whether a manager takes the counter over from the person there."""

    take_over: bool = False


class SeatOut(BaseModel):
    """The counter, and who sits there now."""

    counter: str
    operator: str | None


class LineOut(BaseModel):
    """The line of a counter's stage, in the order in which it would be called."""

    counter: dict[str, Any]
    frozen: bool
    current: dict[str, Any] | None
    next: ReasonOut | None
    line: list[StaffTokenOut]
    more: int
    missed: list[StaffTokenOut]
    held: list[StaffTokenOut]
    actions: list[dict[str, Any]]


@bp.get(f"{AT}/line")
@bp.output(LineOut)
@bp.doc(security="bearer")
def line(counter: str) -> Response:
    """Get who waits at a counter's stage, who comes next and why, and what can be undone."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    return jsonify(read(lambda conn: lines.line_of(conn, by.centre_id, counter, now)))


@bp.post(f"{AT}/sit")
@bp.input(SitIn, arg_name="asked")
@bp.output(SeatOut)
@bp.doc(security="bearer")
def sit(counter: str, asked: SitIn) -> Response:
    """Sit down at a counter; one person at one counter."""
    by, now = authorise(Permission.SERVE, counter=counter), site().real.now()
    instead = asked.take_over and by.role is Role.MANAGER

    def seat(tx: Any) -> dict[str, Any]:
        row = operators.sit(tx, counter, by, now, take_over=instead)
        return {"counter": row.id, "operator": row.operator}

    return command(by, seat)


@bp.post(f"{AT}/leave")
@bp.output(SeatOut)
@bp.doc(security="bearer")
def leave(counter: str) -> Response:
    """Get up; the counter is free for somebody else."""
    by = authorise(Permission.SERVE, counter=counter)

    def get_up(tx: Any) -> dict[str, Any]:
        operators.leave(tx, by)
        return {"counter": counter, "operator": None}

    return command(by, get_up)


def _set_state(counter: str, state: CounterState, asked: ReasonIn) -> Response:
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    why = asked.model_dump()

    def change(tx: Any) -> dict[str, Any]:
        return counter_view(counters.set_state(tx, counter, state, now, by.id, **why))

    return command(by, change) if by.role is Role.MANAGER else _at_seat(by, counter, change)


def _at_seat(by: Principal, counter: str, fn: Callable[[Any], dict[str, Any]]) -> Response:
    """Run a command at a counter where this person sits; devices and integrations sit nowhere."""

    def seated(tx: Any) -> dict[str, Any]:
        operators.require_seat(tx, counter, by)
        return fn(tx)

    return command(by, seated)


def _act(counter: str, service: Verb, asked: SeenIn) -> Response:
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    return _at_seat(by, counter, lambda tx: _token_view(service(tx, counter, now, by.id, asked.seen())))


def _token_view(token: Token) -> dict[str, Any]:
    return {"token": staff_token(token)}


def _call_view(call: counters.Call) -> dict[str, Any]:
    return {
        "call": {
            "id": call.id,
            "token": staff_token(call.token),
            "counter": call.counter,
            "reason": call.reason.view(),
        }
    }
