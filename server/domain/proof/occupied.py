"""Who is at which counter in a replay: nobody shares one, but a party has several."""

from server.domain.token.lifecycle import AT_COUNTER
from server.domain.token.token import Token


class Occupied:
    """Follows the counters from event to event."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}

    def change(self, before: Token, after: Token) -> list[str]:
        """Take over what an event made of a token; returns the counters at which it found somebody else."""
        self._leave(before)
        return self._enter(after)

    def at(self, counter: str) -> str | None:
        """Return the token at a counter, None when nobody is there."""
        return self._tokens.get(counter)

    @property
    def helping(self) -> dict[str, str]:
        """The token at each counter where somebody is."""
        return dict(self._tokens)

    def _leave(self, token: Token) -> None:
        for counter in (token.step.counter, *token.step.beside):
            if counter is not None and self._tokens.get(counter) == token.id:
                del self._tokens[counter]

    def _enter(self, token: Token) -> list[str]:
        if token.ended or token.step.state not in AT_COUNTER:
            return []
        counters = (str(token.step.counter), *token.step.beside)
        doubled = [counter for counter in counters if self._tokens.get(counter, token.id) != token.id]
        self._tokens |= dict.fromkeys(counters, token.id)
        return doubled
