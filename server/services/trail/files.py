"""The trail as a file, for tables (CSV) or for programs (a line of JSON for each event), written while it is sent."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum

from server.domain.actors import By
from server.domain.approvals import Asked, Guarded
from server.domain.events.installation import TrailExported
from server.domain.instants import to_iso
from server.services.trail.trail import TrailEntry
from server.storage.installation import InstallationLog
from server.storage.transaction import Transaction

FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ["utc" if field.name == "at" else field.name for field in fields(TrailEntry)]


class Form(StrEnum):
    """The forms of a file."""

    CSV = "csv"
    JSONL = "jsonl"


MIME: Mapping[Form, str] = {Form.CSV: "text/csv", Form.JSONL: "application/jsonl"}


def export_of(form: Form, first: str | None, last: str | None, only: Iterable[str]) -> Asked:
    """Return what a second person approves: of which days, in which form, and narrowed by what."""
    days = f"trail {first or '…'} – {last or '…'}"
    return Asked(Guarded.EXPORT, " ".join((days, *only)), form.value)


def note_export(
    tx: Transaction, form: Form, first: str | None, last: str | None, only: Iterable[str], now: datetime, by: By
) -> None:
    """Take down that somebody takes the trail of the transaction's centre out: which days, and narrowed by what."""
    log = InstallationLog(tx, now)
    log.record(TrailExported(tx.centre.id, form.value, first, last, tuple(only)), by)


def written(form: Form, entries: Iterable[TrailEntry]) -> Iterator[bytes]:
    """Yield a file in a form, a line at a time."""
    return WRITERS[form](entries)


def _csv(entries: Iterable[TrailEntry]) -> Iterator[bytes]:
    # Without the mark spreadsheets take UTF-8 for the letters of their own country.
    yield "\ufeff".encode() + _line(COLUMNS)
    for entry in entries:
        yield _line([as_cell(value) for value in _values(entry).values()])


def as_cell(value: str | int | None) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _json(entries: Iterable[TrailEntry]) -> Iterator[bytes]:
    for entry in entries:
        yield json.dumps(_values(entry), ensure_ascii=False).encode() + b"\n"


def _values(entry: TrailEntry) -> dict[str, str | int | None]:
    values = (getattr(entry, field.name) for field in fields(TrailEntry))
    return dict(zip(COLUMNS, (to_iso(v) if isinstance(v, datetime) else v for v in values), strict=True))


WRITERS: Mapping[Form, Callable[[Iterable[TrailEntry]], Iterator[bytes]]] = {Form.CSV: _csv, Form.JSONL: _json}
