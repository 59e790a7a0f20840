"""What the replay of a record ended with beside what stands in the tables."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace

from server.domain.errors import Refused
from server.domain.events.payloads import CounterFacts
from server.domain.proof.replay import in_chain
from server.domain.proof.verdicts import Fault
from server.domain.token.lifecycle import CounterState
from server.domain.token.record import seal_needs
from server.domain.token.token import Token
from server.services.floor.token_rows import facts_of
from server.storage.sql import counters, tokens
from server.storage.transaction import Read


def compare_tokens(read: Read, centre_id: int, replayed: Iterable[Token]) -> Iterator[Fault]:
    """Compare tokens, with their last step, with their rows."""
    for token in replayed:
        try:
            stored = tokens.token_by_id(read, centre_id, token.id)
        except Refused:
            yield Fault("token_lost", token.step.seq, f"{token.label} is in the log only.")
            continue
        fits = in_chain(stored) == in_chain(token) or _upgraded(stored, token)
        if not fits or not _needs_fit(read, centre_id, stored, token):
            text = f"{token.label} is {stored.state} in the table and {token.state} by the log."
            yield Fault("state_differs", token.step.seq, text)


def compare_counters(read: Read, centre_id: int, replayed: Mapping[str, CounterFacts]) -> Iterator[Fault]:
    """Compare counters, as their last event left them, with their rows."""
    for row in counters.counters_of(read, centre_id):
        if _lasting(replayed.get(row.id, facts_of(row))) != _lasting(facts_of(row)):
            yield Fault("state_differs", 0, f"Counter {row.id} is {row.state} in the table only.")


def count_tokens(read: Read, centre_id: int, issued: int, under_way: Container[str]) -> Iterator[Fault]:
    """Tokens are conserved: as many rows as were issued, and every open row is under way in the log."""
    stored = tokens.count_tokens(read, centre_id)
    if stored != issued:
        yield Fault("tokens_differ", 0, f"{issued} issued, {stored} in the table.")
    stray = sum(token.id not in under_way for token in tokens.open_tokens(read, centre_id))
    if stray:
        yield Fault("tokens_differ", 0, f"{stray} tokens are under way in the table only.")


def _needs_fit(read: Read, centre_id: int, stored: Token, replayed: Token) -> bool:
    """Whether what a citizen needs is what was sealed; it may have been purged, and was told openly once."""
    if stored.need is None and not stored.access:
        return True
    if replayed.needs_seal is None:
        return (stored.need, stored.access) == (replayed.need, replayed.access)
    secret = tokens.secret_of(read, centre_id, stored.id)
    return seal_needs(secret, stored.need, stored.access) == replayed.needs_seal


def _lasting(counter: CounterFacts) -> tuple[str, str, CounterState]:
    """Return what the chain holds of a counter: not why it pauses, which may be purged."""
    return counter.id, counter.stage, counter.state


def _upgraded(stored: Token, replayed: Token) -> bool:
    """Whether two records differ only in what an older version of Baari did not keep."""
    return replayed.step.called_by is None and in_chain(stored) == in_chain(_with_call(replayed, stored))


def _with_call(token: Token, of: Token) -> Token:
    step = replace(token.step, first_called=of.step.first_called, called_by=of.step.called_by)
    return replace(token, step=step)
