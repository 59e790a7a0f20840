"""Slips: queued with their token, composed when they are printed, printed once, or a person decides."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import TypeAdapter

from hardware.values import Slip
from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.errors import DuplicatesUsed, IllegalTransition, UnknownPrinter
from server.domain.events.kinds import Payload
from server.domain.events.payloads import SlipReprinted, TokenIssued
from server.domain.forecast import Forecast
from server.domain.jobs import Job, JobRules, JobState, Result
from server.domain.json import JsonObject
from server.domain.plan.plan import Plan
from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.token import Token
from server.services.outbox import jobs
from server.services.outbox.kinds import Kind, Withdrawn, kind_of
from server.services.paper.claims import with_claim
from server.services.setup import secret
from server.services.setup.plans import plan_of
from server.storage.sql import centres, devices, tokens
from server.storage.transaction import Read, Transaction
from server.wording.catalogue import SOURCE
from server.wording.slip import SlipFacts, compose

PRINT = "print"
# A citizen waits for the paper: tried often, and not when they have gone. What was begun may be out already.
RULES = JobRules(
    lease=timedelta(seconds=30),
    patience=timedelta(minutes=2),
    first_rest=timedelta(seconds=1),
    longest_rest=timedelta(seconds=4),
)


class PrintState(StrEnum):
    """Where a slip is, as the API tells it."""

    NONE = "none"
    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


ON_PAPER = frozenset({PrintState.PRINTING, PrintState.PRINTED, PrintState.SENT, PrintState.UNCONFIRMED})
NO_PAPER = frozenset({JobState.QUEUED, JobState.DEAD, JobState.WITHDRAWN})
"""The states of a job from which no paper has come."""
OF_JOB = {
    JobState.QUEUED: PrintState.QUEUED,
    JobState.LEASED: PrintState.PRINTING,
    JobState.DONE: PrintState.PRINTED,
    JobState.SENT: PrintState.SENT,
    JobState.UNCONFIRMED: PrintState.UNCONFIRMED,
    JobState.DEAD: PrintState.REJECTED,
    JobState.WITHDRAWN: PrintState.WITHDRAWN,
}


OWN_COPIES = 3
"""So many duplicates somebody prints for themselves; more are printed by staff."""
GONE = "nobody waits for it any more"
ELSEWHERE = "it was asked for anew"

Foretold = Callable[[Read, CentreState, Plan, Token, datetime], Forecast]
"""What somebody who waits is told of their turn at a moment."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What slips are composed from beside the rows.

    `url` is the public address for the citizens' pages, `key` gives the secret of the installation, `now` the time of a
    centre by its id.
    """

    url: str
    key: Callable[[], bytes]
    foretold: Foretold
    now: Callable[[int], datetime]


@dataclass(frozen=True, slots=True)
class Copy:
    """What a job keeps of a slip, since it cannot be found anew: which copy."""

    number: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A slip ready for its printer; `english` is for a machine that cannot shape the citizen's script."""

    job_id: int
    centre: str
    printer: str
    settings: JsonObject
    slip: Slip
    english: Slip


@dataclass(frozen=True, slots=True)
class Printing:
    """Where the latest copy of a slip is; `copy` 0 is the original."""

    state: PrintState
    copy: int = 0
    detail: str | None = None


_COPY = TypeAdapter(Copy)


def queue_original(tx: Transaction, printer: str, token: Token) -> None:
    """Queue the slip of a new token at a printer; raises UnknownPrinter."""
    _queue(tx, printer, token.id, Copy(0))


def reprint(tx: Transaction, token_id: str, printer: str | None, by: By, note: str | None) -> Printing:
    """Print a slip once more for the reason that staff wrote, where the last was queued.

    Raises UnknownToken, UnknownPrinter, IllegalTransition.
    """
    return _again(tx, _last(tx, token_id), printer, by, note)


def reprint_own(tx: Transaction, token_id: str, printer: str | None, by: By) -> Printing:
    """Print a slip once more for whoever holds its code, OWN_COPIES duplicates at most.

    Raises UnknownToken, UnknownPrinter, DuplicatesUsed, IllegalTransition.
    """
    last = _last(tx, token_id)
    if _next_copy(last) > OWN_COPIES:
        raise DuplicatesUsed(f"{OWN_COPIES} duplicates of this slip were printed; staff print more.", most=OWN_COPIES)
    return _again(tx, last, printer, by)


