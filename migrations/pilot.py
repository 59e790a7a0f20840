"""Carries a database of the pilot months over into the baseline: revision 0003 becomes 0100, whole, in one transaction.

The old tables step aside, the baseline is made, and every row is copied into it. What the baseline knows beside is
told from what there is: events get the version 0 in which they were written, each day on which a rule began makes a
version of the set-up. A hash stays what it was: the data of an event is not touched.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, inspect, text

ASIDE = "pilot"
RENAMED: Mapping[str, Mapping[str, str]] = {
    "call_group": {"profiles": "desks"},
    "step": {"first_called": "first_call", "last_called": "called_at"},
}
# What a column of the baseline is told from, where the pilot had no such column.
TOLD: Mapping[str, Mapping[str, str]] = {
    "event": {"act": "seq", "plan": "1", "rule": "'v1'", "v": "0"},
    "token": {"step_free": "(' ' || access || ' ') LIKE '% wheelchair %'"},
    "centre": {"plan_version": "1", "plans": "'[]'"},
    "policy": {"kind": "CASE kind WHEN 'desks' THEN 'profiles' ELSE kind END"},
    "access_key": {"all_centres": "FALSE"},
}
# The parts of a document of the set-up, with the columns that say how things are and not how they were set up.
PARTS = ("zone", "stage", "route", "series", "service", "policy", "counter", "device")
NOT_SET_UP = {"centre_id", "state", "reason", "since", "operator"}


def carry_over(conn: Connection, make_baseline: Callable[[], None]) -> None:
    """Copy a pilot's database into the baseline that `make_baseline` makes.

    Print jobs stay behind: a slip that waited when the centre was stopped is printed again by a person.
    """
    tables = _in_order(conn, set(inspect(conn).get_table_names()) - {"alembic_version"})
    _step_aside(conn, tables)
    make_baseline()
    new = inspect(conn)
    for table in _in_order(conn, tables):
        if table in new.get_table_names():
            _copy(conn, table, [column["name"] for column in new.get_columns(table)])
    _forget_old(conn, tables)
    _renew_sequences(conn)
    for centre in conn.execute(text("SELECT id, timezone, day_start FROM centre ORDER BY id")).all():
        _keep_versions(conn, *centre)


def _step_aside(conn: Connection, tables: Iterable[str]) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"CREATE SCHEMA {ASIDE}"))
        for table in tables:
            conn.execute(text(f"ALTER TABLE {table} SET SCHEMA {ASIDE}"))
        return
    for (index,) in conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")).all():
        conn.execute(text(f'DROP INDEX "{index}"'))
    for table in tables:
        conn.execute(text(f"ALTER TABLE {table} RENAME TO {ASIDE}_{table}"))


def _old(conn: Connection, table: str) -> str:
    return f"{ASIDE}.{table}" if conn.dialect.name == "postgresql" else f"{ASIDE}_{table}"


def _in_order(conn: Connection, tables: Iterable[str]) -> list[str]:
    """Return tables so that each stands behind those it refers to."""
    return [str(name) for name, _ in inspect(conn).get_sorted_table_and_fkc_names() if name in set(tables)]


def _copy(conn: Connection, table: str, columns: list[str]) -> None:
    """Copy the rows of a table, column by column; what the baseline has beside stays as its default."""
    old, sources = _old_columns(conn, table), TOLD.get(table, {})
    values = {name: RENAMED.get(table, {}).get(name, name) for name in columns}
    taken = {name: sources.get(name, f'"{value}"') for name, value in values.items()}
    taken = {name: value for name, value in taken.items() if name in sources or values[name] in old}
    into = ", ".join(f'"{name}"' for name in taken)
    conn.execute(text(f'INSERT INTO "{table}" ({into}) SELECT {", ".join(taken.values())} FROM {_old(conn, table)}'))


def _old_columns(conn: Connection, table: str) -> set[str]:
    postgresql = conn.dialect.name == "postgresql"
    columns = inspect(conn).get_columns(table, ASIDE) if postgresql else inspect(conn).get_columns(f"{ASIDE}_{table}")
    return {column["name"] for column in columns}


def _forget_old(conn: Connection, tables: list[str]) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(text(f"DROP SCHEMA {ASIDE} CASCADE"))
        return
    for table in reversed(tables):
        conn.execute(text(f"DROP TABLE {ASIDE}_{table}"))


def _renew_sequences(conn: Connection) -> None:
    """Let the next ids of PostgreSQL follow those that were copied."""
    if conn.dialect.name != "postgresql":
        return
    owned = text(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND column_default LIKE 'nextval(%'"
    )
    for table, column in conn.execute(owned).all():
        conn.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'),"
                f' (SELECT COALESCE(MAX("{column}"), 0) + 1 FROM "{table}"), false)'
            )
        )


def _keep_versions(conn: Connection, centre_id: int, timezone: str, day_start: str) -> None:
    """Make a version of the set-up of each day on which a rule began, and tell the events of its days by which."""
    days = text("SELECT DISTINCT valid_from FROM policy WHERE centre_id = :centre ORDER BY valid_from")
    plans = []
    for number, (begins,) in enumerate(conn.execute(days, {"centre": centre_id}).all(), 1):
        day = date.fromisoformat(str(begins))
        document = _document(conn, centre_id, day)
        body = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
        values = {"centre": centre_id, "number": number, "begins": begins, "sha": hashlib.sha256(body).hexdigest()}
        conn.execute(
            text("INSERT INTO plan_version VALUES (:centre, :number, :begins, :sha, :document)"),
            {**values, "document": body.decode()},
        )
        began = {"centre": centre_id, "number": number, "ms": _ms(day, timezone, day_start)}
        conn.execute(text("UPDATE event SET plan = :number WHERE centre_id = :centre AND at >= :ms"), began)
        plans.append([number, day.isoformat()])
    state = {"centre": centre_id, "plans": orjson.dumps(plans).decode(), "latest": len(plans)}
    conn.execute(text("UPDATE centre SET plans = :plans, plan_version = :latest WHERE id = :centre"), state)


def _ms(day: date, timezone: str, day_start: str) -> int:
    """Return the beginning of a business day in milliseconds since 1970."""
    hour, minute = map(int, day_start.split(":"))
    begins = datetime.combine(day, time(hour % 24, minute), ZoneInfo(timezone)).astimezone(UTC)
    return (begins - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _document(conn: Connection, centre_id: int, day: date) -> dict[str, Any]:
    """Return the set-up with the rules that were known on a day."""
    document: dict[str, Any] = {"baari": 0}
    for table in PARTS:
        rows = conn.execute(text(f"SELECT * FROM {table} WHERE centre_id = :centre"), {"centre": centre_id})
        part = [_row(row._mapping) for row in rows]
        document[table] = [row for row in part if row.get("valid_from", "") <= day.isoformat()]
    return document


def _row(row: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {str(name): value for name, value in row.items() if name not in NOT_SET_UP}
    return {name: value.isoformat() if isinstance(value, date) else _json(value) for name, value in kept.items()}


def _json(value: Any) -> Any:
    """Return a JSON column as its value: SQLite keeps it as a text."""
    if isinstance(value, str) and value[:1] in "[{":
        return orjson.loads(value)
    return value
