"""A token as the log keeps it: nothing is lost on the way to JSON and back, and what is usual is not written."""

import json
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.record import from_record, needs_of, to_record, upcast_record, upcast_step
from server.domain.token.token import Step, Token
from server.domain.token.ways_back import WayBack
from tests.factories import MORNING, make_step, make_token


def later(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


FULL_STEP = make_step(
    state=StepState.HELD,
    since=MORNING - later(1),
    ways_back=(WayBack("B"), WayBack("A", "A7")),
    only="A9",
    counter="A8",
    beside=("A1", "A2"),
    call="e-1",
    calls=2,
    first_called=MORNING + later(2),
    last_called=MORNING + later(3),
    called_by="key:1",
    jumped_at=MORNING + later(3),
    started_at=MORNING + later(4),
    until=MORNING + later(5),
    ended_at=MORNING + later(6),
    outcome="ok",
    state_since=MORNING + later(6),
    waiting=120_000,
    coming=1,
    serving=2,
    parked=3,
    away=4,
    stopped=5,
    waited=119_000,
)
FULL = make_token(
    need="senior",
    aged_from=MORNING - later(7),
    step=FULL_STEP,
    then=("TATKAAL", "PCC"),
    party=3,
    access=("wheelchair", "sign"),
    step_free=True,
    needs_seal="sealed",
    slot=MORNING + later(8),
    emergency_at=MORNING + later(9),
    entered_by_hand=True,
    return_until=date(2026, 11, 27),
    decision="deferred",
    ends=TokenEnd.REFUSED,
    ended_at=MORNING + later(10),
    stayed=600_000,
)


def test_a_token_with_everything_comes_back_from_json_as_it_was() -> None:
    assert all(getattr(FULL, f.name) != f.default for f in fields(Token))
    assert all(getattr(FULL_STEP, f.name) != f.default for f in fields(Step))
    token = from_record(*json.loads(json.dumps([to_record(FULL), needs_of(FULL)])))
    assert token == FULL
    assert (type(token.ends), type(token.step.state)) == (TokenEnd, StepState)


def test_what_has_its_default_is_not_written() -> None:
    record: Any = to_record(make_token())
    assert set(record) & {"then", "party", "access", "slot", "entered_by_hand", "ends", "ended_at"} == set()
    assert set(record["step"]) == {"seq", "stage", "state", "entered_at", "since", "state_since"}


def test_an_old_record_without_an_age_counts_from_its_issue_and_its_entry() -> None:
    record: Any = to_record(replace(FULL, step=make_step(entered_at=MORNING + later(1))))
    del record["aged_from"], record["step"]["since"]
    older, needs = upcast_record(record)
    token = from_record(upcast_step(older), needs)
    assert (token.aged_from, token.step.since) == (MORNING, MORNING + later(1))


def test_a_record_of_before_spans_tells_them_by_its_moments() -> None:
    served = make_step(
        state=StepState.SERVING,
        first_called=MORNING + later(2),
        last_called=MORNING + later(13),
        started_at=MORNING + later(14),
    )
    record: Any = to_record(make_token(issued_at=MORNING - later(5), step=served))
    for name in ("state_since", "waiting", "coming", "waited"):
        record["step"].pop(name, None)
    old = {"jumped": True, "back_to": "A", "back_only": "A7"}
    step = from_record(upcast_step({**record, "step": {**record["step"], **old}}), {}).step
    assert step.ways_back == (WayBack("A", "A7"),)
    assert (step.waited, step.waiting, step.coming, step.serving) == (120_000, 120_000, 720_000, 0)
    assert (step.state_since, step.jumped_at) == (MORNING + later(14), MORNING + later(13))
