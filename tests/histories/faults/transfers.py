"""Faults of who is sent elsewhere, and of the officers for whom people wait by name."""

from dataclasses import replace
from typing import Any

from sqlalchemy import text

from server.domain.actors import By
from server.domain.calling.lane import Lane
from server.domain.calling.profile import Profile
from server.domain.events.payloads import TokenTransferred
from server.domain.freezes import Moment
from server.domain.token import changes, ways_back
from server.domain.token.token import Token
from server.services.floor import release
from server.services.floor.token_rows import change_token
from server.services.people import seats
from server.services.people.seats import STAFF
from server.storage.transaction import Transaction
from tests.histories.faults.tools import put


def transfer_for_good() -> None:
    """Forget the way back of an errand."""
    transfer = changes.transfer

    def there(token: Token, target: changes.Target, *rest: Any) -> Any:
        return transfer(token, replace(target, returns=False), *rest)

    put(changes, "transfer", there)


def transfer_as_new() -> None:
    """Let who is sent to another stage lose their age."""
    transfer = changes.transfer

    def younger(token: Token, target: changes.Target, seq: int, at: Moment) -> Any:
        closed, after = transfer(token, target, seq, at)
        return closed, replace(after, step=replace(after.step, since=at.now))

    put(changes, "transfer", younger)


def transfer_to_anybody() -> None:
    """Let every counter of the stage call who was sent to one."""
    transfer = changes.transfer

    def wherever(token: Token, target: changes.Target, *rest: Any) -> Any:
        return transfer(token, replace(target, only=None), *rest)

    put(changes, "transfer", wherever)


def errands_without_end() -> None:
    """Send somebody on a sixth errand."""
    put(ways_back, "DEEPEST", 50)


def call_for_any_officer() -> None:
    """Let every counter of the stage call who waits for an officer."""
    takes = Profile.takes

    def takes_anybody(profile: Profile, lane: Lane) -> bool:
        return takes(profile, lane._replace(only="") if lane.only.startswith(STAFF) else lane)

    put(Profile, "takes", takes_anybody)


def hand_over_of_the_present() -> None:
    """Hand over who waits for an officer who is there."""
    put(release, "at_work", lambda *_: False)


def hand_over_as_new() -> None:
    """Let who is handed over wait behind all others."""

    def set_free(tx: Transaction, before: Token, by: By) -> Token:
        closed, after = changes.transfer(before, changes.Target(before.step.stage), tx.next_seq, tx.moment)
        younger = replace(after, step=replace(after.step, since=tx.now))
        return change_token(tx, before, TokenTransferred(younger, cause="nobody_there"), by, closed=closed)

    put(release, "_set_free", set_free)


def hand_over_to_nobody() -> None:
    """Say that somebody is handed over, and let them wait for the absent officer as before."""
    set_free = release._set_free

    def keep(tx: Transaction, before: Token, by: By) -> Token:
        after = set_free(tx, before, by)
        lane = {"lane": before.lane.key, "seq": after.step.seq}
        tx.conn.execute(text("UPDATE step SET lane = :lane WHERE seq = :seq"), lane)
        return after

    put(release, "_set_free", keep)


def sit_where_another_sits() -> None:
    """Give a seat that is taken to whoever wants it."""
    put(seats, "_signed_in", lambda *_: None)


FAULTS = (
    transfer_for_good,
    transfer_as_new,
    transfer_to_anybody,
    errands_without_end,
    call_for_any_officer,
    hand_over_of_the_present,
    hand_over_as_new,
    hand_over_to_nobody,
    sit_where_another_sits,
)
