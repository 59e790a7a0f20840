"""Whether an event left a token as the rules say; an old event is not asked for what was not written then."""

from dataclasses import replace

from server.domain.events import Event, Kind
from server.domain.replay import same
from server.domain.token_records import to_record
from server.domain.tokens import Token, call
from tests.factories import MORNING, make_token

CALLED = call(make_token(), "A7", "e-1", MORNING)
OTHERWISE = replace(CALLED, step=replace(CALLED.step, first_call=None, called_by=None, jumped=True))


def event(token: Token, *, old: bool) -> Event:
    record = to_record(token)
    if old:
        del record["aged_from"]
    return Event(1, MORNING, Kind.TOKEN_CALLED, "key:1", {"token": record}, "hash")


def test_a_token_is_the_same_when_nothing_differs() -> None:
    assert same(CALLED, CALLED, event(CALLED, old=False))
    assert not same(CALLED, OTHERWISE, event(CALLED, old=False))


def test_of_an_old_event_the_first_call_is_not_asked_but_all_else_is() -> None:
    assert same(CALLED, OTHERWISE, event(CALLED, old=True))
    assert not same(CALLED, replace(OTHERWISE, label="N002"), event(CALLED, old=True))
