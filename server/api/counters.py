"""Open a counter and call the next citizen."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from server.api.at_seat import AT, at_seat
from server.api.commands import command
from server.api.operations import operation
from server.api.refusals import AT_SEAT, READY
from server.api.schemas import shape
from server.api.shapes import CallOut, Code, Note, Strict, call_view
from server.domain import errors as e
from server.domain.actors import By
from server.domain.events.views import CounterView, counter_view
from server.domain.permissions import Permission
from server.domain.token.lifecycle import CounterState
from server.services.floor import call, counters
from server.services.floor.token_rows import facts_of
from server.storage.transaction import Transaction
from server.web.guard import authorise

BACK_MAX_MIN = 240

bp = APIBlueprint("counters", __name__, tag="Counters")


class ReasonIn(Strict):
    """Why a counter pauses or closes, and whether the token that is there now is still served."""

    reason: Note | None = None
    after_current: bool = False


class PauseIn(ReasonIn):
    """Why a counter pauses, and in how many minutes it is expected back: until then its people count on it."""

    back_min: Annotated[int | None, Field(ge=1, le=BACK_MAX_MIN)] = None


class CallIn(Strict):
    """Whom to call out of order, and why: a reason of the centre's list."""

    token: Code
    reason: Code


class TakeOverIn(Strict):
    """The counter at which the token goes on."""

    to: Code


class CallAnswer(BaseModel):
    """The call that was made."""

    call: CallOut


@bp.post(f"{AT}/open")
@bp.output(shape(CounterView))
@operation("open_counter", *AT_SEAT, e.DayClosed, e.DayNotOpen, e.NotOpenNow)
def open_counter(centre: str, counter: str) -> Response:
    """Open a counter."""
    return _set_state(Permission.OPEN_COUNTER, centre, counter, CounterState.OPEN, ReasonIn())


@bp.post(f"{AT}/pause")
@bp.input(PauseIn, arg_name="asked")
@bp.output(shape(CounterView))
@operation("pause_counter", *AT_SEAT, e.CounterBusy, e.IllegalTransition)
def pause_counter(centre: str, counter: str, asked: PauseIn) -> Response:
    """Pause a counter."""
    return _set_state(Permission.PAUSE_COUNTER, centre, counter, CounterState.PAUSED, asked)


@bp.post(f"{AT}/close")
@bp.input(ReasonIn, arg_name="asked")
@bp.output(shape(CounterView))
@operation("close_counter", *AT_SEAT, e.CounterBusy)
def close_counter(centre: str, counter: str, asked: ReasonIn) -> Response:
    """Close a counter."""
    return _set_state(Permission.CLOSE_COUNTER, centre, counter, CounterState.CLOSED, asked)


@bp.post(f"{AT}/call-next")
@bp.output(CallAnswer)
@operation("call_next", *READY, e.NotYourCounter, e.QueueEmpty)
def call_next(centre: str, counter: str) -> Response:
    """Call the next citizen."""
    principal = authorise(Permission.CALL_NEXT, centre=centre, counter=counter)
    return at_seat(principal, counter, lambda tx, by: call_view(call.call_next(tx, by)))


@bp.post(f"{AT}/call")
@bp.input(CallIn, arg_name="asked")
@bp.output(CallAnswer)
@operation("call_token", *READY, e.UnknownReason, e.UnknownToken, e.NotInThisLine)
def call_token(centre: str, counter: str, asked: CallIn) -> Response:
    """Call a token out of order, with a reason that stands on the day report."""
    principal = authorise(Permission.CALL_TOKEN, centre=centre, counter=counter)
    by = By(principal.id, counter)
    return command(principal, lambda tx: call_view(call.call_token(tx, by, asked.token, asked.reason)))


@bp.post(f"{AT}/take-over")
@bp.input(TakeOverIn, arg_name="asked")
@bp.output(CallAnswer)
@operation("take_over", *READY, e.NoCurrentToken, e.NotInThisLine)
def take_over(centre: str, counter: str, asked: TakeOverIn) -> Response:
    """Call the token of a counter that is out of order to another one, at once."""
    principal = authorise(Permission.TAKE_OVER, centre=centre)
    return command(principal, lambda tx: call_view(call.take_over(tx, counter, asked.to, By(principal.id))))


def _set_state(permission: Permission, centre: str, counter: str, state: CounterState, asked: ReasonIn) -> Response:
    principal = authorise(permission, centre=centre, counter=counter)
    rest = asked.model_dump()

    def change(tx: Transaction, by: By) -> CounterView:
        after = counters.set_state(tx, counter, state, by, **rest)
        return counter_view(facts_of(after))

    return at_seat(principal, counter, change)
