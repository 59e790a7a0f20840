"""The command `baari doctor`: every look, one after the other."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from server.config import Settings
from server.domain.errors import Refused
from server.operations.doctor import machine, outside, records
from server.operations.doctor.finding import Finding, Level, Patient, fault
from server.operations.opening import database_in_words
from server.operations.shared import AS_JSON, settings_of
from server.storage import schema
from server.storage.database import Database

LOOKS: tuple[Callable[[Patient], Iterator[Finding]], ...] = (
    machine.clock,
    machine.disk,
    machine.backups,
    machine.tail,
    machine.syslog,
    machine.fonts,
    records.database,
    records.centres,
    records.secret,
    records.person_data,
    outside.public,
    outside.addresses,
    outside.names,
    outside.boards,
    records.printers,
)
MARKS = {Level.FINE: "ok     ", Level.WARNING: "warning", Level.FAULT: "FAULT  "}


@click.command()
@AS_JSON
def doctor(*, as_json: bool) -> None:
    """Look at clock, disk, database, addresses, printers; exit 1 on any fault, and say what to do about each."""
    findings = list(look_at(settings_of()))
    ok = all(finding.level is not Level.FAULT for finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": ok, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        click.echo("\n".join(map(_line, findings)))
    sys.exit(0 if ok else 1)


def look_at(settings: Settings) -> Iterator[Finding]:
    """Return what every look finds; one that fails itself hides no other."""
    db, trouble = _open(settings)
    yield from trouble
    patient = Patient(settings, db)
    try:
        for look in LOOKS:
            yield from _carefully(look, patient)
    finally:
        if db is not None:
            db.close()


def _carefully(look: Callable[[Patient], Iterator[Finding]], patient: Patient) -> Iterator[Finding]:
    try:
        yield from look(patient)
    except Exception as error:  # what is broken here may break the look itself
        yield fault("look_failed", f"The look at {look.__name__} failed: {type(error).__name__}: {error}")


def _open(settings: Settings) -> tuple[Database | None, list[Finding]]:
    """Return the database if it can be worked with, and what is wrong else."""
    name = database_in_words(settings.database)
    if settings.database.startswith("sqlite:///") and not Path(settings.database.removeprefix("sqlite:///")).exists():
        return None, [fault("database_missing", f"There is no {name}.")]
    db = Database(settings.database)
    try:
        db.read(schema.require_current)
    except schema.WrongSchema as error:
        wrong = fault("schema_wrong", str(error))
    except (Refused, ValueError, OSError) as error:
        wrong = fault("database_silent", f"{name} does not answer: {error}")
    else:
        return db, []
    db.close()
    return None, [wrong]


def _line(finding: Finding) -> str:
    cure = f"\n         → {finding.cure}" if finding.cure else ""
    return f"{MARKS[finding.level]}  {finding.code}: {finding.text}{cure}"
