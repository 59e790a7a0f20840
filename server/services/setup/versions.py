"""The versions of a set-up: each change makes one, whole, so that yesterday is judged by yesterday's."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from server.domain.centre import CentreState
from server.domain.instants import to_iso
from server.storage.json_text import canonical
from server.storage.sql import setup
from server.storage.sql.setup import PartRow, VersionRow
from server.storage.transaction import Read, Transaction

NOT_SET_UP = {"centre_id", "state", "reason", "since", "operator", "back_at"}
"""Columns of counters and devices that say how things are, not how they were set up."""


def add_version(tx: Transaction, begins: date) -> int:
    """Keep the set-up as its rows stand now as the next version, in force from a business day, and return its number.

    Of two that begin on the same day the later counts.
    """
    number = tx.centre.plan_version + 1
    document = document_of(tx)
    sha256 = sha256_of(document)
    setup.insert_version(tx.conn, tx.centre.id, VersionRow(number, begins, sha256, document))
    in_force = tx.centre.plan_number(tx.today)
    kept = [version for version in tx.centre.plans if int(version[0]) >= in_force]
    tx.change_centre(plan_version=number, plans=[*kept, [number, begins.isoformat()]])
    return number


def document_of(tx: Transaction) -> dict[str, object]:
    """Return the whole set-up of a centre as JSON: the centre, and each part with its rows."""
    return {**standing(tx.conn, tx.centre), "at": to_iso(tx.now)}


def standing(read: Read, centre: CentreState) -> dict[str, object]:
    """Return the set-up of a centre as its rows stand, as a version keeps it, without when that was."""
    parts = {part: [_part_of(row) for row in setup.part_rows(read, centre.id, part)] for part in setup.PARTS}
    own = {"code": centre.code, "name": centre.name, "timezone": centre.timezone, "languages": centre.languages}
    return {"baari": 0, "centre": {**own, "day_start": centre.day_start}, **parts}


def sha256_of(document: Mapping[str, Any]) -> str:  # JSON
    """Return the hash by which a version is known."""
    return hashlib.sha256(canonical(document)).hexdigest()


def _part_of(row: PartRow) -> dict[str, object]:
    values = {name: value for name, value in row._mapping.items() if name not in NOT_SET_UP}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
