"""Tokens sent to a counter that has closed since, or to an officer who has left: they wait for everybody there."""

from server.domain.actors import By
from server.domain.counters import at_work
from server.domain.events.payloads import TokenTransferred
from server.domain.token import changes
from server.domain.token.changes import Target
from server.services.floor.token_rows import change_token
from server.storage.sql import line, tokens
from server.storage.sql.counters import counters_of
from server.storage.transaction import Read, Transaction


def stranded(read: Read, centre_id: int) -> list[str]:
    """Return the ids of waiting tokens that only a closed counter or an absent officer may call."""
    sent = line.sent_by_name(read, centre_id)
    if not sent:
        return []
    counters = counters_of(read, centre_id)
    return [token_id for _, token_id, stage, only in sent if not at_work(counters, stage, only)]


def release(tx: Transaction, by: By) -> int:
    """Let stranded tokens be called by every counter of their stage, with their age; returns how many."""
    alone = stranded(tx.conn, tx.centre.id)
    for token_id in alone:
        before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
        # To its own stage: a new step without a name in it, of the same age.
        closed, after = changes.transfer(before, Target(before.step.stage), tx.next_seq, tx.moment)
        change_token(tx, before, TokenTransferred(after, cause="nobody_there"), by, closed=closed)
    return len(alone)
