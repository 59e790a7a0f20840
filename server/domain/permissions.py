"""Who may do what: role × permission."""

from collections.abc import Mapping
from enum import StrEnum

from server.domain.errors import Forbidden


class Role(StrEnum):
    """What a key or a person is for."""

    KIOSK = "kiosk"
    COUNTER = "counter"
    DISPLAY = "display"
    MANAGER = "manager"
    INTEGRATION = "integration"


class Permission(StrEnum):
    """What a role can be allowed."""

    ISSUE = "issue"
    SERVE = "serve"
    CANCEL = "cancel"
    CALL_OUT_OF_ORDER = "call_out_of_order"
    STEER = "steer"
    BOOK = "book"
    CLOSE_DAY = "close_day"
    WATCH = "watch"
    WATCH_STAFF = "watch_staff"
    STATISTICS = "statistics"


P = Permission
ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.KIOSK: frozenset({P.ISSUE, P.WATCH}),
    Role.COUNTER: frozenset({P.ISSUE, P.SERVE, P.CANCEL, P.WATCH, P.WATCH_STAFF}),
    Role.DISPLAY: frozenset({P.WATCH}),
    Role.MANAGER: frozenset(Permission),
    Role.INTEGRATION: frozenset({P.ISSUE, P.CANCEL, P.BOOK, P.WATCH, P.STATISTICS}),
}


def require(role: Role, permission: Permission) -> None:
    """Raise Forbidden unless `role` has `permission`."""
    if permission not in ALLOWED[role]:
        raise Forbidden(f"A {role.value} key may not {permission.value.replace('_', ' ')}.", role=role.value)
