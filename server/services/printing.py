"""Slips in words, and the outbox of the printers: a job is printed once, or a person decides."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, insert, select, text, update

from hardware.values import Slip
from server.domain.errors import UnknownPrinter
from server.domain.plan import Names
from server.domain.tokens import Token
from server.domain.waiting import WaitRange
from server.services.plans import plan_of
from server.services.words import SOURCE, translate
from server.storage import devices, queries
from server.storage.people import OPEN_JOB, PrintJob
from server.storage.statements import Statement
from server.storage.transaction import Transaction

SLIPS = ("slip", "english")
LEASE = timedelta(seconds=60)
TOO_LATE = timedelta(minutes=2)
QUEUED, PRINTING, PRINTED, SENT = "queued", "printing", "printed", "sent"
UNCONFIRMED, REJECTED = "unconfirmed", "rejected"
IS_OPEN = text(f"print_job.{OPEN_JOB}")  # as a text, so that both databases see that a partial index serves it
WAITING_PRINTERS = Statement(select(PrintJob.centre_id, PrintJob.printer).where(IS_OPEN).distinct())
LAST_JOB = Statement(
    select(PrintJob.state, PrintJob.copy, PrintJob.detail, PrintJob.printer, PrintJob.content)
    .where(PrintJob.token_id == bindparam("token"))
    .order_by(PrintJob.id.desc())
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
    copy: int = 0
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class SlipFacts:
    """What a slip tells beside the token itself; `then` are the services after the first."""

    centre: Names
    service: Names
    timezone: str
    ahead: int
    wait: WaitRange
    address: str
    help: Names
    then: tuple[Names, ...] = ()


def compose(token: Token, facts: SlipFacts, now: datetime, language: str) -> Slip:
    """Return the slip of a token in a language, the service in English too."""

    def say(text: str, **values: Any) -> str:
        return translate(language, text, **values)

    told = [say("Hall {stage}", stage=token.step.stage), say("{n} before you", n=facts.ahead)]
    if facts.wait.high_min is not None:
        told.append(say("{low}–{high} min", low=facts.wait.low_min, high=facts.wait.high_min))
    names = [facts.service.get(code) for code in (language, SOURCE)]
    following = ", ".join(_named(then, language) for then in facts.then)
    return Slip(
        language=language,
        centre=_named(facts.centre, language),
        service=tuple(dict.fromkeys(name for name in names if name)),
        label=token.label,
        facts=" · ".join(told),
        issued=now.astimezone(ZoneInfo(facts.timezone)).strftime("%d-%m-%Y · %H:%M"),
        address=facts.address,
        address_caption=say("See it on your phone, or show it at the kiosk again"),
        promise=say("If your turn has passed, show this slip. Your place is kept."),
        help=_named(facts.help, language),
        party=token.party,
        then=say("Then: {services}", services=following) if following else "",
    )


def queue_original(tx: Transaction, printer: str, token: Token, facts: SlipFacts, now: datetime) -> None:
    """Put the slip of a new token into the outbox of a printer; raises UnknownPrinter."""
    services = plan_of(tx.conn, tx.centre, token.day).services
    facts = replace(facts, then=tuple(services[code].name for code in token.then))
    slips = (compose(token, facts, now, language) for language in (token.language, SOURCE))
    content = {name: asdict(slip) for name, slip in zip(SLIPS, slips, strict=True)}
    _queue(tx, printer, token, content, 0, now)


def _queue(tx: Transaction, printer: str, token: Token, content: dict[str, Any], copy: int, now: datetime) -> None:
    device = devices.device_by_id(tx.conn, printer)
    if device is None or (device.centre_id, device.kind) != (tx.centre.id, "printer"):
        raise UnknownPrinter(f"There is no printer “{printer}” here.")
    tx.conn.execute(
        insert(PrintJob).values(
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


def reprint(tx: Transaction, token_id: str, printer: str | None, now: datetime) -> JobState:
    """Queue one more copy of a slip, marked as such; raises UnknownToken, UnknownPrinter."""
    token = queries.token_by_id(tx.conn, tx.centre.id, token_id)
    last = _last_job(tx.conn, token_id)
    if last is None:
        raise UnknownPrinter("This token has no slip to print again.")
    copy = last.copy + 1
    english, own = (translate(lang, "DUPLICATE {n}", n=copy) for lang in (SOURCE, token.language))
    mark = " / ".join(dict.fromkeys((english, own)))
    content = {name: {**last.content[name], "copy": copy, "copy_mark": mark} for name in SLIPS}
    content["english"]["copy_mark"] = english
    _queue(tx, printer or last.printer, token, content, copy, now)
    return JobState(QUEUED, copy)


def state_of(conn: Connection, token_id: str) -> JobState:
    """Return where the latest copy of a token's slip is."""
    last = _last_job(conn, token_id)
    return JobState("none") if last is None else JobState(last.state, last.copy, last.detail)


def waiting_printers(conn: Connection) -> list[tuple[int, str]]:
    """Return (centre id, printer) of every printer with something to do."""
    return [(centre_id, printer) for centre_id, printer in WAITING_PRINTERS.rows(conn)]


def lease_next(tx: Transaction, printer: str, worker: str, now: datetime) -> Job | None:
    """Return the next job of a printer, marked as being printed; None when another worker is at it or none waits.

    A job whose worker went away in the middle is unconfirmed: its paper may be out. One that waited over two
    minutes is rejected: its citizen has gone, and a late slip would only confuse.
    """
    mine = (PrintJob.printer == printer, PrintJob.centre_id == tx.centre.id, IS_OPEN)
    dead = update(PrintJob).where(*mine, PrintJob.state == PRINTING, PrintJob.leased_until < now)
    tx.conn.execute(dead.values(state=UNCONFIRMED, detail="the print worker stopped", changed_at=now))
    late = update(PrintJob).where(*mine, PrintJob.state == QUEUED, PrintJob.created_at < now - TOO_LATE)
    tx.conn.execute(late.values(state=REJECTED, detail="the printer was away too long", changed_at=now))
    if tx.conn.execute(select(PrintJob.id).where(*mine, PrintJob.state == PRINTING)).first():
        return None
    query = select(PrintJob.id, PrintJob.content).where(*mine, PrintJob.state == QUEUED).order_by(PrintJob.id)
    row = tx.conn.execute(query.limit(1)).one_or_none()
    if row is None:
        return None
    lease = {"state": PRINTING, "leased_by": worker, "leased_until": now + LEASE, "changed_at": now}
    tx.conn.execute(update(PrintJob).where(PrintJob.id == row.id).values(**lease))
    return Job(row.id, *(_slip(row.content[name]) for name in SLIPS))


def settle(tx: Transaction, job_id: int, worker: str, state: str, detail: str | None, now: datetime) -> None:
    """Note what came of a job, unless its lease ran out meanwhile."""
    tx.conn.execute(
        update(PrintJob)
        .where(PrintJob.id == job_id, PrintJob.leased_by == worker, PrintJob.state == PRINTING)
        .values(state=state, detail=detail, leased_by=None, leased_until=None, changed_at=now)
    )


def _slip(content: Mapping[str, Any]) -> Slip:
    return Slip(**{**content, "service": tuple(content["service"])})


def _last_job(conn: Connection, token_id: str) -> LastJob | None:
    row = LAST_JOB.row(conn, token=token_id)
    return None if row is None else LastJob(*row)


def _named(names: Names, language: str) -> str:
    return names.get(language) or next(iter(names.values()))
