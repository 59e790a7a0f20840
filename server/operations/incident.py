"""An incident on the command line: what was logged and done on some days, and whom it concerns, in one sealed file."""

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path

import click

from server.clock import SystemClock
from server.domain.actors import By
from server.domain.approvals import Asked, Guarded
from server.domain.centre import CentreState
from server.domain.derived import DerivedKeys
from server.domain.events.installation import IncidentPacked
from server.domain.instants import to_iso
from server.domain.trail import Wanted
from server.operations.approvals import require_approval, told
from server.operations.at_machine import at_machine
from server.operations.backups import PASSPHRASE, THERE, seal_of
from server.operations.shared import CENTRE, Day, derived_keys, only_centre, settings_of, with_database
from server.release import RELEASE
from server.services.backups import sealing
from server.services.backups.archive import ArchiveWriter
from server.services.backups.files import with_new_file
from server.services.backups.sealing import Seal
from server.services.people.approvals import ApprovalView
from server.services.person_data.affected import Affected, affected
from server.services.trail import trail
from server.services.trail.files import Form, as_cell, written
from server.storage.database import Database
from server.storage.installation import InstallationLog
from server.storage.transaction import Transaction

OF_OURS = ("--namespace=baari", "--unit=baari", "--output=cat", "--quiet")
WRITTEN_AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Incident:
    """Of which centre, from which day to which, why, and whether with phone numbers."""

    centre: CentreState
    first: date
    last: date
    reason: str
    phones: bool

    @property
    def export(self) -> Asked:
        """What a second person approves where one is asked for."""
        return Asked(Guarded.EXPORT, f"incident {self.first} – {self.last}", "phones" if self.phones else "")

    @property
    def span(self) -> Wanted:
        """From when until when its days are."""
        return trail.wanted_of(self.centre, self.first, self.last, None, None, None)


@click.command()
@click.argument("first", metavar="FROM", type=Day())
@click.argument("last", metavar="TO", type=Day())
@click.option("--log", "logs", type=THERE, multiple=True, help="File of the log, or of nginx; default: the journal.")
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="Its name; default: of centre and days.")
@click.option("--recipients", type=THERE, help="File of recipients, as `age -R` takes it.")
@PASSPHRASE
@click.option("--reveal", is_flag=True, help="With the phone numbers, so that people can be told.")
@click.option("--reason", required=True, help="What has happened: it stands on record.")
@CENTRE
def incident(
    first: date,
    last: date,
    logs: tuple[Path, ...],
    file: Path | None,
    recipients: Path | None,
    passphrase_file: Path | None,
    reason: str,
    centre: str | None,
    *,
    reveal: bool,
) -> None:
    """Pack the log, the trail and the persons affected of the days FROM … TO into one sealed file."""
    if last < first:
        raise ValueError(f"{last} is before {first}")
    seal = seal_of(settings_of(), recipients, passphrase_file, asked=True)
    if seal.is_open:
        raise ValueError("It holds personal data: say who can open it, by --recipients or --passphrase-file.")

    def run(db: Database) -> tuple[Path, dict[str, object]]:
        what = Incident(only_centre(db, centre), first, last, reason, phones=reveal)
        target = file or Path(f"incident-{what.centre.code}-{first}-{last}.age")
        return target, _pack(db, what, logs, seal, target)

    target, summary = with_database(run)
    counts = "{lines} lines of the log, {events} events, {persons} persons".format(**summary)
    click.echo(f"{target}: {counts}.")
    if not summary["lines"]:
        click.echo("No line of the log was found: name its files with --log.", err=True)


def _pack(db: Database, what: Incident, logs: Sequence[Path], seal: Seal, file: Path) -> dict[str, object]:
    """Write the file, and take down that it was; there is none while a second person has to approve it first.

    Raises FileExistsError.
    """
    now, by = SystemClock().now(), at_machine()
    keys = derived_keys(db) if what.phones else None
    persons = _persons(db, what, keys)
    lines, entries = list(_log(logs, what.span)), list(trail.all_of(db.read, what.centre, what.span))
    summary = _summary(what, now, by, {"lines": len(lines), "events": len(entries), "persons": len(persons)})
    with with_new_file(file) as out:
        content = io.BytesIO()
        with sealing.sealed(content, seal) as inside, ArchiveWriter(inside) as archive:
            archive.add("incident.json", json.dumps(summary, indent=2, ensure_ascii=False).encode())
            archive.add("persons.csv", _table(persons))
            archive.add("trail.jsonl", b"".join(written(Form.JSONL, entries)))
            archive.add("log.jsonl", "".join(lines).encode())
        out.write(content.getvalue())
        digest = hashlib.sha256(content.getvalue()).hexdigest()
        days = (what.first.isoformat(), what.last.isoformat())
        event = IncidentPacked(what.centre.id, *days, len(persons), what.phones, digest, what.reason)

        def note(tx: Transaction) -> ApprovalView | None:
            waiting = require_approval(tx, what.export)
            if waiting is None:
                InstallationLog(tx, now).record(event, by)
            return waiting

        if waiting := db.write(what.centre.id, note):
            told(waiting)
    return summary


def _persons(db: Database, what: Incident, keys: DerivedKeys | None) -> list[Affected]:
    centre = what.centre.id
    return db.read(lambda read: list(affected(read, centre, what.first, what.last, what.span, keys)))


def _summary(what: Incident, now: datetime, by: By, counts: dict[str, int]) -> dict[str, object]:
    span = {name: moment and to_iso(moment) for name, moment in (("begin", what.span.begin), ("end", what.span.end))}
    days = {"centre": what.centre.code, "first": what.first.isoformat(), "last": what.last.isoformat()}
    made = {"packed_at": to_iso(now), "by": by.actor, "release": RELEASE, "reason": what.reason, "phones": what.phones}
    return {**days, **span, **made, **counts}


def _table(persons: Iterable[Affected]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(field.name for field in fields(Affected))
    for person in persons:
        values = asdict(person).values()
        table.writerow(as_cell(value.isoformat() if isinstance(value, date) else value) for value in values)
    return out.getvalue().encode()


def _log(files: Sequence[Path], span: Wanted) -> Iterator[str]:
    """Yield the lines of the log that were written in a span; one without a time goes with the one before it."""
    inside = False
    for line in _lines(files, span):
        if written_at := WRITTEN_AT.search(line):
            at = datetime.fromisoformat(written_at[0])
            inside = (span.begin is None or at >= span.begin) and (span.end is None or at < span.end)
        if inside:
            yield line if line.endswith("\n") else f"{line}\n"


def _lines(files: Sequence[Path], span: Wanted) -> Iterator[str]:
    for file in files:
        with file.open(encoding="utf-8", errors="replace") as lines:
            yield from lines
    program = shutil.which("journalctl")
    if files or program is None:
        return
    words = [program, *OF_OURS]
    words += [f"--{name}=@{moment.astimezone(UTC).timestamp():.0f}" for name, moment in _ends(span)]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - found by name
    yield from done.stdout.splitlines(keepends=True)


def _ends(span: Wanted) -> Iterator[tuple[str, datetime]]:
    if span.begin is not None:
        yield "since", span.begin
    if span.end is not None:
        yield "until", span.end
