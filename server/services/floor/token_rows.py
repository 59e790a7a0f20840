"""How services change a token or a counter: the rows and the event, always together."""

from datetime import datetime
from typing import Any

from server.domain.counters import Counter
from server.domain.events.kinds import Kind
from server.domain.events.views import token_view
from server.domain.token.record import to_record
from server.domain.token.token import Step, Token, of_token
from server.storage.sql import counters, steps, tokens
from server.storage.transaction import Transaction


def record_token(tx: Transaction, kind: Kind, actor: str, now: datetime, token: Token, **more: Any) -> None:
    """Record an event that changed `token`; `more` holds what the token itself does not tell."""
    tx.record(kind, actor, now, {"token": to_record(token), **more})


def change_token(
    tx: Transaction,
    change: tuple[Kind, str, datetime],
    before: Token,
    after: Token,
    *,
    closed: Step | None = None,
    **more: Any,
) -> Token:
    """Write `after` in place of `before`, with its event, and return it; `change` is the kind, the actor, the time.

    `closed` is the step that ended when `after` stands in another one. `more` goes into the event beside the token;
    in it, `desk` names the counter that acted.
    """
    kind, actor, now = change
    write_token(tx, before, after, closed=closed)
    told = {name: value for name, value in more.items() if value is not None}
    record_token(tx, kind, actor, now, after, **told)
    return after


def write_token(tx: Transaction, before: Token, after: Token, *, closed: Step | None = None) -> None:
    """Write the rows of a changed token."""
    conn, centre = tx.conn, tx.centre.id
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


def staff_view(token: Token) -> dict[str, Any]:
    """Return a token as staff see it."""
    return token_view(to_record(token), staff=True)


def counter_view(counter: Counter) -> dict[str, Any]:
    """Return what screens see of a counter, which is also what its events hold."""
    return {
        "id": counter.id,
        "stage": counter.stage,
        "state": counter.state.value,
        "reason": counter.reason,
    }


def record_counter(tx: Transaction, kind: Kind, actor: str, now: datetime, counter: Counter) -> None:
    """Record an event that changed `counter`."""
    tx.record(kind, actor, now, {"counter": counter_view(counter)})
