"""Faults of what is taken back: by an undo, and by the close and the reopening of a day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import text

from server.domain.actors import By
from server.domain.errors import LaterAct, NothingToUndo
from server.domain.events.event import Event
from server.domain.events.kinds import Kind, TokenEvent
from server.domain.token.token import Token
from server.services.floor import acts, day, issue, opening, reopening, undo
from server.storage.sql import events, tokens
from server.storage.transaction import Transaction
from tests.histories.faults.tools import put, write_unguarded


def undo_onto_another() -> None:
    """Give somebody back to a counter that has somebody else."""
    restore = undo._restore

    def beside(tx: Transaction, after: Token, before: Token) -> None:
        tx.conn.execute(text("DROP INDEX IF EXISTS ix_step_one_at_counter"))  # the database would not have it
        restore(tx, after, before)

    put(undo, "_restore", beside)
    put(undo, "_require_place", lambda *_: None)


def undo_twice() -> None:
    """Say once more that an act was taken back, to whoever asks again."""
    undo_at = undo.undo_at

    def once_more(tx: Transaction, by: By, *, act: int | None = None) -> undo.Undone:
        try:
            return undo_at(tx, by, act=act)
        except NothingToUndo:
            done = [] if act is None else events.events_of_act(tx.conn, tx.centre.id, act)
            if not done:
                raise
            return undo.Undone(undo._record_before(tx, done[-1]))

    put(undo, "undo_at", once_more)


def undo_what_others_built_on() -> None:
    """Take an act back although something was done at the same stage since to whom it concerns."""
    require_last = undo._require_last

    def require_stage(tx: Transaction, act: Sequence[Event]) -> None:
        try:
            require_last(tx, act)
        except LaterAct:
            left = acts.token_of(act[-1])
            now = tokens.token_by_id(tx.conn, tx.centre.id, left.id)
            if now.ended or now.step.seq != left.step.seq:
                raise

    put(undo, "_require_last", require_stage)
    write_unguarded()


def undo_to_the_end() -> None:
    """Let somebody whose call is taken back wait behind all others."""
    before = undo._record_before

    def younger(tx: Transaction, event: Event) -> Token:
        token = before(tx, event)
        return replace(token, step=replace(token.step, since=tx.now)) if event.kind is Kind.TOKEN_CALLED else token

    put(undo, "_record_before", younger)


def close_unseen() -> None:
    """End people who were not in the list that the manager was shown."""
    put(day, "_require_shown", lambda *_: None)


def issue_after_the_close() -> None:
    """Give tokens after the close as if the day were open."""
    enter_day = opening.enter_day

    def enter(tx: Transaction, due: date, by: By) -> None:
        if tx.centre.closed_day != due:
            enter_day(tx, due, by)

    put(issue, "enter_day", enter)


def reopen_some() -> None:
    """Bring every second person back."""
    moved_by = reopening._moved_by
    put(reopening, "_moved_by", lambda tx, closed: moved_by(tx, closed)[::2])


def reopen_behind_the_later() -> None:
    """Let people who come back stand behind whoever comes after them."""
    latest_of = events.latest_of

    def older(*about: Any, **more: Any) -> list[Event]:
        found = latest_of(*about, **more)
        return [_later(each) for each in found] if more.get("before") else found

    def _later(event: Event) -> Event:
        assert isinstance(event.payload, TokenEvent)  # the events of a token
        token = event.payload.token
        step = replace(token.step, since=token.step.since + timedelta(hours=1))
        return replace(event, payload=replace(event.payload, token=replace(token, step=step)))

    put(reopening, "events", SimpleNamespace(**{**vars(events), "latest_of": older}))


def reopen_at_no_counter() -> None:
    """Let who was called or served come back, and leave their counters closed."""
    put(reopening, "_restore_counters", lambda *_: [])


FAULTS = (
    undo_onto_another,
    undo_twice,
    undo_what_others_built_on,
    undo_to_the_end,
    close_unseen,
    issue_after_the_close,
    reopen_some,
    reopen_behind_the_later,
    reopen_at_no_counter,
)
