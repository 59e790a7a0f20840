"""Who may do what, and how far."""

import pytest

from server.domain.errors import Forbidden
from server.domain.permissions import TABLE, Permission, Role, Scope, matrix, may, permissions_of, require


def test_every_action_has_its_row_and_somebody_who_may_and_managers_may_do_all() -> None:
    assert list(TABLE) == list(Permission)
    assert all(TABLE.values())
    assert permissions_of(Role.MANAGER) == [action.value for action in Permission]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Permission)
def test_a_role_goes_as_far_as_its_cell_says_and_without_one_the_refusal_names_what_is_missing(
    role: Role, action: Permission
) -> None:
    if role in TABLE[action]:
        assert require(role, action) is TABLE[action][role]
        assert may(role, action)
        return
    assert not may(role, action)
    with pytest.raises(Forbidden) as refusal:
        require(role, action)
    assert refusal.value.details == {"permission": action.value, "role": role.value}


def test_the_matrix_says_in_words_what_the_table_says() -> None:
    table = matrix()
    callers = ("counter", "manager", "lead", "floor_manager")
    assert table["call_next"] == dict.fromkeys(callers, "own_counter")
    assert table["close_day"] == {"manager": "all", "floor_manager": "all"}
    in_the_hall = (Role.KIOSK, Role.COUNTER, Role.DISPLAY, Role.LEAD)
    assert table["watch_floor"] == {role.value: "centre" if role in in_the_hall else "all" for role in Role}
    assert {action: set(row) for action, row in table.items()} == {a.value: set(TABLE[a]) for a in Permission}


CHANGES_NOTHING = ("read_", "watch_", "find_", "explain_", "show_", "reveal_")


def test_an_auditor_reads_all_and_changes_nothing() -> None:
    reads = {action for action in Permission if action.value.startswith(CHANGES_NOTHING)}
    assert {Permission(action) for action in permissions_of(Role.AUDITOR)} == reads


def test_headquarters_reads_figures_and_nobody_by_name() -> None:
    told = {"watch_floor", "read_notice", "read_stats", "read_outlook", "read_report"}
    assert set(permissions_of(Role.HEADQUARTERS)) == told


def test_who_runs_the_floor_changes_no_people_and_who_administers_none_of_the_floor() -> None:
    floor, office = (set(permissions_of(role)) for role in (Role.FLOOR_MANAGER, Role.ADMINISTRATOR))
    assert floor | office == set(permissions_of(Role.MANAGER))
    assert {action for action in floor & office if not action.startswith(CHANGES_NOTHING)} == {"identify_device"}
    assert {action.partition("_")[2] for action in floor} & {"person", "people", "key", "keys", "role"} == set()


def test_a_lead_may_all_that_a_clerk_may_and_steers_other_counters() -> None:
    clerk, lead = (set(permissions_of(role)) for role in (Role.COUNTER, Role.LEAD))
    assert clerk < lead
    assert {"take_over", "call_token"} <= lead - clerk


def test_a_scope_is_wider_than_those_it_holds() -> None:
    assert min(Scope.ALL, Scope.OWN_COUNTER, Scope.CENTRE) is Scope.OWN_COUNTER
    assert max(Scope.CENTRE, Scope.ALL) is Scope.ALL
