"""What the public and the staff see, to the key; and the chain that binds events."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.domain.events.event import StoredEvent, fingerprint
from server.domain.events.payloads import NoticeLifted, NoticeSet, TokenIssued
from server.domain.events.views import event_view, public_view, staff_view
from server.domain.notice import Notice, NoticeKind
from tests.factories import MORNING, as_json, make_event, make_step, make_token

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
    "last_called",
    "ended",
}
STAFF = {
    "klass",
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
    "first_called",
    "started_at",
    "until",
    "only",
    "return_until",
    "decision",
    "ended_at",
}


def public(**changes: Any) -> Any:
    return as_json(public_view(make_token(**changes)))


def test_the_public_sees_no_need_no_service_and_nothing_personal() -> None:
    assert set(public(need="senior")) == PUBLIC


def test_staff_see_the_same_and_what_they_need_to_serve() -> None:
    view = as_json(staff_view(make_token()))
    assert set(view) == PUBLIC | {"staff"}
    assert set(view["staff"]) == STAFF


def test_an_ended_token_is_at_no_stage_and_no_counter() -> None:
    view = public(step=make_step(counter="A7", call="e-1", calls=1), ended_at=MORNING)
    assert (view["state"], view["stage"], view["counter"], view["call"], view["ended"]) == (
        "done",
        None,
        None,
        None,
        True,
    )


def test_an_event_goes_out_with_the_keys_of_the_contract() -> None:
    view = as_json(event_view(make_event(TokenIssued(make_token()), seq=7), centre="PSK", epoch="e", staff=False))
    assert list(view) == ["v", "centre", "epoch", "seq", "type", "at", "token", "counter", "frozen", "notice"]
    assert (view["v"], view["seq"], view["type"], view["at"]) == (1, 7, "token.issued", "2026-11-24T04:00:00.000Z")


STORED = StoredEvent(7, MORNING, "token.issued", "key:1", "G1", 6, 2, "v1", 1, {}, None, "")


@pytest.mark.parametrize(
    "changed",
    [
        {"seq": 8},
        {"at": MORNING + timedelta(milliseconds=1)},
        {"kind": "token.missed"},
        {"actor": "key:2"},
        {"desk": None},
        {"act": 7},
        {"plan": 3},
        {"rule": "v2"},
        {"v": 2},
    ],
)
def test_a_hash_binds_every_part_of_an_event(changed: dict[str, Any]) -> None:
    assert fingerprint(replace(STORED, **changed), b"{}", "") != fingerprint(STORED, b"{}", "")


def test_a_hash_binds_the_data_and_the_event_before_and_not_what_is_to_be_forgotten() -> None:
    hashes = {fingerprint(STORED, data, prev) for data in (b"{}", b'{"a":1}') for prev in ("", "x")}
    assert len(hashes) == 4
    assert fingerprint(replace(STORED, private={"note": "her brother waits outside"}), b"{}", "") in hashes


def test_a_hash_is_that_of_one_json_text() -> None:
    """What was written by an older version is checked by the same bytes."""
    text = '["before",7,"2026-11-24T04:00:00.000Z","token.issued","key:“1”",{"a":1}]'
    old = replace(STORED, actor="key:“1”", v=0)
    assert fingerprint(old, b'{"a":1}', "before") == hashlib.sha256(text.encode()).hexdigest()
    text = '["before",7,"2026-11-24T04:00:00.000Z",1,"token.issued","key:1","G1",6,2,"v1",{"a":1}]'
    assert fingerprint(STORED, b'{"a":1}', "before") == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("note", "cause", "kept"),
    [("fire", "fire", None), ("boiler, ask Ravi", "other", "boiler, ask Ravi"), (None, "other", None)],
)
def test_a_stop_of_before_there_were_flags_is_read_as_a_pause(note: str | None, cause: str, kept: str | None) -> None:
    private = {} if note is None else {"note": note}
    stop = replace(STORED, kind="centre.frozen", data={}, private=private).read()
    since = "2026-11-24T04:00:00.000Z"
    pause = Notice(NoticeKind.PAUSE, cause, since)
    assert stop.payload == NoticeSet(NoticeKind.PAUSE, cause, pause, True, kept)
    assert stop.kind == "notice.set"
    resumed = replace(STORED, kind="centre.resumed", data={"frozen_at": since}).read()
    assert resumed.payload == NoticeLifted(NoticeKind.PAUSE, "other", None, False, since=MORNING)
