"""What the replay of a record ended with beside what stands in the tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from server.domain.events.installation import slip_commitment
from server.domain.json import JsonObject
from server.domain.person_data import forgotten_secret
from server.domain.proof.change import purged
from server.domain.proof.findings import differences, in_chain, step_differences
from server.domain.proof.hall import Desk
from server.domain.proof.past import Past
from server.domain.proof.verdicts import Fault
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.record import seal_needs
from server.domain.token.token import Step, Token, of_token
from server.storage.sql import counters, devices, proof, tokens
from server.storage.sql.proof import Stand
from server.storage.transaction import Read

AT_ONCE = 50
"""How many tokens are compared together."""


def compare_tokens(read: Read, centre_id: int, replayed: Sequence[Past]) -> Iterator[Fault]:
    """Compare tokens, with all their steps, with their rows."""
    for begin in range(0, len(replayed), AT_ONCE):
        some = replayed[begin : begin + AT_ONCE]
        ids, used = [past.token.id for past in some], {each for past in some for each in past.bookings}
        stands, bookings = proof.stands_of(read, centre_id, ids), proof.bookings_beside(read, centre_id, ids, used)
        for past in some:
            stand = stands.get(past.token.id)
            if stand is None:
                yield Fault("token_lost", past.token.step.seq, f"{past.token.label} is in the log only.")
            else:
                yield from _compare(past, stand)
            yield from _compare_bookings(past, bookings)


def _compare_bookings(past: Past, stored: Mapping[int, tuple[str | None, datetime | None]]) -> Iterator[Fault]:
    """Compare which bookings a token uses.

    One that was booked anew for another time is free, and so is that of a token that was cancelled. Of tokens before
    version 1 the log does not tell with which booking they came.
    """
    token = past.token
    if not (token.ended and token.ends is TokenEnd.CANCELLED):
        for number in sorted(past.bookings):
            user, slot = stored.get(number, (None, token.slot))
            if user != token.id and slot == token.slot:
                yield Fault("booking_differs", token.step.seq, f"The booking that {token.label} has used is free.")
    came_on_record = past.whole and past.secret is not None
    if came_on_record and any(user == token.id and number not in past.bookings for number, (user, _) in stored.items()):
        yield Fault("booking_differs", token.step.seq, f"{token.label} uses a booking in the table only.")


def _compare(past: Past, stand: Stand) -> Iterator[Fault]:
    token, stored = past.token, stand.token
    if in_chain(stored) != in_chain(token) and not _upgraded(stored, token):
        told = [text for _, text in differences(in_chain(token), in_chain(stored))]
        finished = token.ended and of_token(in_chain(stored)) == of_token(in_chain(token))
        yield Fault("step_differs" if finished else "state_differs", token.step.seq, f"In the table {told[0]}")
    gone = token.ended and stand.secret == forgotten_secret(token.id)
    if not gone and past.secret not in (None, slip_commitment(stand.secret)):
        yield Fault("secret_differs", token.step.seq, f"The secret of the slip of {token.label} is another.")
    if not _needs_fit(stand, token):
        yield Fault("needs_differ", token.step.seq, f"The needs of {token.label} are not those that were sealed.")
    if not token.ended and stand.lane != token.lane.key:
        yield Fault("state_differs", token.step.seq, f"{token.label} stands in the lane “{stand.lane}” of the line.")
    if past.whole and stand.merged_into != past.merged_into:
        text = f"The label {token.label} leads to another token in the table than by the log."
        yield Fault("state_differs", token.step.seq, text)
    for seq in sorted((past.closed.keys() | stand.steps.keys()) - {token.step.seq}):
        yield from _compare_step(token.label, seq, past.closed.get(seq), stand.steps.get(seq))


def _compare_step(label: str, seq: int, replayed: Step | None, stored: Step | None) -> Iterator[Fault]:
    if replayed is None or stored is None:
        where = "log" if stored is None else "table"
        yield Fault("step_differs", seq, f"Step {seq} of {label} is in the {where} only.")
    elif replayed != stored and _with_call(replayed, stored) != stored:
        told = [text for _, text in step_differences(label, replayed, stored)]
        yield Fault("step_differs", seq, f"In the table, step {seq} of {told[0]}")


def compare_counters(read: Read, centre_id: int, desks: Mapping[str, Desk]) -> Iterator[Fault]:
    """Compare counters, as the log leaves them, with their rows: not why they pause, which may be purged."""
    for row in counters.counters_of(read, centre_id):
        desk = desks[row.id]
        if (desk.state, desk.stage) != (row.state, row.stage):
            yield Fault("state_differs", 0, f"Counter {row.id} is {row.state} in the table, {desk.state} by the log.")
        if desk.since is not None and desk.since != row.since:
            yield Fault("state_differs", 0, f"Counter {row.id} is {row.state} since {row.since} in the table only.")
        if desk.since is not None and desk.back_at != row.back_at:
            yield Fault("state_differs", 0, f"Counter {row.id} is back at {row.back_at} in the table only.")
        if desk.seated and desk.officer != row.operator:
            yield Fault("seat_differs", 0, f"{row.operator} sits at {row.id} in the table, {desk.officer} by the log.")


def compare_printers(read: Read, centre_id: int, printers: Mapping[str, JsonObject]) -> Iterator[Fault]:
    """Compare the printers that were set on record with their rows."""
    for device in devices.devices_of(read, centre_id, "printer"):
        if printers.get(device.id, device.settings) != device.settings:
            yield Fault("printer_differs", 0, f"Printer {device.id} is set otherwise in the table than by the log.")


def compare_helpers(read: Read, centre_id: int, under_way: Mapping[str, Past]) -> Iterator[Fault]:
    """Compare which counters help with a party with their rows."""
    helping = {counter: past.token.id for past in under_way.values() for counter in past.token.step.beside}
    stored = proof.helpers_of(read, centre_id)
    for counter in sorted(helping.keys() | stored.keys()):
        if helping.get(counter) != stored.get(counter):
            yield Fault("state_differs", 0, f"Counter {counter} helps somebody else in the table than by the log.")


def count_tokens(read: Read, centre_id: int, issued: int, under_way: Mapping[str, Past]) -> Iterator[Fault]:
    """Tokens are conserved: as many rows as were issued, and every open row is under way in the log."""
    stored = tokens.count_tokens(read, centre_id)
    if stored != issued:
        yield Fault("tokens_differ", 0, f"{issued} issued, {stored} in the table.")
    stray = sum(token.id not in under_way for token in tokens.open_tokens(read, centre_id))
    if stray:
        yield Fault("tokens_differ", 0, f"{stray} tokens are under way in the table only.")


def _needs_fit(stand: Stand, replayed: Token) -> bool:
    """Whether what a citizen needs is what was sealed; it may have been purged, and was told openly once."""
    stored = stand.token
    if replayed.needs_seal is None:
        return (stored.need, stored.access) == (replayed.need, replayed.access)
    told = [token for token in (stored, replayed) if not purged(token)]
    return all(seal_needs(stand.secret, token.need, token.access) == replayed.needs_seal for token in told)


def _upgraded(stored: Token, replayed: Token) -> bool:
    """Whether two records differ only in what an older version of Baari did not keep."""
    with_call = replace(replayed, step=_with_call(replayed.step, stored.step))
    return replayed.step.called_by is None and in_chain(stored) == in_chain(with_call)


def _with_call(step: Step, of: Step) -> Step:
    """Return a step with the first call of another, which records of before ages were kept do not tell."""
    return step if step.called_by else replace(step, first_called=of.first_called, called_by=of.called_by)
