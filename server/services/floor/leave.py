"""Change a token that is not at a counter: pause, come back, cancel."""

from datetime import datetime, timedelta

from server.domain.events.kinds import Kind
from server.domain.token import changes, token
from server.services.floor.token_rows import change_token
from server.services.floor.under_way import require_under_way
from server.services.setup.plans import plan_of
from server.storage.sql import tokens
from server.storage.transaction import Transaction


def cancel(tx: Transaction, token_id: str, now: datetime, actor: str, *, reason: str | None = None) -> token.Token:
    """End a token that is not being served; raises UnknownToken, IllegalTransition."""
    before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    require_under_way(before)
    after = changes.cancel(before, now)
    return change_token(tx, (Kind.TOKEN_CANCELLED, actor, now), before, after, reason=reason)


def pause(tx: Transaction, token_id: str, now: datetime, actor: str) -> token.Token:
    """Let somebody leave the line for a while; their place is kept. Raises UnknownToken, IllegalTransition."""
    before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    require_under_way(before)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    after = changes.pause(before, now + timedelta(minutes=plan.floor.pause_min))
    return change_token(tx, (Kind.TOKEN_PAUSED, actor, now), before, after)


def come_back(tx: Transaction, token_id: str, now: datetime, actor: str, *, desk: str | None = None) -> token.Token:
    """Give somebody who was missed or paused their fair place again; harmless for one who waits.

    Raises UnknownToken, IllegalTransition when they are at a counter or have ended.
    """
    before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    require_under_way(before)
    after = changes.come_back(before)
    if after == before:
        return before
    return change_token(tx, (Kind.TOKEN_RETURNED, actor, now), before, after, desk=desk)
