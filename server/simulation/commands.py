"""Several commands in one transaction: each is done or refused by itself."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import text

from server.domain.errors import Refused
from server.storage.statements import Statement
from server.storage.transaction import Transaction

T = TypeVar("T")
BEGIN = Statement(text("SAVEPOINT command"))
UNDO = Statement(text("ROLLBACK TO SAVEPOINT command"))
END = Statement(text("RELEASE SAVEPOINT command"))


def attempt(tx: Transaction, command: Callable[[Transaction], T]) -> T:
    """Run a command inside a transaction that holds others; raises its refusal, and then it has changed nothing."""
    part = Transaction(tx.conn, tx.state)
    BEGIN.run(tx.conn)
    try:
        answer = command(part)
    except Refused:
        UNDO.run(tx.conn)
        END.run(tx.conn)
        raise
    END.run(tx.conn)
    tx.state = part.state
    tx.events += part.events
    return answer
