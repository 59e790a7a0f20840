"""Issue a token, and cancel one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert

from server.domain import tokens
from server.domain.errors import DayClosed, SeriesFull
from server.domain.events import Kind
from server.domain.hours import business_day
from server.domain.lifecycle import StepState
from server.domain.numbering import label, next_number
from server.domain.plan import Plan
from server.domain.waiting import WaitRange, estimate_wait
from server.services import printing
from server.services.plans import plan_of
from server.services.records import record_token
from server.storage import queries
from server.storage.models import TokenPrivate
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Order:
    """What a citizen asks for. `token_id` and `secret` are minted by the issuer; the hash hides a reference.

    `printer` gets the slip, with `address` (of the citizen's own page) as its QR code.
    """

    token_id: str
    secret: str
    service: str
    need: str | None = None
    language: str | None = None
    phone: str | None = None
    appointment_hash: str | None = None
    printer: str | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, how many stand before it, the wait to expect, and whether a slip is on its way."""

    token: tokens.Token
    secret: str
    ahead: int
    wait: WaitRange
    print_state: str


def issue(tx: Transaction, order: Order, now: datetime, actor: str) -> Issued:
    """Give the next number of the series and put the token in line at the first stage of its route.

    Raises UnknownService, UnknownNeed, UnknownLanguage, UnknownPrinter, SeriesFull, DayClosed.
    """
    day = business_day(now, tx.centre.timezone)
    if tx.centre.closed_day is not None and day <= tx.centre.closed_day:
        raise DayClosed("The day is closed; tokens are given again on the next working day.", day=day.isoformat())
    plan = plan_of(tx.conn, tx.centre, day)
    token = _new_token(tx, plan, order, day, now)
    ahead = _ahead(tx, plan, token)
    open_here = queries.open_counters(tx.conn, tx.centre.id, token.step.stage)
    wait = estimate_wait(ahead, open_here, plan.stages[token.step.stage].service_min)
    queries.insert_token(tx.conn, tx.centre.id, token, order.secret)
    _keep_private(tx, order)
    record_token(tx, Kind.TOKEN_ISSUED, actor, now, token)
    issued = Issued(token, order.secret, ahead, wait, "none" if order.printer is None else printing.QUEUED)
    if order.printer is not None:
        _queue_slip(tx, plan, order.printer, order.address, issued)
    return issued


def cancel(
    tx: Transaction, token_id: str, now: datetime, actor: str, *, reason: str | None = None
) -> tokens.Token:
    """End a token that is not being served; raises UnknownToken, IllegalTransition."""
    before = queries.token_by_id(tx.conn, tx.centre.id, token_id)
    after = tokens.cancel(before, now)
    queries.update_step(tx.conn, tx.centre.id, before.step, after.step)
    queries.update_token(tx.conn, after)
    record_token(tx, Kind.TOKEN_CANCELLED, actor, now, after, reason=reason)
    return after


def _new_token(tx: Transaction, plan: Plan, order: Order, day: date, now: datetime) -> tokens.Token:
    service = plan.service(order.service)
    klass = plan.series_for(service, order.need)
    letter, number = _take_number(tx, plan, klass, day)
    stage = plan.routes[service.route][0]
    return tokens.Token(
        id=order.token_id,
        day=day,
        series=letter,
        number=number,
        label=label(letter, number),
        klass=klass,
        service=service.code,
        route=service.route,
        language=plan.language(order.language),
        need=order.need,
        issued_at=now,
        step=tokens.Step(tx.next_seq, stage, StepState.WAITING, now),
    )


def _take_number(tx: Transaction, plan: Plan, letter: str, day: date) -> tuple[str, int]:
    """Return the next (letter, number), from the overflow series when the first is full; raises SeriesFull."""
    series = plan.series[letter]
    try:
        number = next_number(series, queries.last_number(tx.conn, tx.centre.id, day, letter))
    except SeriesFull:
        if series.overflow is None:
            raise
        return _take_number(tx, plan, series.overflow, day)
    queries.set_last_number(tx.conn, tx.centre.id, day, letter, number)
    return letter, number


def _ahead(tx: Transaction, plan: Plan, token: tokens.Token) -> int:
    protected = plan.calling.protected
    classes = protected if token.klass in protected else None
    return queries.ahead_count(tx.conn, tx.centre.id, token.step.stage, classes)


def _keep_private(tx: Transaction, order: Order) -> None:
    if order.phone or order.appointment_hash:
        tx.conn.execute(
            insert(TokenPrivate).values(
                token_id=order.token_id,
                centre_id=tx.centre.id,
                phone=order.phone,
                appointment_hash=order.appointment_hash,
            )
        )


def _queue_slip(tx: Transaction, plan: Plan, printer: str, address: str, issued: Issued) -> None:
    token = issued.token
    facts = printing.SlipFacts(
        centre=tx.centre.name,
        service=plan.services[token.service].name,
        timezone=tx.centre.timezone,
        ahead=issued.ahead,
        wait=issued.wait,
        address=address,
        help=plan.slip_help,
    )
    printing.queue_original(tx, printer, token, facts, token.issued_at)
