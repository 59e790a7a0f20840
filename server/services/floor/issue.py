"""Issue a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.actors import By
from server.domain.bookings import Booking, aged_from, late_by
from server.domain.errors import DayClosed, InvalidInput, SeriesFull
from server.domain.events.payloads import TokenIssued
from server.domain.forecast import Forecast
from server.domain.plan.hours import require_open
from server.domain.plan.plan import Plan, Service
from server.domain.plan.series import label
from server.domain.references import Reference
from server.domain.token.lifecycle import StepState
from server.domain.token.record import seal_needs
from server.domain.token.token import Step, Token
from server.services.bookings import present
from server.services.bookings.present import Shown
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
    """What a citizen asks for. `token_id` and `secret` are minted by the issuer.

    `then` are the services after the first, `party` how many people share the number, `access` what they need to be
    reached and served. `booking` names an appointment that staff found, `return_of` the secret of a return slip. An
    appointment brings its own service, and its need when none is told. `claim` is a reference that was not known and
    rides along with a walk-in. `printer` gets the slip.
    """

    token_id: str
    secret: str
    service: str | None
    then: tuple[str, ...] = ()
    need: str | None = None
    access: tuple[str, ...] = ()
    party: int = 1
    language: str | None = None
    phone: str | None = None
    reference: Reference | None = None
    booking: int | None = None
    claim: Reference | None = None
    return_of: str | None = None
    paper: PadNumber | None = None
    printer: str | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """The appointment that a token was given for; who comes `late_min` late ages from the arrival."""

    slot: datetime | None
    service: str
    late_min: int


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, what its citizen is told of the line, and whether a slip is on its way."""

    token: Token
    secret: str
    forecast: Forecast
    print_state: PrintState
    appointment: Appointment | None = None


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
    shown, came = Shown(order.reference, order.booking, order.service), tx.centre.wall(arrived)
    booking = present.presented(tx, plan, shown, day, came, late=order.paper is not None)
    since = tx.centre.floor(aged_from(None if booking is None else booking.slot, came, plan.slots))
    service = plan.service(_wanted(order, booking))
    step = Step(tx.next_seq, plan.routes[service.route][0], StepState.WAITING, tx.now, since, arrived)
    foreseen = foresee(tx.conn, tx.centre, plan, step, tx.now)
    token = _new_token(tx, order, booking, step, arrived)
    tokens.insert_token(tx.conn, tx.centre.id, token, order.secret)
    forecast = foreseen(token).forecast
    appointment = None if booking is None else _appointment(plan, booking, came)
    if booking is not None:
        present.check_in(tx, booking, token)
    _keep_private(tx, order, returned)
    tx.record(TokenIssued(token, order.printer, None if booking is None else booking.id, returned), by)
    if order.printer is None:
        return Issued(token, order.secret, forecast, PrintState.NONE, appointment)
    slips.queue_original(tx, order.printer, token, forecast)
    return Issued(token, order.secret, forecast, PrintState.QUEUED, appointment)


def _appointment(plan: Plan, booking: Booking, arrived: datetime) -> Appointment:
    return Appointment(booking.slot, booking.service, late_by(booking.slot, arrived, plan.slots))


def _wanted(order: Order, booking: Booking | None) -> str:
    """Return the service of a token: the booked one, else the one asked for; raises InvalidInput without one."""
    if booking is not None:
        return booking.service
    if order.service is None:
        raise InvalidInput("Somebody without an appointment says what they have come for.")
    return order.service


def _class_of(plan: Plan, service: Service, order: Order, booking: Booking | None) -> str:
    """Return the class of a token; a need that somebody booked with stays good when the rules have dropped it."""
    if order.need is None and booking is not None:
        return plan.kept_series(service, booking.need)
    return plan.series_for(service, order.need)


def _new_token(tx: Transaction, order: Order, booking: Booking | None, step: Step, arrived: datetime) -> Token:
    plan = plan_now(tx)
    slot, need = (None, order.need) if booking is None else (booking.slot, order.need or booking.need)
    service = plan.service(_wanted(order, booking))
    klass, access = _class_of(plan, service, order, booking), access_needs(order.access)
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
    if order.phone or order.reference or order.claim or returned:
        shown, claim = (None if each is None else each.hash for each in (order.reference, order.claim))
        known = tokens.Private(order.phone, shown, claim, returned)
        tokens.keep_private(tx.conn, tx.centre.id, order.token_id, known)
