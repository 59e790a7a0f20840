"""Reads and writes of the set-up of a centre: its rows, its rules from a day on, and its versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from server.domain.json import Json
from server.storage.base import Base
from server.storage.tables.centre import CentreTable
from server.storage.tables.floor import CounterTable
from server.storage.tables.people import DeviceTable
from server.storage.tables.plan import (
    PlanVersionTable,
    PolicyTable,
    RouteTable,
    SeriesTable,
    ServiceTable,
    StageTable,
    ZoneTable,
)

# The parts of a set-up in the order in which their rows can be written.
PARTS: Mapping[str, type[Base]] = {
    "zones": ZoneTable,
    "stages": StageTable,
    "routes": RouteTable,
    "series": SeriesTable,
    "services": ServiceTable,
    "policies": PolicyTable,
    "counters": CounterTable,
    "devices": DeviceTable,
}
Row = Mapping[str, Any]  # a row of a part has the columns of its table
PartRow = Any  # a row of SQLAlchemy with the columns of its part's table


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A rule of a kind, and the business day from which it holds."""

    kind: str
    valid_from: date
    body: Mapping[str, Any]  # JSON in the shape of its kind; see `server.services.setup.shapes`


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a set-up: its number, the business day from which it is in force, and the whole document."""

    number: int
    begins: date
    sha256: str
    document: Mapping[str, Any]  # JSON; the parts with their rows


def code_is_taken(conn: Connection, code: str) -> bool:
    """Return whether there is a centre of this code."""
    return conn.execute(select(CentreTable.id).where(CentreTable.code == code)).first() is not None


def insert_centre(conn: Connection, values: Row) -> int:
    """Write the row of a new centre and return its id."""
    return int(conn.execute(insert(CentreTable).values(**values).returning(CentreTable.id)).scalar_one())


def insert_part(conn: Connection, centre_id: int, part: str, rows: Sequence[Row]) -> None:
    """Write the rows of a part of a set-up."""
    if rows:
        conn.execute(insert(PARTS[part]), [{**row, "centre_id": centre_id} for row in rows])


def part_rows(conn: Connection, centre_id: int, part: str) -> list[PartRow]:
    """Return the rows of a part of a set-up, in their order; each has the columns of its table."""
    table = PARTS[part].__table__
    order = table.c.position if "position" in table.c else list(table.primary_key)[-1]
    return list(conn.execute(select(table).where(table.c.centre_id == centre_id).order_by(order)))


def policy_body(conn: Connection, centre_id: int, kind: str, day: date) -> dict[str, Json] | None:
    """Return the body of the rule of a kind that holds on a day, None when there is none."""
    query = (
        select(PolicyTable.body)
        .where(PolicyTable.centre_id == centre_id, PolicyTable.kind == kind, PolicyTable.valid_from <= day)
        .order_by(PolicyTable.valid_from.desc())
        .limit(1)
    )
    body = conn.execute(query).scalar_one_or_none()
    return None if body is None else dict(body)


def policies(conn: Connection, centre_id: int, kind: str | None = None) -> list[PolicyRow]:
    """Return the rules of a centre, or those of a kind, by kind and day."""
    query = select(PolicyTable.kind, PolicyTable.valid_from, PolicyTable.body).where(PolicyTable.centre_id == centre_id)
    if kind is not None:
        query = query.where(PolicyTable.kind == kind)
    rows = conn.execute(query.order_by(PolicyTable.kind, PolicyTable.valid_from))
    return [PolicyRow(*row) for row in rows]


def put_policy(conn: Connection, centre_id: int, policy: PolicyRow) -> None:
    """Write a rule in place of the one of its kind and day, if there is one."""
    same = (
        PolicyTable.centre_id == centre_id,
        PolicyTable.kind == policy.kind,
        PolicyTable.valid_from == policy.valid_from,
    )
    conn.execute(delete(PolicyTable).where(*same))
    values = {"kind": policy.kind, "valid_from": policy.valid_from, "body": policy.body}
    conn.execute(insert(PolicyTable).values(centre_id=centre_id, **values))


def insert_version(conn: Connection, centre_id: int, version: VersionRow) -> None:
    """Write a version of a set-up."""
    values = {name: getattr(version, name) for name in VersionRow.__slots__}
    conn.execute(insert(PlanVersionTable).values(centre_id=centre_id, **values))


def versions(conn: Connection, centre_id: int) -> list[VersionRow]:
    """Return the versions of a set-up, oldest first."""
    columns = (getattr(PlanVersionTable, name) for name in VersionRow.__slots__)
    query = select(*columns).where(PlanVersionTable.centre_id == centre_id).order_by(PlanVersionTable.number)
    return [VersionRow(*row) for row in conn.execute(query)]
