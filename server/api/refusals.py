"""How each operation of the contract can be refused: by its own work, and as every operation of its kind."""

from collections.abc import Iterator, Mapping

from server.domain import errors as e
from server.domain.errors import Refused

Refusals = tuple[type[Refused], ...]

AT_SEAT: Refusals = (e.UnknownCounter, e.NotYourCounter, e.ClockBehind)
CURRENT: Refusals = (*AT_SEAT, e.NoCurrentToken, e.Stale, e.IllegalTransition)
READY: Refusals = (e.UnknownCounter, e.CounterNotOpen, e.CounterBusy, e.CentreFrozen, e.ClockBehind)
TOKEN: Refusals = (e.UnknownToken, e.IllegalTransition, e.ClockBehind)
WISHES: Refusals = (e.UnknownService, e.UnknownNeed, e.UnknownLanguage, e.UnknownPrinter)
BOOKING: Refusals = (
    e.UnknownAppointment,
    e.AppointmentOtherCentre,
    e.AppointmentOtherDay,
    e.AppointmentEarly,
    e.AppointmentUsed,
)
RETURN_SLIP: Refusals = (e.UnknownToken, e.ReturnSlipExpired, e.ReturnSlipUsed)
NUMBERS: Refusals = (e.SeriesFull, e.NumberNotLeased)
NOT_NOW: Refusals = (e.DayClosed, e.NotOpenNow, e.CentreFrozen, e.ClockBehind)

OWN: Mapping[str, Refusals] = {
    "list_centres": (),
    "list_counters": (),
    "list_services": (),
    "list_stages": (),
    "issue_token": (*WISHES, *BOOKING, *RETURN_SLIP, *NUMBERS, *NOT_NOW, e.UnknownCounter),
    "read_token": (e.UnknownToken,),
    "cancel_token": TOKEN,
    "correct_token": (*TOKEN, e.UnknownCounter, e.UnknownService, e.UnknownNeed),
    "remark_token": (*TOKEN, e.UnknownCounter, e.UnknownLanguage, e.UnknownNeed, e.EmergencyLimit),
    "return_token": (*TOKEN, e.UnknownCounter),
    "pause_token": TOKEN,
    "undo_token": (e.UnknownToken, e.NothingToUndo, e.CounterBusy, e.ClockBehind),
    "reprint_slip": (e.UnknownToken, e.UnknownPrinter),
    "return_by_slip": TOKEN,
    "read_status": (e.UnknownToken,),
    "return_to_line": TOKEN,
    "go_out": TOKEN,
    "give_back_token": TOKEN,
    "take_seat": (e.UnknownCounter, e.CounterTaken, e.CounterBusy),
    "leave_seat": (e.UnknownCounter, e.CounterBusy),
    "open_counter": AT_SEAT,
    "pause_counter": (*AT_SEAT, e.CounterBusy, e.IllegalTransition),
    "close_counter": (*AT_SEAT, e.CounterBusy),
    "read_line": (e.UnknownCounter,),
    "call_next": (*READY, e.NotYourCounter, e.QueueEmpty),
    "call_token": (*READY, e.UnknownReason, e.UnknownToken, e.NotInThisLine),
    "take_over": (*READY, e.NoCurrentToken, e.NotInThisLine),
    "recall_token": (*CURRENT, e.CentreFrozen),
    "start_service": CURRENT,
    "hold_token": CURRENT,
    "resume_token": (*AT_SEAT, e.CounterBusy, e.NoCurrentToken),
    "miss_token": (*CURRENT, e.CentreFrozen, e.TooEarlyToMiss),
    "finish_service": (*CURRENT, e.UnknownOutcome),
    "transfer_token": (*CURRENT, e.UnknownStage, e.UnknownOfficer, e.CounterNotOpen, e.NotInThisLine),
    "undo_last": (*AT_SEAT, e.NothingToUndo, e.CounterBusy),
    "read_snapshot": (),
    "read_events": (),
    "freeze_floor": (e.ClockBehind,),
    "read_freeze": (),
    "unfreeze_floor": (e.ClockBehind,),
    "confirm_clock": (),
    "close_day": (e.CentreFrozen, e.DayNotFinished, e.ClockBehind),
    "lease_numbers": (e.UnknownLease, e.SeriesFull, e.ClockBehind),
    "void_lease": (e.UnknownLease, e.ClockBehind),
    "take_bookings": (e.UnknownService, e.UnknownNeed),
    "find_booking": (),
    "read_gate": (),
    "explain_token": (e.UnknownToken,),
    "read_stats": (),
    "read_outlook": (),
    "read_report": (),
}
"""What only the operation itself is refused for. The tests hold it: no code beside it, and none that cannot come."""


def refusals_of(name: str, *, keyless: bool, command: bool, takes_input: bool) -> Iterator[type[Refused]]:
    """Yield every refusal of an operation: its own, and those of its kind."""
    yield from OWN[name]
    yield from (e.BadRequest, e.Unavailable)
    yield from () if keyless else (e.Unauthenticated, e.Forbidden)
    yield from (e.MissingIdempotencyKey, e.IdempotencyKeyReused) if command else ()
    yield from (e.InvalidInput,) if takes_input else ()
