"""What the public and the staff see, to the key; and the chain that binds events."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.domain import token_records
from server.domain.events import Event, Kind, event_view, fingerprint, token_view
from server.domain.lifecycle import TokenEnd
from tests.factories import DAY, MORNING, make_step, make_token

PUBLIC = {
    "id",
    "label",
    "party",
    "state",
    "stage",
    "counter",
    "beside",
    "call",
    "calls",
    "called_at",
    "ended",
}
ORDER = ("id", "label", "party", "state", "stage", "counter", "beside", "call", "calls", "called_at", "ended")
STAFF = {
    "series",
    "service",
    "route",
    "then",
    "language",
    "need",
    "access",
    "emergency",
    "slot",
    "issued_at",
    "waiting_since",
    "first_call",
    "started_at",
    "until",
    "only",
    "return_until",
    "decision",
    "ended_at",
}


def record(**changes: Any) -> dict[str, Any]:
    return token_records.to_record(make_token(**changes))


def test_the_public_sees_no_need_no_service_and_nothing_personal() -> None:
    assert set(token_view(record(need="senior"), staff=False)) == PUBLIC


def test_staff_see_the_same_and_what_they_need_to_serve() -> None:
    view = token_view(record(), staff=True)
    assert set(view) == PUBLIC | {"staff"}
    assert set(view["staff"]) == STAFF


def test_a_view_tells_each_value_as_it_stands() -> None:
    step = make_step(counter="A7", beside=("A8",), call="e-1", calls=2, called_at=MORNING, first_call=MORNING)
    step = replace(step, started_at=MORNING, until=MORNING, only="A9", since=MORNING - timedelta(minutes=1))
    told = record(
        step=step,
        party=2,
        then=("PCC",),
        need="senior",
        access=("wheelchair",),
        slot=MORNING,
        emergency_at=MORNING,
        return_until=DAY,
        decision="deferred",
    )
    view, at = token_view(told, staff=True), "2026-11-24T04:00:00.000Z"
    public = ("01a0-test", "N001", 2, "waiting", "A", "A7", ["A8"], "e-1", 2, at, False)
    assert view | {"staff": {}} == dict(zip(ORDER, public, strict=True)) | {"staff": {}}
    assert view["staff"] == {
        "series": "N",
        "service": "NORMAL",
        "then": ["PCC"],
        "route": "default",
        "language": "hi",
        "need": "senior",
        "access": ["wheelchair"],
        "emergency": True,
        "slot": at,
        "issued_at": at,
        "waiting_since": "2026-11-24T03:59:00.000Z",
        "first_call": at,
        "started_at": at,
        "until": at,
        "only": "A9",
        "return_until": "2026-11-24",
        "decision": "deferred",
        "ended_at": None,
    }


def test_what_a_token_lacks_is_told_as_nothing() -> None:
    view = token_view(record(), staff=True)
    assert (view["party"], view["beside"], view["calls"], view["call"]) == (1, [], 0, None)
    assert (view["staff"]["then"], view["staff"]["access"], view["staff"]["emergency"]) == ([], [], False)


def test_an_ended_token_is_at_no_stage_and_no_counter() -> None:
    step = make_step(counter="A7", call="e-1", calls=1)
    ended = make_token(step=step, ends=TokenEnd.REFUSED, ended_at=MORNING)
    view = token_view(token_records.to_record(ended), staff=False)
    assert (view["state"], view["stage"], view["counter"], view["call"], view["ended"]) == (
        "refused",
        None,
        None,
        None,
        True,
    )
    usual = token_view(token_records.to_record(replace(ended, ends=TokenEnd.DONE)), staff=False)
    assert usual == view | {"state": "done"}


def test_an_event_goes_out_with_the_keys_of_the_contract() -> None:
    event = Event(7, MORNING, Kind.TOKEN_ISSUED, "key:1", {"token": record()}, "hash")
    view = event_view(event, centre="PSK", epoch="e", staff=False)
    assert list(view) == ["v", "centre", "epoch", "seq", "type", "at", "token", "counter", "frozen"]
    assert (view["v"], view["seq"], view["type"], view["at"]) == (1, 7, "token.issued", "2026-11-24T04:00:00.000Z")


@pytest.mark.parametrize("kind", Kind)
def test_only_a_halt_and_its_end_say_whether_the_centre_stands_still(kind: Kind) -> None:
    view = event_view(Event(7, MORNING, kind, "key:1", {}, "hash"), centre="PSK", epoch="e", staff=False)
    assert view["frozen"] is {Kind.CENTRE_FROZEN: True, Kind.CENTRE_RESUMED: False}.get(kind)
    assert (view["token"], view["counter"]) == (None, None)


@pytest.mark.parametrize(
    "changed",
    [{"seq": 8}, {"kind": Kind.TOKEN_MISSED}, {"actor": "key:2"}, {"data": b'{"a":2}'}, {"prev": "x"}],
)
def test_a_hash_binds_every_part_of_an_event_and_the_one_before(changed: dict[str, Any]) -> None:
    content = {"seq": 7, "at": MORNING, "kind": Kind.TOKEN_ISSUED, "actor": "key:1", "data": b'{"a":1}', "prev": ""}
    assert fingerprint(**content) != fingerprint(**{**content, **changed})  # type: ignore[arg-type]


def test_a_hash_is_that_of_one_json_text() -> None:
    """What was written by an older version is checked by the same bytes."""
    text = '["before",7,"2026-11-24T04:00:00.000Z","token.issued","key:“1”",{"a":1}]'
    hashed = fingerprint(7, MORNING, Kind.TOKEN_ISSUED, "key:“1”", b'{"a":1}', "before")
    assert hashed == hashlib.sha256(text.encode()).hexdigest()
