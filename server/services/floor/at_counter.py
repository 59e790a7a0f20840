"""Who is at a counter."""

from dataclasses import dataclass

from server.domain.counters import Counter
from server.domain.errors import CounterBusy, NoCurrentToken, Stale
from server.domain.events.views import staff_view
from server.domain.token.token import Token
from server.storage.sql import counters, tokens
from server.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Seen:
    """What a screen believed when its key was pressed: the token at the counter and its state."""

    token: str
    state: str | None = None


def counter_named(tx: Transaction, counter_id: str) -> Counter:
    """Return a counter of the centre; raises UnknownCounter."""
    return counters.counter_by_id(tx.conn, tx.centre.id, counter_id)


def current_token(tx: Transaction, counter_id: str, seen: Seen | None = None) -> Token:
    """Return the token at a counter, called by it or by the one it helps.

    Raises UnknownCounter, NoCurrentToken, DayClosed in a night into which they were carried over, and Stale, with the
    token that is there, when `seen` says another.
    """
    token = tokens.token_at(tx.conn, tx.centre.id, counter_id)
    if token is None:
        raise NoCurrentToken(f"Nobody is at counter {counter_id}.", current=None)
    tx.centre.require_day()
    if seen is not None and (seen.token != token.id or seen.state not in (None, token.state)):
        raise Stale(f"Counter {counter_id} has {token.label} now, {token.state}.", current=staff_view(token))
    return token


def require_free(tx: Transaction, counter: Counter) -> None:
    """Raise CounterBusy, with the current call, while somebody is at a counter."""
    if counter.token is not None:
        token = tokens.token_by_id(tx.conn, tx.centre.id, counter.token)
        call = {"id": token.step.call, "token": staff_view(token), "counter": token.step.counter}
        raise CounterBusy(f"Counter {counter.id} still has {token.label}.", call=call, current=staff_view(token))
