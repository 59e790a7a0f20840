"""Acts: what one command did, named by its first event. Which of them stand, and which a counter is shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.domain.centre import CentreState
from server.domain.events.event import Event
from server.domain.events.kinds import Kind, TokenEvent
from server.domain.events.payloads import TokenCancelled, TokenIssued, TokenUndone
from server.domain.instants import to_iso
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.token import Token
from server.domain.token.undo import LOOKED_AT
from server.storage.sql import events
from server.storage.transaction import Read

ACTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class ActView:
    """An act of a counter that stands: its number, what it did there last and to which label, and when."""

    act: int
    kind: Kind
    label: str
    at: str


def acts_at(read: Read, centre: CentreState, counter_id: str) -> list[ActView]:
    """Return the last acts of a counter that stand, newest first."""
    acts: dict[int, ActView] = {}
    for event in undoable(events.latest_at(read, centre.id, counter_id, LOOKED_AT)):
        view = ActView(event.act, event.kind, token_of(event).label, to_iso(event.at))
        acts.setdefault(event.act, view)
    return list(acts.values())[:ACTS_SHOWN]


def undoable(latest: Iterable[Event]) -> Iterator[Event]:
    """Return those of the latest events that a person can take back, newest first."""
    return (event for event in standing(latest) if is_undoable(event))


def standing(latest: Iterable[Event]) -> Iterator[Event]:
    """Return the events of tokens that stand of the latest ones, newest first: neither taken back nor an undo."""
    undone: set[int] = set()
    for event in latest:
        undoes = _undoes(event)
        if undoes is not None:
            undone.add(undoes)
        elif event.seq not in undone and isinstance(event.payload, TokenEvent):
            yield event


def is_undoable(event: Event) -> bool:
    """Whether a person can take an event back; of tokens that were given, those that a desk gave."""
    if isinstance(event.payload, TokenIssued):
        return event.by.desk is not None
    return isinstance(event.payload, TokenEvent) and event.payload.undoable


def token_of(event: Event) -> Token:
    """Return the token as an event left it."""
    assert isinstance(event.payload, TokenEvent)  # noqa: S101 - asked of events of tokens only
    return event.payload.token


def is_withdrawn(read: Read, centre_id: int, token: Token) -> bool:
    """Whether the giving of a token was taken back: its number is void, and its slip too."""
    if not token.ended or token.ends is not TokenEnd.CANCELLED:
        return False
    [last] = events.latest_of(read, centre_id, token.id, 1)
    return isinstance(last.payload, TokenCancelled) and last.payload.undoes is not None


def _undoes(event: Event) -> int | None:
    """Return the number of the event that this one took back, None when it is no undo."""
    return event.payload.undoes if isinstance(event.payload, TokenUndone | TokenCancelled) else None
