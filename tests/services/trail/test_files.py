"""The trail as a file: no cell is a formula, times are told twice, and that somebody took it stands on record."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from server.domain.actors import By
from server.domain.events.installation import TrailExported, read_event
from server.domain.permissions import Role
from server.domain.trail import Wanted
from server.services.people import keys
from server.services.proof.installation import verify_installation
from server.services.trail import files, trail
from server.services.trail.files import Form
from server.services.trail.trail import TrailEntry
from server.storage.sql import installation
from tests.factories import MORNING, Floor

BY = By("staff:2")
ENTRY = TrailEntry("floor", 7, MORNING, "there", "k", "w", "staff:1", "asha", None, None, "N001", "G1", "abc")


def cells(entries: list[TrailEntry]) -> list[dict[str, Any]]:
    text = b"".join(files.written(Form.CSV, entries)).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_taken_for_a_formula(sign: str) -> None:
    bad = f'{sign}cmd|"/c calc"!A1,\n{sign}1'
    (row,) = cells([replace(ENTRY, by=bad, about=bad, detail=bad, token=bad, counter=bad, actor=bad, what=bad)])
    assert [row[name] for name in ("by", "about", "detail", "token", "counter", "actor", "what")] == [f"'{bad}"] * 7
    assert not any(value.startswith(files.FORMULA) for value in row.values())


def test_what_is_no_formula_is_left_as_it_is() -> None:
    (row,) = cells([replace(ENTRY, by="a=b", about="Zoë")])
    assert (row["by"], row["about"], row["detail"], row["seq"]) == ("a=b", "Zoë", "", "7")


def test_a_name_that_somebody_chose_as_a_formula_is_none_in_the_file(floor: Floor) -> None:
    floor.write(lambda tx: keys.create_key(tx, Role.KIOSK, '=HYPERLINK("http://x","K1")', MORNING))
    rows = cells(list(trail.all_of(floor.db.read, floor.centre, Wanted())))
    assert [row["about"] for row in rows if row["kind"] == "key.created"] == ['\'=HYPERLINK("http://x","K1")']


def test_each_line_of_json_has_the_time_in_utc_and_at_the_centre(floor: Floor) -> None:
    floor.issue()
    lines = b"".join(files.written(Form.JSONL, trail.all_of(floor.db.read, floor.centre, Wanted()))).splitlines()
    issued = next(row for row in map(json.loads, lines) if row["kind"] == "token.issued")
    assert (issued["utc"], issued["local"]) == ("2026-11-24T04:00:00.000Z", "2026-11-24T09:30:00.000+05:30")
    assert issued["token"] == "N001"
    assert list(issued) == files.COLUMNS


def test_a_file_goes_on_from_block_to_block_and_holds_none_of_them(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        floor.issue()
    whole = list(trail.all_of(floor.db.read, floor.centre, Wanted()))
    monkeypatch.setattr(trail, "BLOCK", 2)
    reads: list[int] = []

    def counted(fn: Any) -> Any:
        reads.append(1)
        return floor.db.read(fn)

    begun = trail.all_of(counted, floor.centre, Wanted())
    assert next(begun) == whole[0]
    assert len(reads) == 1
    assert [whole[0], *begun] == whole
    assert len(reads) == -(-len(whole) // 2)


def test_that_somebody_took_it_stands_on_record_with_the_days_and_the_record_stays_proven(floor: Floor) -> None:
    only = ["kind=token.called"]
    floor.write(lambda tx: files.note_export(tx, Form.CSV, "2026-11-01", None, only, MORNING, BY))
    row = list(floor.db.read(lambda read: list(installation.stored_between(read, 0, 99))))[-1]
    assert (row.actor, row.at) == ("staff:2", MORNING)
    told = read_event(TrailExported.kind, row.data, row.private or {})
    assert told == TrailExported(floor.centre_id, "csv", "2026-11-01", None, ("kind=token.called",))
    assert floor.db.read(lambda read: verify_installation(read, {})).faults == []
    newest = next(trail.all_of(floor.db.read, floor.centre, Wanted(kind="trail.exported")))
    assert newest.detail == "csv 2026-11-01… kind=token.called"
