"""A token that is still under way."""

from server.domain.errors import IllegalTransition
from server.domain.token.token import Token
from server.storage.sql import tokens
from server.storage.transaction import Transaction


def token_under_way(tx: Transaction, token_id: str) -> Token:
    """Return a token of the centre; raises UnknownToken, and IllegalTransition when it has ended."""
    token = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    if token.ended:
        raise IllegalTransition(f"{token.label} has ended: {token.state}.", state=token.state)
    return token
