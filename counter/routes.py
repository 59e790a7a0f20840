"""Open a counter, call the next citizen and serve them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from server.domain.errors import NotAvailable
from server.domain.lifecycle import CounterState
from server.domain.roles import Permission, Role
from server.domain.tokens import Token
from server.services import counters, lines, operators
from server.services.access import Principal
from server.services.records import counter_view
from server.web.commands import command
from server.web.guard import authorise
from server.web.shapes import StaffTokenOut, Strict, TokenAnswer, reason_view, staff_token
from server.web.site import read, site

bp = APIBlueprint("counter", __name__, tag="Counters")
AT = "/api/v1/counters/<counter>"
NOT_BUILT = ("hold", "resume", "transfer", "undo")


class ReasonIn(Strict):
    """Why a counter pauses or closes, and whether the token that is there now is still served."""

    reason: Annotated[str, Field(max_length=200)] | None = None
    after_current: bool = False


class FinishIn(Strict):
    """How the service ended; the stage's ok when not given."""

    outcome: Annotated[str, Field(max_length=32)] | None = None


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


@bp.post(f"{AT}/recall")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def recall(counter: str) -> Response:
    """Call the current token once more."""
    return _act(counter, counters.recall)


@bp.post(f"{AT}/start")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def start(counter: str) -> Response:
    """Begin to serve the current token."""
    return _act(counter, counters.start)


@bp.post(f"{AT}/miss")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def miss(counter: str) -> Response:
    """Note the current token as absent."""
    return _act(counter, counters.miss)


@bp.post(f"{AT}/finish")
@bp.input(FinishIn, arg_name="asked")
@bp.output(TokenAnswer)
@bp.doc(security="bearer")
def finish(counter: str, asked: FinishIn) -> Response:
    """End the service of the current token."""
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    finish_it = partial(counters.finish, counter_id=counter, now=now, actor=by.id, outcome=asked.outcome)
    return _at_seat(by, counter, lambda tx: _token_view(finish_it(tx)))


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
    current: dict[str, Any] | None
    next: ReasonOut | None
    line: list[StaffTokenOut]
    more: int
    missed: list[StaffTokenOut]


@bp.get(f"{AT}/line")
@bp.output(LineOut)
@bp.doc(security="bearer")
def line(counter: str) -> Response:
    """Get who waits at a counter's stage, who comes next, and why."""
    authorise(Permission.SERVE, counter=counter)
    now = site().clock.now()
    return jsonify(read(lambda conn: lines.line_of(conn, counter, now)))


@bp.post(f"{AT}/sit")
@bp.input(SitIn, arg_name="asked")
@bp.output(SeatOut)
@bp.doc(security="bearer")
def sit(counter: str, asked: SitIn) -> Response:
    """Sit down at a counter; one person at one counter."""
    by, now = authorise(Permission.SERVE, counter=counter), site().real.now()
    take_over = asked.take_over and by.role is Role.MANAGER

    def seat(tx: Any) -> dict[str, Any]:
        row = operators.sit(tx, counter, by, now, take_over=take_over)
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


@bp.post(f"{AT}/<any({', '.join(NOT_BUILT)}):verb>")
@bp.output(TokenAnswer)
@bp.doc(security="bearer", summary="Not available yet")
def not_built(counter: str, verb: str) -> Response:
    """Refuse a verb that is named but not built."""
    authorise(Permission.SERVE, counter=counter)
    raise NotAvailable(f"“{verb}” is not available yet.", verb=verb)


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


def _act(counter: str, service: Callable[[Any, str, datetime, str], Token]) -> Response:
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    return _at_seat(by, counter, lambda tx: _token_view(service(tx, counter, now, by.id)))


def _token_view(token: Token) -> dict[str, Any]:
    return {"token": staff_token(token)}


def _call_view(call: counters.Call) -> dict[str, Any]:
    return {
        "call": {
            "id": call.id,
            "token": staff_token(call.token),
            "counter": call.counter,
            "reason": reason_view(call.reason),
        }
    }
