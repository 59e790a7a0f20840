"""How services change a token or a counter: the rows and the event, always together."""

from server.domain.actors import By
from server.domain.counters import Counter
from server.domain.events.kinds import TokenEvent
from server.domain.events.payloads import CounterEvent, CounterFacts
from server.domain.token.token import Step, Token, of_token
from server.storage.sql import counters, steps, tokens
from server.storage.transaction import Transaction


def change_token(tx: Transaction, before: Token, event: TokenEvent, by: By, *, closed: Step | None = None) -> Token:
    """Write the token of `event` in place of `before`, with the event, and return it.

    `closed` is the step that ended when the token stands in another one.
    """
    write_token(tx, before, event.token, closed=closed)
    tx.record(event, by)
    return event.token


def write_token(tx: Transaction, before: Token, after: Token, *, closed: Step | None = None) -> None:
    """Write the rows of a changed token."""
    conn, centre = tx.conn, tx.centre.id
    # A token that has ended stays in its last step: there is no step after it to open.
    if closed is None or after.ended:
        steps.update_step(conn, centre, after, after.step, before.step.state, known=before)
    else:
        steps.update_step(conn, centre, before, closed, before.step.state, known=before)
        steps.insert_step(conn, centre, after)
    if after.step.seq != before.step.seq or of_token(before) != of_token(after):
        tokens.update_token(conn, after)
    if before.step.beside or after.step.beside:
        stays = after if not after.ended and after.step.seq == before.step.seq else None
        counters.set_helpers(conn, centre, before.id, () if stays is None else stays.step.beside)


def change_counter(tx: Transaction, event: type[CounterEvent], counter: Counter, by: By) -> None:
    """Write a changed counter, with its event."""
    counters.update_counter(tx.conn, counter)
    tx.record(event(facts_of(counter)), by)


def facts_of(counter: Counter) -> CounterFacts:
    """Return what screens see of a counter, which is also what its events hold."""
    return CounterFacts(counter.id, counter.stage, counter.state, counter.reason, counter.back_at)
