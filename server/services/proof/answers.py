"""Answers that are kept for retries, beside the events that hold their hashes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from server.domain.events.event import StoredEvent
from server.domain.proof.verdicts import Fault
from server.services.command import Answer, answer_digest
from server.storage.sql.answers import answers_of
from server.storage.sql.events import stored_between
from server.storage.sql.person_data import is_forgotten
from server.storage.transaction import Read

TOGETHER = timedelta(minutes=10)
"""Within this answers may be forgotten in another order than their commands were done."""


def compare_answers(read: Read, centre_id: int, until: int) -> Iterator[Fault]:
    """Compare each kept answer with its event, and each of the latest events that holds an answer with that.

    The oldest answers are forgotten first: an event behind one that is kept must have its own.
    """
    due, kept = {}, list[tuple[datetime, int]]()
    for principal, key, row in answers_of(read, centre_id):
        seq = row.event_seq or 0
        due[seq] = answer_digest(principal, key, row.body_hash, Answer(row.status, row.answer))
        kept.append((row.created_at, seq))
    if not kept:
        return
    oldest = min(kept)[0] + TOGETHER
    must = min((seq for at, seq in kept if at > oldest), default=until + 1)
    for event in stored_between(read, centre_id, min(due) - 1, until):
        digest = due.pop(event.seq, None)
        held = event.data.get("answer")
        if digest is not None and digest != held:
            yield Fault("answer_differs", event.seq, f"The kept answer to event {event.seq} is not the one given.")
        if digest is None and held is not None and event.seq >= must and not _erased(read, event):
            yield Fault(
                "answer_lost", event.seq, f"The answer to event {event.seq} is not kept, though older ones are."
            )
    for seq in sorted(due):
        yield Fault("answer_differs", seq, f"An answer names event {seq}, which there is not.")


def _erased(read: Read, event: StoredEvent) -> bool:
    """Whether an event is of a token whose data was erased, and the answer with it."""
    token = event.data.get("token")
    return isinstance(token, dict) and is_forgotten(read, str(token["id"]))
