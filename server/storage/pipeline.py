"""PostgreSQL's statements: prepared once on each connection, and sent without waiting where no answer is needed.

A trip to the server costs more than most statements do there, and psycopg's cursors more than both. So this speaks to
libpq by `psycopg.pq`. Values and columns are converted by psycopg as ever.
"""

import select
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from psycopg import Connection, Error, OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

from server.storage.drivers import Answer, EarlierFailed, Failed

Bound = Sequence[Any]  # texts, and None for NULL, which psycopg leaves out of the type of `exec_prepared`
COUNTED = "WITH changed AS ({sql} RETURNING 1) SELECT 1 / (count(*) = {changes})::integer FROM changed"
"""The server itself must refuse another number, or the COMMIT that was sent behind would be carried out."""
DIVIDED_BY_ZERO = b"22012"
OUTDATED = ("0A000", "26000")
"""What PostgreSQL says of a prepared statement whose tables have changed, or that is gone."""
GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


class Sent(NamedTuple):
    """A statement on its way, how many rows it must change, None for any number, and who wants its answer."""

    sql: str
    changes: int | None = None
    hears: Callable[[PGresult], None] | None = None


class Pipeline:
    """The statements of one connection, which the server runs in the order they are sent.

    What is sent is under way while Python goes on. Its answer is taken together with that of the next statement that is
    waited for; so is its error, after which the server has run nothing that was sent behind it.
    """

    def __init__(self, connection: Connection[tuple[object, ...]]) -> None:
        self._pg = connection.pgconn
        self._convert = Transformer(connection)
        self.changes = 0
        self._names: dict[str, bytes] = {}
        self._numbers = count()
        self._sent: list[Sent] = []
        self._earlier = 0
        self._poll = select.poll()
        self._poll.register(self._pg.socket, select.POLLIN)

    def run(self, sql: str, values: Sequence[object] = ()) -> Answer:
        """Run a statement and return its answer; raises Failed, also for what was sent before."""
        name, bound = self._ready(sql, values)
        if self._sent:
            self._send(name, bound, Sent(sql))
            return self._answer(self._settled())
        return self._answer(self._require(sql, self._pg.exec_prepared(name, bound)))

    def ask(self, sql: str, values: Sequence[object] = ()) -> Callable[[], Answer]:
        """Run a statement without waiting, and return what waits for its answer, unless it is there, and returns it."""
        name, bound = self._ready(sql, values)
        heard: list[PGresult] = []
        self._send(name, bound, Sent(sql, hears=heard.append))

        def answer() -> Answer:
            if not heard:
                self.settle()
            return self._answer(heard[0])

        return answer

    def send(self, sql: str, values: Sequence[object] = (), changes: int | None = None) -> None:
        """Run a statement without waiting; where it changes another number of rows it fails, with all behind it."""
        if changes is not None:
            sql = COUNTED.format(sql=sql, changes=changes)
        name, bound = self._ready(sql, values)
        self._send(name, bound, Sent(sql, changes))

    def give_way(self) -> None:
        """Wait for what was sent before SQLAlchemy runs a statement, which may be a change; raises as `settle` does."""
        self.changes += 1
        self.settle()

    def send_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Send a statement once for each row of values."""
        for row in rows:
            self.send(sql, row)

    def settle(self) -> None:
        """Wait for what was sent; raises Failed, and RuntimeError where another number of rows was changed."""
        if self._sent:
            self._settled()

    def commit(self) -> None:
        """Commit, in one trip with what was sent; raises Failed."""
        if self._sent or self._pg.transaction_status != TransactionStatus.IDLE:
            self.run("COMMIT")

    def roll_back(self) -> None:
        """Forget what was sent, and whether it failed, and undo the transaction; raises Failed."""
        self.forget()
        if self._pg.transaction_status != TransactionStatus.IDLE:
            self.run("ROLLBACK")

    def forget(self) -> None:
        """Wait for what this part has sent, whatever came of it; raises EarlierFailed, Failed when it is lost."""
        if self._sent:
            sent, earlier = self._sent, self._earlier
            self._require_all(sent[:earlier], self._received()[:earlier], earlier)

    def begin_part(self) -> None:
        """Let what was sent until now be earlier than the present part."""
        self._earlier = len(self._sent)

    def _ready(self, sql: str, values: Sequence[object]) -> tuple[bytes, Bound]:
        """Return the name of a prepared statement and the values as texts; one that may change something is counted."""
        self.changes += _may_change(sql)
        return self._names.get(sql) or self._prepared(sql), self._convert.dump_sequence(
            values, [PyFormat.TEXT] * len(values)
        )

    def _prepared(self, sql: str) -> bytes:
        self.settle()
        name = b"baari_%d" % next(self._numbers)
        self._require(sql, self._pg.prepare(name, sql.encode()))
        self._names[sql] = name
        return name

    def _send(self, name: bytes, bound: Bound, statement: Sent) -> None:
        """Hand a statement over; it leaves with what is waited for."""
        try:
            if not self._sent:
                self._pg.enter_pipeline_mode()
            self._pg.send_query_prepared(name, bound)
        except Error as error:
            raise Failed(statement.sql, error) from error
        self._sent.append(statement)

    def _settled(self) -> PGresult:
        """Return the last answer to what was sent, when all were good."""
        sent, earlier = self._sent, self._earlier
        results = self._received()
        self._require_all(sent, results, earlier)
        return results[-1]

    def _require_all(self, sent: Sequence[Sent], results: Sequence[PGresult], earlier: int) -> None:
        """Raise what the first of them that was not good says, or EarlierFailed for one of an earlier part."""
        for place, (statement, result) in enumerate(zip(sent, results, strict=True)):
            try:
                self._require(statement.sql, result)
            except Failed as failed:
                if place < earlier:
                    raise EarlierFailed(statement.sql) from failed
                if statement.changes is not None and result.error_field(DiagnosticField.SQLSTATE) == DIVIDED_BY_ZERO:
                    raise RuntimeError(f"not {statement.changes} rows were changed: {statement.sql}") from failed
                raise
            if statement.hears is not None:
                statement.hears(result)

    def _received(self) -> list[PGresult]:
        """Return the answers to all that was sent; those behind an error say that nothing was done."""
        sent, self._sent, self._earlier = self._sent, [], 0
        results: list[PGresult] = []
        try:
            self._pg.pipeline_sync()
            while (result := self._next()) is None or result.status != ExecStatus.PIPELINE_SYNC:
                if result is not None:
                    results.append(result)
            self._pg.exit_pipeline_mode()
        except BaseException as error:  # nobody can tell what will still come on this connection
            self._pg.finish()
            if isinstance(error, Error):
                raise Failed(sent[min(len(results), len(sent) - 1)].sql, error) from error
            raise
        return results

    def _next(self) -> PGresult | None:
        """Return the next answer, or None at the end of those to one statement."""
        while self._pg.flush():  # the server takes no more before some of its answers are read
            self._poll.poll(1)
            self._pg.consume_input()
        while self._pg.is_busy():
            self._poll.poll()
            self._pg.consume_input()
        result = self._pg.get_result()
        if self._pg.status == ConnStatus.BAD:
            raise OperationalError(self._pg.get_error_message())
        return result

    def _require(self, sql: str, result: PGresult) -> PGresult:
        if result.status in GOOD:
            return result
        if self._pg.status == ConnStatus.BAD:
            raise Failed(sql, OperationalError(result.get_error_message()))
        error = error_from_result(result)
        if error.sqlstate in OUTDATED:
            self._names.clear()
        raise Failed(sql, error)

    def _answer(self, result: PGresult) -> Answer:
        if result.status != ExecStatus.TUPLES_OK:
            return (), result.command_tuples or 0
        self._convert.set_pgresult(result)
        return self._convert.load_rows(0, result.ntuples, tuple), result.ntuples


@cache
def _may_change(sql: str) -> bool:
    """Whether a statement may change a row; `COUNTED` makes a query of one that does."""
    first, second = sql.split(None, 2)[:2] if " " in sql else (sql, "")
    return first != "SELECT" and (first, second) != ("WITH", "RECURSIVE")
