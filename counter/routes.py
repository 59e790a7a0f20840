"""Open a counter, call the next citizen and serve them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from server.domain.errors import NotAvailable
from server.domain.lifecycle import CounterState
from server.domain.roles import Permission
from server.domain.tokens import Token
from server.services import counters
from server.services.records import counter_view
from server.web.commands import command
from server.web.guard import authorise
from server.web.shapes import StaffTokenOut, Strict, TokenAnswer, reason_view, staff_token
from server.web.site import site

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
    return command(by, lambda tx: _call_view(counters.call_next(tx, counter, now, by.id)))


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
    return command(
        by,
        lambda tx: _token_view(counters.finish(tx, counter, now, by.id, outcome=asked.outcome)),
    )


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
    return command(by, lambda tx: counter_view(counters.set_state(tx, counter, state, now, by.id, **why)))


def _act(counter: str, service: Callable[[Any, str, datetime, str], Token]) -> Response:
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    return command(by, lambda tx: _token_view(service(tx, counter, now, by.id)))


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
