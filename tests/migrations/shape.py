"""What a database itself says of its tables, so that two of them can be compared."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Inspector, inspect

Part = dict[str, Any]


def shape(conn: Connection) -> dict[str, dict[str, Part]]:
    """Return the columns, keys, checks, indexes and options of each table, by name; in no order."""
    look = inspect(conn)
    return {table: _parts(look, table) for table in look.get_table_names() if table != "alembic_version"}


def _parts(look: Inspector, table: str) -> dict[str, Part]:
    key = look.get_pk_constraint(table)
    return {
        "columns": _columns(look, table),
        "primary key": {str(key["name"]): key["constrained_columns"]},
        "foreign keys": _named(look.get_foreign_keys(table)),
        "unique": _named(look.get_unique_constraints(table)),
        "checks": _named(look.get_check_constraints(table)),
        "indexes": _named(look.get_indexes(table)),
        "options": dict(look.get_table_options(table)),
    }


def _columns(look: Inspector, table: str) -> Part:
    """Return type, whether it may be empty and default of each column."""
    columns = look.get_columns(table)
    return {c["name"]: (c["type"].compile(look.dialect), c["nullable"], c["default"]) for c in columns}


def _named(parts: Iterable[Mapping[str, Any]]) -> Part:
    """Return parts by name, with texts in place of clauses."""
    return {str(part["name"]): {name: _plain(value) for name, value in part.items()} for part in parts}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return value if isinstance(value, bool | list) else str(value)