def withdraw(tx: Transaction, token_id: str) -> Printing:
    """Take back a slip that waits for its printer, for its citizen has gone; the number is theirs all the same.

    One under way is not tried again. Returns where it is then; raises UnknownToken.
    """
    _, printing = token_and_slip(tx.conn, tx.centre.id, token_id)
    job = jobs.last_job(tx.conn, PRINT, token_id)
    if job is None or not jobs.withdraw(tx, job, RULES, GONE):
        return printing
    return Printing(PrintState.WITHDRAWN, printing.copy, GONE)


def _last(tx: Transaction, token_id: str) -> Job:
    """Return the latest job of a token.

    Raises UnknownToken, UnknownPrinter, and IllegalTransition for a token that was cancelled.
    """
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    if token.ends is TokenEnd.CANCELLED:
        raise IllegalTransition(f"{token.label} was cancelled: its slip is good for nothing.", state=token.state)
    last = jobs.last_job(tx.conn, PRINT, token_id)
    if last is None:
        raise UnknownPrinter("This token has no slip to print again.")
    return last


def _next_copy(last: Job) -> int:
    """Return which copy comes after a job: the same one if no paper came of it."""
    number = _COPY.validate_python(last.content).number
    return number if last.state in NO_PAPER else number + 1


def _again(tx: Transaction, last: Job, printer: str | None, by: By, note: str | None = None) -> Printing:
    """Queue a slip once more; one that still waits at a printer is withdrawn there, so that it comes out once."""
    copy, place = Copy(_next_copy(last)), printer or last.target.name
    _queue(tx, place, str(last.token_id), copy)
    jobs.withdraw(tx, last, RULES, ELSEWHERE)
    tx.record(SlipReprinted(str(last.token_id), place, copy.number, note), by)
    return Printing(PrintState.QUEUED, copy.number)


def token_and_slip(read: Read, centre_id: int, token_id: str) -> tuple[Token, Printing]:
    """Return a token and where the latest copy of its slip is, by one statement; raises UnknownToken."""
    token, job = jobs.token_and_job(read, centre_id, token_id, PRINT)
    return token, Printing(PrintState.NONE) if job is None else _printing(job)


def may_be_out(printing: Printing) -> bool:
    """Whether a citizen may hold paper: a copy was printed, or one is under way that nobody can stop."""
    return printing.copy > 0 or printing.state in ON_PAPER


def _printing(job: Job) -> Printing:
    return Printing(OF_JOB[job.state], _COPY.validate_python(job.content).number, job.detail)


def print_kind(sources: Sources, perform: Callable[[Sheet], Result]) -> Kind:
    """Return how slips are printed; `perform` drives a printer."""
    return kind_of(PRINT, RULES, lambda read, job: prepare(read, job, sources), perform, wakes=_has_slip)


def prepare(read: Read, job: Job, sources: Sources) -> Sheet:
    """Return the slip of a job as it is true now; raises Withdrawn for a token whose slip is good for nothing."""
    centre = centres.centre_by_id(read, job.target.centre_id)
    token = tokens.token_by_id(read, centre.id, str(job.token_id))
    if token.state == TokenEnd.CANCELLED.value:
        raise Withdrawn("the token was cancelled")
    if token.ended and token.return_until is None:
        raise Withdrawn("the token has ended")
    last = jobs.last_job(read, PRINT, token.id)
    if last is not None and last.id > job.id:  # a person may queue a dead one again
        raise Withdrawn(ELSEWHERE)
    keys = secret.keys_of(secret.numbers_of(read), sources.key())
    page = with_claim(tokens.secret_of(read, centre.id, token.id), centre, token, keys)
    plan, now = plan_of(read, centre, token.day), sources.now(centre.id)
    waits = token.state is StepState.WAITING
    facts = SlipFacts(
        centre.name,
        centre.timezone,
        plan,
        sources.foretold(read, centre, plan, token, now) if waits else None,
        f"{sources.url}/t/{page}",
        _COPY.validate_python(job.content).number,
        centre.wall(now),
    )
    printer = devices.device_by_id(read, centre.id, job.target.name)
    settings = {} if printer is None else printer.settings
    token = replace(token, issued_at=centre.wall(token.issued_at))
    slip, english = (compose(token, facts, language) for language in (token.language, SOURCE))
    return Sheet(job.id, centre.code, job.target.name, settings, slip, english)


def _queue(tx: Transaction, printer: str, token_id: str, copy: Copy) -> None:
    device = devices.device_by_id(tx.conn, tx.centre.id, printer)
    if device is None or device.kind != "printer":
        raise UnknownPrinter(f"There is no printer “{printer}” here.")
    jobs.enqueue(tx, PRINT, printer, copy, token_id=token_id)


def _has_slip(payload: Payload) -> bool:
    return isinstance(payload, SlipReprinted) or (isinstance(payload, TokenIssued) and payload.printer is not None)
