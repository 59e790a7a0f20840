"""Issue a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.actors import By
from server.domain.bookings import Booking, aged_from
from server.domain.errors import DayClosed, InvalidInput, SeriesFull
from server.domain.events.payloads import TokenIssued
from server.domain.forecast import Forecast
from server.domain.plan.hours import require_open
from server.domain.plan.plan import Plan
from server.domain.plan.series import label
from server.domain.token.lifecycle import StepState
from server.domain.token.record import seal_needs
from server.domain.token.token import Step, Token
from server.services.bookings import present
from server.services.floor.correct import access_needs, access_values, party_size
from server.services.floor.forecasts import foresee
from server.services.numbers import leases
from server.services.paper import slips
from server.services.paper.slips import PrintState
from server.services.setup.plans import plan_now
from server.storage.sql import numbers, tokens
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class PadNumber:
    """A number from the paper pad, entered when the screens are back, and when it was handed out."""

    label: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """What a citizen asks for. `token_id` and `secret` are minted by the issuer; the hash hides a reference.

    `then` are the services after the first, `party` how many people share the number, `access` what they need to be
    reached and served. `booking` names an appointment that staff found, `return_of` the secret of a return slip. An
    appointment that is known brings its own service, and its need when none is told. `printer` gets the slip.
    """

    token_id: str
    secret: str
    service: str
    then: tuple[str, ...] = ()
    need: str | None = None
    access: tuple[str, ...] = ()
    party: int = 1
    language: str | None = None
    phone: str | None = None
    appointment_hash: str | None = None
    booking: int | None = None
    return_of: str | None = None
    paper: PadNumber | None = None
    printer: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, what its citizen is told of the line, and whether a slip is on its way."""

    token: Token
    secret: str
    forecast: Forecast
    print_state: PrintState


def issue(tx: Transaction, order: Order, by: By) -> Issued:
    """Give the next number of the series and put the token in line at the first stage of its route.

    The counter of `by` issues it, if one does. Raises UnknownService, UnknownNeed, UnknownLanguage,
    UnknownPrinter, InvalidInput, SeriesFull, DayClosed, NotOpenNow, NumberNotLeased, and for a booking or a return
    slip that is not good what `server.services.bookings.present` says.
    """
    day = tx.today
    if tx.centre.closed_day is not None and day <= tx.centre.closed_day:
        raise DayClosed("The day is closed; tokens are given again on the next working day.", day=day.isoformat())
    plan = plan_now(tx)
    returned = present.require_return(tx, order.return_of, day)
    arrived = _arrival(tx, order)
    shown = tx.centre.wall(arrived)
    booking = present.presented(tx, plan, order.appointment_hash, order.booking, shown, late=order.paper is not None)
    since = tx.centre.floor(aged_from(None if booking is None else booking.slot, shown, plan.slots))
    service = plan.service(order.service if booking is None else booking.service)
    step = Step(tx.next_seq, plan.routes[service.route][0], StepState.WAITING, tx.now, since, arrived)
    foreseen = foresee(tx.conn, tx.centre, plan, step, tx.now)
    token = _new_token(tx, order, booking, step, arrived)
    tokens.insert_token(tx.conn, tx.centre.id, token, order.secret)
    forecast = foreseen(token).forecast
    if booking is not None:
        present.check_in(tx, booking, token)
    _keep_private(tx, order, returned)
    tx.record(TokenIssued(token, order.printer, None if booking is None else booking.id, returned), by)
    if order.printer is None:
        return Issued(token, order.secret, forecast, PrintState.NONE)
    slips.queue_original(tx, order.printer, token, forecast)
    return Issued(token, order.secret, forecast, PrintState.QUEUED)


def _new_token(tx: Transaction, order: Order, booking: Booking | None, step: Step, arrived: datetime) -> Token:
    plan = plan_now(tx)
    slot, need = (None, order.need) if booking is None else (booking.slot, order.need or booking.need)
    service = plan.service(order.service if booking is None else booking.service)
    klass, access = plan.series_for(service, need), access_needs(order.access)
    # From paper they were let in already: a number that was handed out is never refused for the hour.
    if order.paper is None:
        _require_open_hours(plan, slot, tx.wall)
    letter, number = _take_number(tx, plan, order, klass)
    return Token(
        id=order.token_id,
        day=tx.today,
        series=letter,
        number=number,
        label=label(letter, number),
        klass=klass,
        service=service.code,
        route=service.route,
        language=plan.language(order.language),
        need=need,
        issued_at=arrived,
        aged_from=step.since,
        step=step,
        then=tuple(plan.service(code).code for code in dict.fromkeys(order.then) if code != service.code),
        party=party_size(order.party),
        **access_values(access),
        needs_seal=seal_needs(order.secret, need, access),
        slot=slot,
        entered_by_hand=order.paper is not None,
    )


def _require_open_hours(plan: Plan, slot: datetime | None, now: datetime) -> None:
    """Raise NotOpenNow outside the hours in which tokens are given; bookings may come a little before and after."""
    if slot is None:
        require_open(plan.hours, now)
        return
    early, late = (timedelta(minutes=m) for m in (plan.slots.admit_early_min, plan.slots.late_min))
    require_open(plan.hours, now, early=early, late=late)


def _arrival(tx: Transaction, order: Order) -> datetime:
    """Return when the citizen came: now, or what the paper pad says; raises InvalidInput for another day."""
    if order.paper is None:
        return tx.now
    if order.paper.taken_at > tx.wall or tx.centre.day(order.paper.taken_at) != tx.today:
        raise InvalidInput("A paper number is entered on its own day, with the time at which it was taken.")
    return tx.centre.floor(order.paper.taken_at)


def _take_number(tx: Transaction, plan: Plan, order: Order, letter: str) -> tuple[str, int]:
    """Return the next (letter, number), from the overflow series when the first is full; raises SeriesFull."""
    if order.paper is not None:
        return leases.use(tx, order.paper.label, tx.today)
    series = plan.series[letter]
    number = numbers.take_number(tx.conn, tx.centre.id, tx.today, letter, series.first, series.last)
    if number is not None:
        return letter, number
    if series.overflow is None:
        raise SeriesFull(f"Series {letter} has no number left today.", series=letter)
    return _take_number(tx, plan, order, series.overflow)


def _keep_private(tx: Transaction, order: Order, returned: str | None) -> None:
    """Write what may be known of the citizen; `returned` is the token whose return slip was taken."""
    if order.phone or order.appointment_hash or returned:
        tokens.keep_private(tx.conn, tx.centre.id, order.token_id, order.phone, order.appointment_hash, returned)
