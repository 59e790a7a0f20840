"""Roles and permissions by the names that keys, pages and refusals use."""

import pytest

from server.domain.errors import Forbidden
from server.domain.permissions import Permission, Role, require


@pytest.mark.parametrize("name", [*Role, *Permission])
def test_a_role_and_a_permission_are_called_what_they_are(name: Role | Permission) -> None:
    assert name.value == name.name.lower()


def test_who_may_not_hears_which_key_they_came_with_and_what_it_may_not() -> None:
    require(Role.KIOSK, Permission.ISSUE)
    with pytest.raises(Forbidden, match=r"^A kiosk key may not close day\.$") as refused:
        require(Role.KIOSK, Permission.CLOSE_DAY)
    assert refused.value.details == {"role": "kiosk"}
