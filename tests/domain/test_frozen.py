"""A changed value is what `dataclasses.replace` makes of it."""

import dataclasses
from datetime import timedelta

import pytest

from server.domain.frozen import changed
from server.domain.token.lifecycle import StepState
from tests.factories import MORNING, make_token


def test_a_changed_value_equals_what_dataclasses_make_of_it_and_leaves_the_first_as_it_was() -> None:
    first = make_token()
    changes = {"party": 3, "ended_at": MORNING + timedelta(minutes=1)}
    assert changed(first, **changes) == dataclasses.replace(first, **changes)  # type: ignore[arg-type]  # of many types
    assert first == make_token()
    assert changed(first.step, state=StepState.HELD) == dataclasses.replace(first.step, state=StepState.HELD)
    assert changed(first) == first


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(KeyError):
        changed(make_token(), colour="red")
