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
    assert table["call_next"] == {"counter": "own_counter", "manager": "own_counter"}
    assert table["close_day"] == {"manager": "all"}
    assert table["watch_floor"] == {role.value: "centre" for role in Role} | {"manager": "all", "integration": "all"}
    assert {action: set(row) for action, row in table.items()} == {a.value: set(TABLE[a]) for a in Permission}


def test_a_scope_is_wider_than_those_it_holds() -> None:
    assert min(Scope.ALL, Scope.OWN_COUNTER, Scope.CENTRE) is Scope.OWN_COUNTER
    assert max(Scope.CENTRE, Scope.ALL) is Scope.ALL
