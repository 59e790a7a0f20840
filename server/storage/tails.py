"""What changed in the tables since an earlier snapshot: the rows that the events since then speak of.

The logs grow by their numbers. The rows of a token go along with its events. Of the tables that stay small the rows are
compared with those of the snapshot before, and so is a table that is not named here.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from sqlalchemy import Column, Connection, Table, select

from server.storage import copies
from server.storage.copies import Change, Key, Row, Rows, Shape, Value
from server.storage.sql.installation import chain_of
from server.storage.tables.centre import CentreTable
from server.storage.types import from_ms

LOG, INSTALLATION_LOG, ANSWERS, BOOKINGS = "event", "installation_event", "idempotency", "appointment"
OF_TOKENS: Mapping[str, str] = {"token": "id", "token_private": "token_id", "step": "token_id", "job": "token_id"}
"""Tables of which the rows of a token go along with its events, and where they name it."""
BY_DAYS = frozenset({"series_day", "lease"})
"""Tables of which nothing is ever removed, and which change for days of late only."""
OFTEN = frozenset({"centre", "counter", "helper", "call_group", "installation", *BY_DAYS})
"""Small tables that change with the tokens; the others change by a person's act of another kind."""
LEFT_OUT = frozenset(
    {"figure_cell", "figure_cursor", "day_report", "staff_session", "sign_in_wait", "pairing", "sealed_person"}
)
"""What a restore makes anew, or ends."""
LATE = timedelta(days=3)
MOST_VALUES = 500  # in one question


@dataclass(frozen=True, slots=True)
class CentreMark:
    """How far the log of a centre has come, in its epoch."""

    code: str
    epoch: str
    events: int


@dataclass(frozen=True, slots=True)
class Mark:
    """How far all logs have come in one snapshot."""

    centres: tuple[CentreMark, ...]
    installation: int

    def reaches(self, other: "Mark") -> bool:
        """Whether everything up to another mark lies behind this one, in the same epochs."""
        here = {each.code: each for each in self.centres}
        return self.installation >= other.installation and all(
            each.code in here and here[each.code].epoch == each.epoch and here[each.code].events >= each.events
            for each in other.centres
        )


