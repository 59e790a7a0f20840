"""A token that a restore has lost takes its place back, as its slip claims: nobody is sent to the end of the line."""

from server.domain.actors import By
from server.domain.errors import InvalidInput, NothingLost, NumberGivenAgain
from server.domain.events.installation import slip_commitment
from server.domain.events.payloads import TokenRebuilt
from server.domain.plan.plan import Plan, Service
from server.domain.plan.series import read_label
from server.domain.token.claim import Claim, epoch_mark, service_mark
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Step, Token
from server.services.floor.opening import day_due, enter_day
from server.services.setup.plans import plan_now
from server.storage.sql import events, numbers, tokens
from server.storage.transaction import Transaction


def rebuild(tx: Transaction, claim: Claim, secret: str, stage: str | None, by: By) -> Token:
    """Give the token of a slip back to the line, at a stage of its route, the first when none is named.

    One that is known stays as it is: who scans twice changes nothing. Raises NothingLost for a slip of another centre
    or day and where no restore has lost anything, NumberGivenAgain, and InvalidInput for what the plan does not have.
    """
    known = tokens.find_token(tx.conn, tx.centre.id, claim.token_id)
    if known is not None:
        return known
    _require_lost(tx, claim)
    enter_day(tx, claim.day, by)
    token = _token(tx, claim, stage)
    if tokens.number_exists(tx.conn, tx.centre.id, token.day, token.series, token.number):
        raise NumberGivenAgain(f"{token.label} was given to somebody else after the restore.", label=token.label)
    if token.number > numbers.last_number(tx.conn, tx.centre.id, token.day, token.series):
        numbers.set_last_number(tx.conn, tx.centre.id, token.day, token.series, token.number)
    tokens.insert_token(tx.conn, tx.centre.id, token, secret)
    tx.record(TokenRebuilt(token, secret=slip_commitment(secret), epoch=claim.epoch), by)
    return token


def _require_lost(tx: Transaction, claim: Claim) -> None:
    """Raise NothingLost unless a restore may have lost the token of a claim: it is of today and of an epoch before."""
    lost = {epoch_mark(epoch) for epoch in events.epochs_before(tx.conn, tx.centre.id, tx.centre.sealed_seq)}
    if claim.epoch not in lost or claim.day != day_due(tx):
        told = f"{claim.label} is of another day or centre, or was not lost by a restore."
        raise NothingLost(told, label=claim.label)


def _token(tx: Transaction, claim: Claim, stage: str | None) -> Token:
    plan, parts = plan_now(tx), read_label(claim.label)
    if parts is None or parts[0] not in plan.series or claim.klass not in plan.series:
        raise InvalidInput(f"{claim.label} is in no series of this centre.")
    service = _service(plan, claim.service)
    stages = plan.routes[service.route]
    if stage is not None and stage not in stages:
        raise InvalidInput(f"{claim.label} does not pass stage {stage}.")
    aged_from = min(tx.centre.floor(claim.aged_from), tx.now)
    return Token(
        id=claim.token_id,
        day=tx.today,
        series=parts[0],
        number=parts[1],
        label=claim.label,
        klass=claim.klass,
        service=service.code,
        route=service.route,
        language=plan.language(None),
        need=None,
        issued_at=aged_from,
        aged_from=aged_from,
        step=Step(tx.next_seq, stage or stages[0], StepState.WAITING, tx.now, aged_from, aged_from),
    )


def _service(plan: Plan, mark: str) -> Service:
    for code in plan.services:
        if service_mark(code) == mark:
            return plan.service(code)
    raise InvalidInput("The service of this slip is offered here no more.")
