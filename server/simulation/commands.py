"""Several commands in one transaction: each is done or refused by itself."""

from collections.abc import Callable
from typing import TypeVar

from server.domain.errors import Refused
from server.storage.transaction import Transaction

T = TypeVar("T")


def attempt(tx: Transaction, command: Callable[[Transaction], T]) -> T:
    """Run a command inside a transaction that holds others; raises its refusal, and then it has changed nothing."""
    part = Transaction(tx.conn, tx.state)
    tx.conn.exec_driver_sql("SAVEPOINT command")
    try:
        answer = command(part)
    except Refused:
        tx.conn.exec_driver_sql("ROLLBACK TO SAVEPOINT command")
        tx.conn.exec_driver_sql("RELEASE SAVEPOINT command")
        raise
    tx.conn.exec_driver_sql("RELEASE SAVEPOINT command")
    tx.state = part.state
    tx.events += part.events
    return answer
