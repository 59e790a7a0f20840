"""Several commands in one transaction: each is done or refused by itself."""

from collections.abc import Callable
from typing import TypeVar

from server.storage.transaction import Transaction, savepoint

T = TypeVar("T")


def attempt(tx: Transaction, command: Callable[[Transaction], T]) -> T:
    """Run a command inside a transaction that holds others; raises its refusal, and then it has changed nothing."""
    part = Transaction(tx.conn, tx.state)
    with savepoint(tx.conn):
        answer = command(part)
    tx.state = part.state
    tx.events += part.events
    return answer
