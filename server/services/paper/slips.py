"""Slips: queued with their token, composed when they are printed, printed once, or a person decides."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from pydantic import TypeAdapter

from hardware.values import Slip
from server.domain.actors import By
from server.domain.errors import UnknownPrinter
from server.domain.events.kinds import Payload
from server.domain.events.payloads import SlipReprinted, TokenIssued
from server.domain.forecast import Forecast
from server.domain.jobs import Job, JobRules, JobState, Result
from server.domain.json import JsonObject
from server.domain.token.lifecycle import TokenEnd
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
OF_JOB = {
    JobState.QUEUED: PrintState.QUEUED,
    JobState.LEASED: PrintState.PRINTING,
    JobState.DONE: PrintState.PRINTED,
    JobState.SENT: PrintState.SENT,
    JobState.UNCONFIRMED: PrintState.UNCONFIRMED,
    JobState.DEAD: PrintState.REJECTED,
    JobState.WITHDRAWN: PrintState.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What a job keeps of a slip, since it cannot be found anew: which copy, and what was told at the issue."""

    number: int
    forecast: Forecast


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


def queue_original(tx: Transaction, printer: str, token: Token, forecast: Forecast) -> None:
    """Queue the slip of a new token at a printer; raises UnknownPrinter."""
    _queue(tx, printer, token.id, Copy(0, forecast))


def reprint(tx: Transaction, token_id: str, printer: str | None, by: By) -> Printing:
    """Queue one more copy of a slip, marked as such, where the last was queued; raises UnknownToken, UnknownPrinter."""
    tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    last = jobs.last_job(tx.conn, PRINT, token_id)
    if last is None:
        raise UnknownPrinter("This token has no slip to print again.")
    before = _COPY.validate_python(last.content)
    again = Copy(before.number + 1, before.forecast)
    place = printer or last.target.name
    _queue(tx, place, token_id, again)
    tx.record(SlipReprinted(token_id, place, again.number), by)
    return Printing(PrintState.QUEUED, again.number)


def token_and_slip(read: Read, centre_id: int, token_id: str) -> tuple[Token, Printing]:
    """Return a token and where the latest copy of its slip is, by one statement; raises UnknownToken."""
    token, job = jobs.token_and_job(read, centre_id, token_id, PRINT)
    return token, Printing(PrintState.NONE) if job is None else _printing(job)


def may_be_out(printing: Printing) -> bool:
    """Whether a citizen may hold paper: a copy was printed, or one is under way that nobody can stop."""
    return printing.copy > 0 or printing.state in ON_PAPER


def _printing(job: Job) -> Printing:
    return Printing(OF_JOB[job.state], _COPY.validate_python(job.content).number, job.detail)


def print_kind(url: str, key: Callable[[], bytes], perform: Callable[[Sheet], Result]) -> Kind:
    """Return how slips are printed.

    `url` is the public address for the citizens' pages, `key` gives the secret of the installation, `perform` drives a
    printer.
    """
    return kind_of(PRINT, RULES, lambda read, job: prepare(read, job, url, key()), perform, wakes=_has_slip)


def prepare(read: Read, job: Job, url: str, key: bytes) -> Sheet:
    """Return the slip of a job as it is true now; raises Withdrawn for a token that was cancelled."""
    centre = centres.centre_by_id(read, job.target.centre_id)
    token = tokens.token_by_id(read, centre.id, str(job.token_id))
    if token.state == TokenEnd.CANCELLED.value:
        raise Withdrawn("the token was cancelled")
    copy, keys = _COPY.validate_python(job.content), secret.keys_of(secret.numbers_of(read), key)
    page = with_claim(tokens.secret_of(read, centre.id, token.id), centre, token, keys)
    plan = plan_of(read, centre, token.day)
    facts = SlipFacts(centre.name, centre.timezone, plan, copy.forecast, f"{url}/t/{page}", copy.number)
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
    return isinstance(payload, TokenIssued) and payload.printer is not None
