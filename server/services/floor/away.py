"""Change a token that is not at a counter: pause, come back, cancel."""

from datetime import timedelta

from server.domain.actors import By
from server.domain.events.kinds import TokenReturned
from server.domain.events.payloads import TokenCancelled, TokenPaused
from server.domain.token import changes
from server.domain.token.token import Token
from server.services.floor.token_rows import change_token
from server.services.floor.under_way import token_under_way
from server.services.setup.plans import plan_now
from server.storage.transaction import Transaction


def cancel(tx: Transaction, token_id: str, by: By, *, cause: str | None = None, note: str | None = None) -> Token:
    """End a token that is not being served; raises UnknownToken, IllegalTransition."""
    before = token_under_way(tx, token_id)
    return change_token(tx, before, TokenCancelled(changes.cancel(before, tx.moment), cause, note), by)


def pause(tx: Transaction, token_id: str, by: By) -> Token:
    """Let somebody leave the line for a while; their place is kept. Raises UnknownToken, IllegalTransition."""
    before = token_under_way(tx, token_id)
    until = tx.now + timedelta(minutes=plan_now(tx).floor.pause_min)
    return change_token(tx, before, TokenPaused(changes.pause(before, until, tx.moment)), by)


def return_to_line(tx: Transaction, token_id: str, by: By) -> Token:
    """Give somebody who was missed or paused their fair place again; harmless for one who waits.

    Raises UnknownToken, IllegalTransition when they are at a counter or have ended.
    """
    before = token_under_way(tx, token_id)
    after = changes.return_to_line(before, tx.moment)
    return before if after == before else change_token(tx, before, TokenReturned(after), by)
