"""Open a counter and call the next citizen."""

from functools import partial
from typing import Any

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel

from server.api.at_seat import AT, at_seat
from server.api.commands import command
from server.api.shapes import Code, Note, ReasonOut, StaffTokenOut, Strict
from server.domain.events.views import token_view
from server.domain.permissions import Permission, Role
from server.domain.token.lifecycle import CounterState
from server.services.floor import call, counters
from server.services.floor.token_rows import counter_view
from server.web.guard import authorise
from server.web.site import site

bp = APIBlueprint("counters", __name__, tag="Counters")


class ReasonIn(Strict):
    """Why a counter pauses or closes, and whether the token that is there now is still served."""

    reason: Note | None = None
    after_current: bool = False


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
    return at_seat(by, counter, lambda tx: _call_view(call.call_next(tx, counter, now, by.id)))


@bp.post(f"{AT}/call")
@bp.input(CallIn, arg_name="asked")
@bp.output(CallAnswer)
@bp.doc(security="bearer")
def call_token(counter: str, asked: CallIn) -> Response:
    """Call a token out of order, with a reason that stands on the day report."""
    by, now = authorise(Permission.CALL_OUT_OF_ORDER, counter=counter), site().clock.now()
    call_out_of_order = partial(call.call_token, counter_id=counter, token_id=asked.token, why=asked.reason)
    return command(by, lambda tx: _call_view(call_out_of_order(tx, now=now, actor=by.id)))


@bp.post(f"{AT}/take-over")
@bp.input(TakeOverIn, arg_name="asked")
@bp.output(CallAnswer)
@bp.doc(security="bearer")
def take_over(counter: str, asked: TakeOverIn) -> Response:
    """Call the token of a counter that is out of order to another one, at once."""
    by, now = authorise(Permission.STEER), site().clock.now()
    return command(by, lambda tx: _call_view(call.take_over(tx, counter, asked.to, now, by.id)))


def _set_state(counter: str, state: CounterState, asked: ReasonIn) -> Response:
    by, now = authorise(Permission.SERVE, counter=counter), site().clock.now()
    why = asked.model_dump()

    def change(tx: Any) -> dict[str, Any]:
        return counter_view(counters.set_state(tx, counter, state, now, by.id, **why))

    return command(by, change) if by.role is Role.MANAGER else at_seat(by, counter, change)


def _call_view(new: call.Call) -> dict[str, Any]:
    return {
        "call": {
            "id": new.id,
            "token": token_view(new.record, staff=True),
            "counter": new.counter,
            "reason": new.reason.view(),
        }
    }