@dataclass(slots=True)
class Known:
    """The rows of small tables as the snapshot before had them, by table and key; `complete` once all were read."""

    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every small table was read once."""
        return all(shape.name in self.rows for shape in small_shapes())


def mark_of(conn: Connection) -> Mark:
    """Return how far the logs have come."""
    query = select(CentreTable.code, CentreTable.epoch, CentreTable.event_seq).order_by(CentreTable.code)
    return Mark(tuple(CentreMark(*row) for row in conn.execute(query)), chain_of(conn).seq)


@cache
def all_shapes() -> Mapping[str, Shape]:
    """Return the tables of this program by name, each behind those that it refers to."""
    return {shape.name: shape for shape in copies.shapes()}


@cache
def small_shapes() -> tuple[Shape, ...]:
    """Return the tables whose rows are compared."""
    others = {LOG, INSTALLATION_LOG, ANSWERS, BOOKINGS, *OF_TOKENS, *LEFT_OUT}
    return tuple(shape for name, shape in all_shapes().items() if name not in others)


@cache
def _table(name: str) -> Table:
    return all_shapes()[name].table


def _key(name: str) -> list[Column[Value]]:
    return [_table(name).c[column] for column in all_shapes()[name].key]


def changes_since(conn: Connection, since: Mark, known: Known, *, all_tables: bool) -> Iterator[Change]:
    """Return what changed since a mark, as this snapshot has it; `known` is brought up to it as it is read.

    Without `all_tables` those that change seldom are read only if an event is of a kind that may have changed them.
    """
    by_code = {each.code: each.events for each in since.centres}
    centres = [(id_, by_code.get(code, 0)) for id_, code in conn.execute(select(CentreTable.id, CentreTable.code))]
    logged = [row for centre, after in centres for row in _log_after(conn, centre, after)]
    acts = _after(conn, INSTALLATION_LOG, "seq", since.installation)
    seldom = all_tables or not known.complete or _touch_seldom(logged, acts)
    yield from (_compared(conn, shape, known) for shape in small_shapes() if seldom or shape.name in OFTEN)
    yield Change(all_shapes()[LOG], logged)
    yield Change(all_shapes()[INSTALLATION_LOG], acts)
    tokens = sorted(_tokens_in(logged))
    for name, column in OF_TOKENS.items():
        rows = _where(conn, name, column, tokens)
        yield Change(all_shapes()[name], rows, column=column, values=tuple(tokens))
    yield Change(all_shapes()[BOOKINGS], _bookings(conn, logged, tokens))
    for centre, after in centres:
        yield Change(all_shapes()[ANSWERS], _after(conn, ANSWERS, "event_seq", after, centre))


def _log_after(conn: Connection, centre: int, after: int) -> Rows:
    return _after(conn, LOG, "seq", after, centre)


def _after(conn: Connection, name: str, column: str, after: int, centre: int | None = None) -> Rows:
    table = _table(name)
    query = select(table).where(table.c[column] > after)
    if centre is not None:
        query = query.where(table.c.centre_id == centre)
    return _rows(conn.execute(query.order_by(table.c[column])))


def _where(conn: Connection, name: str, column: str, values: Iterable[Value]) -> Rows:
    """Return the rows of a table that have one of some values in a column."""
    table, asked = _table(name), list(values)
    query = select(table).order_by(*_key(name))
    parts = [asked[begin : begin + MOST_VALUES] for begin in range(0, len(asked), MOST_VALUES)]
    return [row for part in parts for row in _rows(conn.execute(query.where(table.c[column].in_(part))))]


def _rows(found: Iterable[Iterable[Value]]) -> Rows:
    return [list(row) for row in found]


def _touch_seldom(logged: Rows, acts: Rows) -> bool:
    """Whether an event is of a kind that may have changed more than tokens and counters."""
    kind = _place(LOG, "kind")
    of_floor = all(str(row[kind]).startswith(("token.", "counter.", "slip.")) for row in logged)
    return not of_floor or bool(acts)


def _tokens_in(logged: Rows) -> set[str]:
    """Return the tokens that some events speak of."""
    id_, data = _place(LOG, "token_id"), _place(LOG, "data")
    own = {row[id_] for row in logged}
    others = {row[data].get(name) for row in logged for name in ("merged", "return_of", "token_id")}
    return {token for token in own | others if isinstance(token, str)}


def _bookings(conn: Connection, logged: Rows, tokens: Collection[str]) -> Rows:
    """Return the bookings that some events speak of, used, free again or imported; of an import all of its days."""
    if not logged:
        return []
    kind, at = _place(LOG, "kind"), _place(LOG, "at")
    if any(row[kind].startswith("booking") for row in logged):
        first = from_ms(min(row[at] for row in logged)).date() - LATE
        return _from_day(conn, BOOKINGS, first)
    freed = {row[kind] for row in logged} & {"token.undone", "token.cancelled", "token.merged"}
    spoken = _where(conn, LOG, "token_id", tokens) if freed else logged
    data = _place(LOG, "data")
    named = {id_ for row in spoken for id_ in (row[data].get("booking"), *row[data].get("further", ()))} - {None}
    rows = {row[0]: row for row in _where(conn, BOOKINGS, "token_id", tokens)}
    return [*(rows | {row[0]: row for row in _where(conn, BOOKINGS, "id", named)}).values()]


def _from_day(conn: Connection, name: str, first: date) -> Rows:
    table = _table(name)
    return _rows(conn.execute(select(table).where(table.c.day >= first).order_by(*_key(name))))


def _place(name: str, column: str) -> int:
    return [each for each, _ in all_shapes()[name].columns].index(column)


def _compared(conn: Connection, shape: Shape, known: Known) -> Change:
    """Return which rows of a small table are other than the snapshot before had them, and which are gone."""
    before = known.rows.get(shape.name)
    now = {shape.key_of(row): row for row in _small(conn, shape, known)}
    gone = () if before is None or shape.name in BY_DAYS else tuple(before.keys() - now.keys())
    known.rows[shape.name] = now
    if before is None:
        return Change(shape, [*now.values()], whole=shape.name not in BY_DAYS)
    return Change(shape, [row for key, row in now.items() if before.get(key) != row], gone=gone)


def _small(conn: Connection, shape: Shape, known: Known) -> Rows:
    if shape.name not in BY_DAYS or shape.name not in known.rows:
        return [row for block in copies.rows_of(conn, shape) for row in block]
    days = [key_day for row in known.rows[shape.name].values() if (key_day := row[_place(shape.name, "day")])]
    return _from_day(conn, shape.name, max(days, default=date.min + LATE) - LATE)
