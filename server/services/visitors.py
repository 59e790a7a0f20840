"""What citizens may do to their own token with the secret of its slip: come back, go out for a while, leave."""

from datetime import datetime

from sqlalchemy import Connection

from server.domain.errors import UnknownToken
from server.domain.tokens import Token
from server.services import tokens
from server.storage import queries
from server.storage.transaction import Transaction


def centre_of(conn: Connection, secret: str) -> tuple[int, str]:
    """Return (centre id, token id) of a secret; raises UnknownToken."""
    centre_id, token = queries.token_by_secret(conn, secret)
    return centre_id, token.id


def here(tx: Transaction, secret: str, now: datetime, actor: str) -> Token:
    """Give the citizen their fair place again; raises UnknownToken, IllegalTransition."""
    return tokens.come_back(tx, _id(tx, secret), now, actor)


def away(tx: Transaction, secret: str, now: datetime, actor: str) -> Token:
    """Let the citizen go out for a while; raises UnknownToken, IllegalTransition."""
    return tokens.pause(tx, _id(tx, secret), now, actor)


def leave(tx: Transaction, secret: str, now: datetime, actor: str) -> Token:
    """Let the citizen give the token back; raises UnknownToken, IllegalTransition."""
    return tokens.cancel(tx, _id(tx, secret), now, actor, reason="left")


def _id(tx: Transaction, secret: str) -> str:
    centre_id, token_id = centre_of(tx.conn, secret)
    if centre_id != tx.centre.id:
        raise UnknownToken("There is no such token here.")
    return token_id
