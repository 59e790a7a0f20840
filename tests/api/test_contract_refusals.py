"""Every operation lists the refusals that its code can come to, and no others."""

from collections.abc import Mapping

import pytest

from server.api.operations import REFUSALS
from server.api.refusals import Refusals, refusals_of
from server.app import build_app
from server.config import Settings
from tests.api.contract import operations
from tests.api.reach import reachable

# What stands in the code of an operation and cannot come there.
NOWHERE = {
    "UnknownCentre",  # the centre of a key or a token is there
}
CURRENT = {"UnknownToken"}  # the token at a counter is there
DAY_OPENS = {"DayNotOpen", "NotOpenNow"}
OPENING = DAY_OPENS | {"DayClosed"}  # only a counter that opens opens a day
OWN: Mapping[str, Refusals] = {
    view._spec["operation_id"]: view._spec["extensions"][REFUSALS]
    for view in build_app(Settings()).view_functions.values()
    if hasattr(view, "_spec") and "operation_id" in view._spec
}
CANNOT: Mapping[str, set[str]] = {
    "pause_token": {"UnknownCounter"},
    "hand_over_token": {"TooDeep", "UnknownCounter"},  # it goes nowhere else, and names no counter
    "undo_token": {"UnknownCounter", "IllegalTransition", "UnknownAppointment"} | DAY_OPENS,  # they are there
    # What stands against the call of the next is told as `not_called`; the token at the counter is there.
    "finish_service": CURRENT | {"CounterBusy", "CounterNotOpen", "QueueEmpty", "CentreFrozen", "Conflict"},
    "open_counter": CURRENT | {"IllegalTransition", "CounterBusy"},  # from every state, with whoever is there
    "pause_counter": CURRENT | OPENING,
    "close_counter": CURRENT | OPENING | {"IllegalTransition"},  # from every state
    "call_next": CURRENT | {"IllegalTransition"},  # who is next waits
    "call_token": {"IllegalTransition"},  # it was looked at before
    # Nobody says what they saw, nor to come back.
    "take_over": CURRENT | OPENING | {"IllegalTransition", "Stale", "TooDeep"},
    "issue_token": {"IllegalTransition"},  # whoever was missed can be ended
    "resume_token": CURRENT | {"IllegalTransition"},  # who is parked can be served
    "take_bookings": {"UnknownToken"},  # a booking became a token that is there
    "find_booking": {"UnknownToken"},
    "merge_tokens": {"UnknownAppointment"},  # that of a token is there
    "move_booking": {"UnknownToken"},
    "read_claims": {"UnknownToken"},
    "undo_last": CURRENT | DAY_OPENS | {"IllegalTransition", "UnknownAppointment"},  # the day of an act is open
    # Every counter and token stands at a stage of its plan; a cancel is looked at, and none is made.
    "read_line": {"UnknownStage", "IllegalTransition"},
    "read_status": {"UnknownStage", "IllegalTransition"},
    "choose_clock": {"UnknownCause"},  # the floor is paused by a start, and not by this
    "close_day": {"IllegalTransition"},  # whoever is there is ended
    "reopen_day": {"UnknownCounter", "IllegalTransition"},  # that of a token is there; calls are only looked at
    "add_person": {"UnknownPerson"},  # they were just added
    "disable_person": {"CounterBusy", "UnknownCounter"},  # who holds somebody keeps their seat, and it is there
    "end_membership": {"CounterBusy", "UnknownCounter"},  # the same
    "refuse_approval": {"OwnApproval"},  # it is taken back by who asked
    "void_lease": {"SeriesFull"},  # a variable has the name of the function that leases
}


def listed(name: str) -> set[str]:
    operation = next(one for one in operations().values() if one.id == name)
    command, takes_input = operation.method == "POST", operation.fields is not None or bool(operation.query)
    every = refusals_of(OWN[name], keyless=operation.keyless, command=command, takes_input=takes_input)
    return {refusal.__name__ for refusal in every}


def excused(name: str) -> set[str]:
    """Return what stands in the code of an operation and cannot come there."""
    return CANNOT.get(name, set())


def test_every_operation_of_the_contract_has_its_list() -> None:
    assert sorted(OWN) == sorted(operation.id for operation in operations().values())


@pytest.mark.parametrize("name", OWN)
def test_an_operation_lists_every_refusal_that_its_code_can_come_to(name: str) -> None:
    assert reachable(name) - NOWHERE - excused(name) <= listed(name)


@pytest.mark.parametrize("name", OWN)
def test_an_operation_lists_no_refusal_that_its_code_cannot_come_to(name: str) -> None:
    own = {refusal.__name__ for refusal in OWN[name]}
    assert own <= reachable(name)
    assert not own & excused(name)
    assert excused(name) <= reachable(name), "this excuse is no longer needed"
