"""How operations are refused: in groups that several share, and as every operation of a kind.

What one of them alone is refused for stands at its route, in `operation`.
"""

from collections.abc import Iterator

from server.domain import errors as e
from server.domain.errors import Refused

Refusals = tuple[type[Refused], ...]

AT_SEAT: Refusals = (e.UnknownCounter, e.NotYourCounter)
CURRENT: Refusals = (*AT_SEAT, e.NoCurrentToken, e.DayClosed, e.Stale, e.IllegalTransition)
READY: Refusals = (e.UnknownCounter, e.CounterNotOpen, e.CounterBusy, e.CentreFrozen)
TOKEN: Refusals = (e.UnknownToken, e.IllegalTransition)
WISHES: Refusals = (e.UnknownService, e.UnknownNeed, e.UnknownLanguage, e.UnknownPrinter)
NAMED_BOOKING: Refusals = (
    e.UnknownAppointment,
    e.AppointmentOtherCentre,
    e.AppointmentOtherDay,
    e.AppointmentUsed,
    e.AppointmentCancelled,
    e.AppointmentAmbiguous,
)
BOOKING: Refusals = (*NAMED_BOOKING, e.AppointmentEarly)
RETURN_SLIP: Refusals = (e.UnknownToken, e.ReturnSlipExpired, e.ReturnSlipUsed)
UNDO: Refusals = (
    e.NothingToUndo,
    e.LaterAct,
    e.CounterBusy,
    e.CounterNotOpen,
    e.DayClosed,
    e.AppointmentUsed,
    e.ReturnSlipUsed,
)
NUMBERS: Refusals = (e.SeriesFull, e.NumberNotLeased)
NOT_NOW: Refusals = (e.DayClosed, e.DayNotOpen, e.NotOpenNow, e.EmergencyNow)


def refusals_of(own: Refusals, *, keyless: bool, command: bool, takes_input: bool) -> Iterator[type[Refused]]:
    """Yield every refusal of an operation: its `own`, and those of its kind."""
    yield from own
    yield from (e.BadRequest, e.Unavailable)
    yield from () if keyless else (e.Unauthenticated, e.Forbidden)
    yield from (e.MissingIdempotencyKey, e.IdempotencyKeyReused) if command else ()
    yield from (e.InvalidInput,) if takes_input else ()
