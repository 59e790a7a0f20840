"""What citizens may do to their own token with the secret of its slip: return to the line, pause, cancel it."""

from server.domain.actors import By
from server.domain.token.token import Token
from server.services.floor import away
from server.storage.sql import tokens
from server.storage.transaction import Read, Transaction


def centre_of(read: Read, secret: str) -> tuple[int, str]:
    """Return (centre id, token id) of a secret; raises UnknownToken."""
    centre_id, token = tokens.token_by_secret(read, secret)
    return centre_id, tokens.standing_for(read, centre_id, token).id


def return_to_line(tx: Transaction, secret: str, by: By) -> Token:
    """Give the citizen their fair place again; raises UnknownToken, IllegalTransition."""
    return away.return_to_line(tx, _id(tx, secret), by)


def pause(tx: Transaction, secret: str, by: By) -> Token:
    """Let the citizen go out for a while; raises UnknownToken, IllegalTransition."""
    return away.pause(tx, _id(tx, secret), by)


def cancel(tx: Transaction, secret: str, by: By) -> Token:
    """Let the citizen give the token back; raises UnknownToken, IllegalTransition."""
    return away.cancel(tx, _id(tx, secret), by, cause="left")


def token_of(tx: Transaction, secret: str) -> Token:
    """Return the token of this centre that a secret leads to; raises UnknownToken."""
    return tokens.token_by_id(tx.conn, tx.centre.id, _id(tx, secret))


def _id(tx: Transaction, secret: str) -> str:
    """Return the id of the token of a secret; whoever asks for the token of another centre by it gets UnknownToken."""
    return centre_of(tx.conn, secret)[1]
