"""An alarm is told by e-mail when something goes wrong, every day while it stays so, and once when it is well again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from server.domain.jobs import Job, JobRules, Result
from server.services.outbox import jobs
from server.services.outbox.kinds import Kind, kind_of
from server.services.proof.heads import heads_now
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.transaction import Read, Transaction

MAIL, HEADS = "mail", "heads"
RULES = JobRules(
    lease=timedelta(seconds=60),
    patience=timedelta(days=1),
    first_rest=timedelta(seconds=10),
    longest_rest=timedelta(minutes=10),
    repeatable=True,  # twice is better than never
)
AGAIN = timedelta(days=1)
WELL = ""
KEEP = "Keep this mail. “baari verify --heads FILE” finds with it whether the record was written anew."
SUBJECTS: Mapping[str, str] = {
    "backups": "There is no fresh backup",
    "tail": "What is done is not copied to the second folder",
}
SENTENCES: Mapping[tuple[str, str], str] = {
    ("backups", "failed"): "The last backup failed; failed.txt in the folder of the backups says why.",
    ("backups", "not_copied"): "It could not be copied into the store; not-copied.txt in the folder says why.",
    ("backups", "stale"): "The last backup is too old. Is the server running, and is there room on the disk?",
    ("backups", "no_folder"): "The folder of the backups cannot be read. Is its disk mounted?",
    ("tail", "failed"): "It could not be written; failed.txt in the second folder says why.",
    (
        "tail",
        "stale",
    ): "Nothing was copied for a minute: with the server what was done since would be lost.",
    ("tail", "no_folder"): "The second folder cannot be read. Is its disk mounted?",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the job of an alarm keeps: what is wrong, WELL for nothing any more."""

    wrong: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is sent; two with one `id` are one."""

    id: str
    subject: str
    text: str


_TOLD = TypeAdapter(Told)


def mail_kind(url: str, perform: Callable[[Mail], Result]) -> Kind:
    """Return how alarms are sent: `url` is the public address, `perform` hands a mail over."""
    return kind_of(MAIL, RULES, lambda read, job: prepare(read, job, url), perform)


def prepare(read: Read, job: Job, url: str) -> Mail:
    """Return the mail of a job."""
    if job.target.name == HEADS:
        lines = "\n".join(head.text for head in heads_now(read))
        return Mail(str(job.id), "Baari: heads of the record", f"{KEEP}\n\n{lines}\n\n{url}\n")
    alarm, wrong = job.target.name, _TOLD.validate_python(job.content).wrong
    subject = SUBJECTS[alarm]
    if wrong == WELL:
        return Mail(str(job.id), f"Baari: it is well again: {subject}", f"This is over: {subject}.\n\n{url}\n")
    text = f"{subject}. {SENTENCES[alarm, wrong]}\n\nWhat to do: “baari doctor” on the server says more.\n\n{url}\n"
    return Mail(str(job.id), f"Baari: {subject}", text)


def is_due(last: Job | None, wrong: str, now: datetime) -> bool:
    """Whether an alarm is to be told, after the `last` that was."""
    before = WELL if last is None else _TOLD.validate_python(last.content).wrong
    if before == wrong:
        return wrong != WELL and last is not None and now - last.queued_at >= AGAIN
    return True


def tell(tx: Transaction, wrong: Mapping[str, str | None]) -> int:
    """Queue what is to be told of what is wrong, by alarm; returns how many mails."""
    due = 0
    for alarm, why in wrong.items():
        if is_due(jobs.latest_at(tx.conn, tx.centre.id, MAIL, alarm), why or WELL, tx.now):
            jobs.enqueue(tx, MAIL, alarm, Told(why or WELL))
            due += 1
    return due


def tell_heads(tx: Transaction) -> bool:
    """Queue the mail with the heads of all chains, once a day; returns whether it was due."""
    last = jobs.latest_at(tx.conn, tx.centre.id, MAIL, HEADS)
    if last is not None and tx.now - last.queued_at < AGAIN:
        return False
    jobs.enqueue(tx, MAIL, HEADS, Told(WELL))
    return True


def look(db: Database, wrong: Mapping[str, str | None]) -> None:
    """Tell what is wrong, in the first centre; where there is none yet nobody is told."""
    there = db.read(centres.all_centres)
    if there:
        db.write(there[0].id, lambda tx: (tell(tx, wrong), tell_heads(tx)))
