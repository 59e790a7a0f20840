"""Several commands in one transaction, each at its own time: each is done or refused by itself."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from server.storage.transaction import Transaction, savepoint

T = TypeVar("T")


def attempt(tx: Transaction, now: datetime, command: Callable[[Transaction], T]) -> T:
    """Run a command at `now` inside a transaction that holds others; raises its refusal, which changes nothing."""
    part = Transaction(tx.conn, lambda: tx.state, tx.time)
    part.now = now
    with savepoint(tx.conn):
        answer = command(part)
    tx.state = part.state
    tx.recorded += part.recorded
    return answer
