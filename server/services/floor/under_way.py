"""Whether a token is still under way."""

from server.domain.errors import IllegalTransition
from server.domain.token.token import Token


def require_under_way(token: Token) -> None:
    """Raise IllegalTransition when a token has ended."""
    if token.ended:
        raise IllegalTransition(f"{token.label} has ended: {token.state}.", state=token.state)
