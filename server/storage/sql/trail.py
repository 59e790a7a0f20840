"""Reads of the chains of a centre and of the installation from their ends on, and of the names in them."""

from bisect import bisect_left
from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, union

from server.domain.centre import CentreState
from server.domain.events.event import StoredEvent
from server.domain.events.kinds import Kind
from server.domain.trail import Wanted
from server.storage.sql import events, installation
from server.storage.tables.events import EventTable, InstallationEventTable
from server.storage.tables.floor import TokenTable
from server.storage.tables.people import AccessKeyTable, MembershipTable, StaffTable

NEVER = datetime.min.replace(tzinfo=UTC)


def floor_before(conn: Connection, centre: CentreState, wanted: Wanted, before: int, count: int) -> list[StoredEvent]:
    """Return the last `count` events of a centre that are wanted, of those before a number; the latest first."""
    where = [EventTable.centre_id == centre.id, EventTable.seq < before]
    if wanted.begin is not None:
        where.append(EventTable.seq >= _first_since(conn, centre, wanted.begin))
    if wanted.end is not None:
        where.append(EventTable.seq < _first_since(conn, centre, wanted.end))
    if wanted.kind is not None:
        where.append(EventTable.kind == wanted.kind)
    if wanted.person is not None:
        where.append(EventTable.actor == f"staff:{wanted.person}")
    if wanted.token is not None:
        given = select(TokenTable.id).where(TokenTable.centre_id == centre.id, TokenTable.label == wanted.token)
        of_slip = EventTable.data["token_id"].as_string().in_(given)
        where.append(or_(EventTable.token_id.in_(given), and_(EventTable.kind == Kind.SLIP_REPRINTED.value, of_slip)))
    query = events.EVENT.where(*where).order_by(EventTable.seq.desc()).limit(count)
    return [StoredEvent(*row) for row in conn.execute(query)]


def installation_before(conn: Connection, centre_id: int, wanted: Wanted, before: int, count: int) -> list[StoredEvent]:
    """Return the last `count` events of the installation that are wanted, before a number; the latest first.

    They speak of the centre, or without naming one of its people and keys, or of nobody.
    """
    table = InstallationEventTable
    where = [table.seq < before, _of_centre(centre_id)]
    if wanted.begin is not None:
        where.append(table.at >= wanted.begin)
    if wanted.end is not None:
        where.append(table.at < wanted.end)
    if wanted.kind is not None:
        where.append(table.kind == wanted.kind)
    if wanted.person is not None:
        where.append(or_(table.actor == f"staff:{wanted.person}", table.data["person"].as_integer() == wanted.person))
    query = installation.EVENT.where(*where).order_by(table.seq.desc()).limit(count)
    return [StoredEvent(*row) for row in conn.execute(query)]


def names_of(conn: Connection, people: Collection[int], keys: Collection[int]) -> dict[str, str]:
    """Return the names of people and keys, whoever may still sign in or not, by their principals' ids."""
    users = conn.execute(select(StaffTable.id, StaffTable.user).where(StaffTable.id.in_(people)))
    names = conn.execute(select(AccessKeyTable.id, AccessKeyTable.name).where(AccessKeyTable.id.in_(keys)))
    return {f"staff:{id_}": user for id_, user in users} | {f"key:{id_}": name for id_, name in names}


def labels_of(conn: Connection, centre_id: int, ids: Collection[str]) -> dict[str, str]:
    """Return the labels of tokens of a centre by their ids."""
    query = select(TokenTable.id, TokenTable.label).where(TokenTable.centre_id == centre_id, TokenTable.id.in_(ids))
    return {row.id: row.label for row in conn.execute(query)}


def _first_since(conn: Connection, centre: CentreState, moment: datetime) -> int:
    """Return the number of the first event at a moment or later, one more than the last where there is none.

    The times of a floor never go back and its numbers have no gap: halving asks for twenty of a million events.
    """
    numbers = range(1, centre.event_seq + 1)
    return 1 + bisect_left(numbers, moment, key=lambda seq: events.time_of(conn, centre.id, seq) or NEVER)


def _of_centre(centre_id: int) -> ColumnElement[bool]:
    data = InstallationEventTable.data
    centre, person, key = (data[name].as_integer() for name in ("centre", "person", "key"))
    kept = select(StaffTable.id).where(StaffTable.centre_id == centre_id)
    people = union(kept, select(MembershipTable.staff_id).where(MembershipTable.centre_id == centre_id))
    keys = select(AccessKeyTable.id).where(AccessKeyTable.centre_id == centre_id)
    of_ours = and_(or_(person.is_(None), person.in_(people)), or_(key.is_(None), key.in_(keys)))
    return or_(centre == centre_id, and_(centre.is_(None), of_ours))
