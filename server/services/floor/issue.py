"""Issue a token."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.domain.actors import By
from server.domain.bookings import Booking, aged_from, late_by
from server.domain.errors import InvalidInput
from server.domain.events.installation import slip_commitment
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
from server.services.bookings.find import found, known_booking
from server.services.bookings.present import Shown
from server.services.floor.correct import access_needs, access_values, party_size
from server.services.floor.day import open_day
from server.services.floor.forecasts import foresee
from server.services.floor.opening import day_due, enter_day
from server.services.numbers import leases
from server.services.numbers.labels import Given, next_number
from server.services.paper import slips
from server.services.paper.slips import PrintState
from server.services.setup.plans import plan_now, plan_of
from server.storage.sql import tokens
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

    The counter of `by` issues it, if one does. Raises UnknownService, UnknownNeed, UnknownLanguage, UnknownPrinter,
    InvalidInput, SeriesFull, DayClosed, DayNotOpen, NotOpenNow, NumberNotLeased, and for a booking or a return slip
    that is not good what `server.services.bookings.present` says.
    """
    _enter(tx, order, by)
    plan, arrived = plan_now(tx), _arrival(tx, order)
    came = tx.centre.wall(arrived)
    returned = present.require_return(tx, order.return_of, tx.today)
    booking = _presented(tx, plan, order, came)
    since = tx.centre.floor(aged_from(None if booking is None else booking.slot, came, plan.slots))
    service = plan.service(_wanted(order, booking))
    step = Step(tx.next_seq, plan.routes[service.route][0], StepState.WAITING, tx.now, since, arrived)
    foreseen = foresee(tx.conn, tx.centre, plan, step, tx.now, tx.known)
    given = _take_number(tx, plan, order, _class_of(plan, service, order, booking))
    token = _new_token(tx, order, booking, step, given)
    tokens.insert_token(tx.conn, tx.centre.id, token, order.secret)
    forecast = foreseen(token).forecast
    appointment = None if booking is None else _appointment(plan, booking, came)
    if booking is not None:
        present.check_in(tx, booking, token)
    _keep_private(tx, order, returned)
    told = (order.printer, booking and booking.id, returned, given.left_out, slip_commitment(order.secret))
    tx.record(TokenIssued(token, *told), by)
    if order.printer is None:
        return Issued(token, order.secret, forecast, PrintState.NONE, appointment)
    slips.queue_original(tx, order.printer, token)
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


def _enter(tx: Transaction, order: Order, by: By) -> None:
    """Let the day be open for which a token is asked: that of the calendar, or where none is open that of a booking."""
    day = day_due(tx)
    if order.paper is None and order.reference is None and order.booking is None:
        _require_open_hours(tx, None, day)
    plan = plan_of(tx.conn, tx.centre, day)
    booked = None if tx.centre.open_day else _slot_of(tx, plan, order)
    early = booked is not None and booked <= tx.wall + timedelta(minutes=plan.slots.admit_early_min)
    enter_day(tx, max(day, tx.centre.day(booked)) if booked and early else day, by)


def _slot_of(tx: Transaction, plan: Plan, order: Order) -> datetime | None:
    """Return the time of the booking that is named, None without one."""
    if order.booking is not None:
        return known_booking(tx, order.booking).slot
    booking = None if order.reference is None else found(tx, plan, order.reference)
    return None if booking is None else booking.slot


def _presented(tx: Transaction, plan: Plan, order: Order, came: datetime) -> Booking | None:
    """Return the booking that is presented; from paper people were let in already, whatever the hour."""
    shown, late = Shown(order.reference, order.booking, order.service), order.paper is not None
    booking = present.presented(tx, plan, shown, tx.today, came, late=late)
    if booking is not None and not late:
        _require_open_hours(tx, booking.slot, tx.today if booking.slot is None else tx.centre.day(booking.slot))
    return booking


def _new_token(tx: Transaction, order: Order, booking: Booking | None, step: Step, given: Given) -> Token:
    plan = plan_now(tx)
    slot, need = (None, order.need) if booking is None else (booking.slot, order.need or booking.need)
    service = plan.service(_wanted(order, booking))
    klass, access = _class_of(plan, service, order, booking), access_needs(order.access)
    return Token(
        id=order.token_id,
        day=given.day,
        series=given.letter,
        number=given.number,
        label=label(given.letter, given.number),
        klass=klass,
        service=service.code,
        route=service.route,
        language=plan.language(order.language),
        need=need,
        issued_at=_arrival(tx, order),
        aged_from=step.since,
        step=step,
        then=tuple(plan.service(code).code for code in dict.fromkeys(order.then) if code != service.code),
        party=party_size(order.party),
        **access_values(access),
        needs_seal=seal_needs(order.secret, need, access),
        slot=slot,
        entered_by_hand=order.paper is not None,
    )


def _require_open_hours(tx: Transaction, slot: datetime | None, day: date) -> None:
    """Raise NotOpenNow outside the hours in which tokens are given; bookings may come a little before and after."""
    plan = plan_of(tx.conn, tx.centre, day)
    if slot is None:
        open_now = open_day(tx.centre)
        served_on = open_now is not None and open_now.day == day and not open_now.takes_walk_ins(plan.hours, tx.wall)
        require_open(plan.hours, tx.wall, day, over=served_on)
        return
    early, late = (timedelta(minutes=m) for m in (plan.slots.admit_early_min, plan.slots.late_min))
    require_open(plan.hours, tx.wall, day, early=early, late=late)


def _arrival(tx: Transaction, order: Order) -> datetime:
    """Return when the citizen came, on the floor's own clock: now, or what the paper pad says."""
    return tx.now if order.paper is None else tx.centre.floor(order.paper.taken_at)


def _take_number(tx: Transaction, plan: Plan, order: Order, klass: str) -> Given:
    """Return the number of a token: from paper, or the next of its series."""
    if order.paper is not None:
        return leases.use(tx, order.paper.label, tx.centre.floor(order.paper.taken_at))
    return next_number(tx, plan, klass)


def _keep_private(tx: Transaction, order: Order, returned: str | None) -> None:
    """Write what may be known of the citizen; `returned` is the token whose return slip was taken."""
    if order.phone or order.reference or order.claim or returned:
        shown, claim = (None if each is None else each.hash for each in (order.reference, order.claim))
        known = tokens.Private(order.phone, shown, claim, returned)
        tokens.keep_private(tx.conn, tx.centre.id, order.token_id, known)
