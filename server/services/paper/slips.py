"""The outbox of the printers: a job is printed once, or a person decides."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update

from hardware.values import Slip
from server.domain.errors import UnknownPrinter
from server.domain.token.token import Token
from server.services.setup.plans import plan_of
from server.storage.sql import devices, tokens
from server.storage.statements import Statement
from server.storage.tables.outbox import OPEN_JOB, PrintJobTable
from server.storage.transaction import Read, Transaction
from server.wording.catalogue import SOURCE, translate
from server.wording.slip import SlipFacts, compose

SLIPS = ("slip", "english")
LEASE = timedelta(seconds=60)
TOO_LATE = timedelta(minutes=2)
QUEUED, PRINTING, PRINTED, SENT = "queued", "printing", "printed", "sent"
UNCONFIRMED, REJECTED = "unconfirmed", "rejected"
IS_OPEN = text(f"print_job.{OPEN_JOB}")  # as a text, so that both databases see that a partial index serves it
WAITING_PRINTERS = Statement(select(PrintJobTable.centre_id, PrintJobTable.printer).where(IS_OPEN).distinct())
LAST_JOB = Statement(
    select(PrintJobTable.state, PrintJobTable.copy, PrintJobTable.detail, PrintJobTable.printer, PrintJobTable.content)
    .where(PrintJobTable.token_id == bindparam("token"))
    .order_by(PrintJobTable.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Job:
    """A job in a worker's hands; `english` is for a machine that cannot shape the citizen's script."""

    id: int
    slip: Slip
    english: Slip


@dataclass(frozen=True, slots=True)
class LastJob:
    """The latest job of a token: where it is, which copy, at which printer, and what stands on the slip."""

    state: str
    copy: int
    detail: str | None
    printer: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JobState:
    """Where the latest copy of a slip is; `copy` 0 is the original."""

    state: str
    copy: int
    detail: str | None


def queue_original(tx: Transaction, printer: str, token: Token, facts: SlipFacts, now: datetime) -> None:
    """Put the slip of a new token into the outbox of a printer; raises UnknownPrinter."""
    services = plan_of(tx.conn, tx.centre, token.day).services
    facts = replace(facts, then=tuple(services[code].name for code in token.then))
    slips = (compose(token, facts, now, language) for language in (token.language, SOURCE))
    content = {name: asdict(slip) for name, slip in zip(SLIPS, slips, strict=True)}
    _queue(tx, printer, token, content, 0, now)


def _queue(tx: Transaction, printer: str, token: Token, content: dict[str, Any], copy: int, now: datetime) -> None:
    device = devices.device_by_id(tx.conn, tx.centre.id, printer)
    if device is None or device.kind != "printer":
        raise UnknownPrinter(f"There is no printer “{printer}” here.")
    tx.conn.execute(
        insert(PrintJobTable).values(
            centre_id=tx.centre.id,
            token_id=token.id,
            printer=printer,
            state=QUEUED,
            copy=copy,
            content=content,
            created_at=now,
            changed_at=now,
        )
    )


def reprint(tx: Transaction, token_id: str, printer: str | None) -> JobState:
    """Queue one more copy of a slip, marked as such; raises UnknownToken, UnknownPrinter."""
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    last = _last_job(tx.conn, token_id)
    if last is None:
        raise UnknownPrinter("This token has no slip to print again.")
    copy = last.copy + 1
    english, own = (translate(lang, "DUPLICATE {n}", n=copy) for lang in (SOURCE, token.language))
    mark = " / ".join(dict.fromkeys((english, own)))
    content = {name: {**last.content[name], "copy": copy, "copy_mark": mark} for name in SLIPS}
    content["english"]["copy_mark"] = english
    _queue(tx, printer or last.printer, token, content, copy, tx.now)
    return JobState(QUEUED, copy, None)


def state_of(read: Read, token_id: str) -> JobState:
    """Return where the latest copy of a token's slip is."""
    last = _last_job(read, token_id)
    return JobState("none", 0, None) if last is None else JobState(last.state, last.copy, last.detail)


def waiting_printers(read: Read) -> list[tuple[int, str]]:
    """Return (centre id, printer) of every printer with something to do."""
    return [(centre_id, printer) for centre_id, printer in WAITING_PRINTERS.rows(read)]


def lease_next(tx: Transaction, printer: str, worker: str) -> Job | None:
    """Return the next job of a printer, marked as being printed; None when another worker is at it or none waits.

    A job whose worker went away in the middle is unconfirmed: its paper may be out. One that waited over two
    minutes is rejected: its citizen has gone, and a late slip would only confuse.
    """
    mine = (PrintJobTable.printer == printer, PrintJobTable.centre_id == tx.centre.id, IS_OPEN)
    dead = update(PrintJobTable).where(*mine, PrintJobTable.state == PRINTING, PrintJobTable.leased_until < tx.now)
    tx.conn.execute(dead.values(state=UNCONFIRMED, detail="the print worker stopped", changed_at=tx.now))
    late = update(PrintJobTable).where(
        *mine, PrintJobTable.state == QUEUED, PrintJobTable.created_at < tx.now - TOO_LATE
    )
    tx.conn.execute(late.values(state=REJECTED, detail="the printer was away too long", changed_at=tx.now))
    if tx.conn.execute(select(PrintJobTable.id).where(*mine, PrintJobTable.state == PRINTING)).first():
        return None
    query = (
        select(PrintJobTable.id, PrintJobTable.content)
        .where(*mine, PrintJobTable.state == QUEUED)
        .order_by(PrintJobTable.id)
    )
    row = tx.conn.execute(query.limit(1)).one_or_none()
    if row is None:
        return None
    lease = {"state": PRINTING, "leased_by": worker, "leased_until": tx.now + LEASE, "changed_at": tx.now}
    tx.conn.execute(update(PrintJobTable).where(PrintJobTable.id == row.id).values(**lease))
    return Job(row.id, *(_slip(row.content[name]) for name in SLIPS))


def settle(tx: Transaction, job_id: int, worker: str, state: str, detail: str | None) -> None:
    """Note what came of a job, unless its lease ran out meanwhile."""
    tx.conn.execute(
        update(PrintJobTable)
        .where(PrintJobTable.id == job_id, PrintJobTable.leased_by == worker, PrintJobTable.state == PRINTING)
        .values(state=state, detail=detail, leased_by=None, leased_until=None, changed_at=tx.now)
    )


def _slip(content: Mapping[str, Any]) -> Slip:
    return Slip(**{**content, "service": tuple(content["service"])})


def _last_job(read: Read, token_id: str) -> LastJob | None:
    row = LAST_JOB.row(read, token=token_id)
    return None if row is None else LastJob(*row)
