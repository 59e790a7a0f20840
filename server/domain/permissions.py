"""Who may do what, and how far: permission × role × scope, as data. `docs/permissions.md` shows the table."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from server.domain.errors import Forbidden


class Role(StrEnum):
    """What a key or a person is for."""

    KIOSK = "kiosk"
    COUNTER = "counter"
    DISPLAY = "display"
    MANAGER = "manager"
    INTEGRATION = "integration"


PEOPLE = (Role.COUNTER, Role.MANAGER)
"""The roles of people, who sign in. The others are those of devices and integrations, which have a key."""


class Scope(IntEnum):
    """How far somebody reaches; the wider is the greater.

    One's own counter is the one a key is bound to, or where a person sits. A key that is bound to none stands for
    every counter of its centre.
    """

    OWN_COUNTER = 1
    CENTRE = 2
    ALL = 3

    @property
    def word(self) -> str:
        """The scope as programs write it."""
        return self.name.lower()


class Permission(StrEnum):
    """What somebody may do: each verb of the API has a permission of its name."""

    ISSUE_TOKEN = "issue_token"
    RETURN_BY_SLIP = "return_by_slip"
    REPRINT_BY_SLIP = "reprint_by_slip"
    WITHDRAW_SLIP = "withdraw_slip"
    REPRINT_SLIP = "reprint_slip"
    CANCEL_TOKEN = "cancel_token"
    CORRECT_TOKEN = "correct_token"
    ATTACH_BOOKING = "attach_booking"
    MERGE_TOKENS = "merge_tokens"
    REMARK_TOKEN = "remark_token"
    RETURN_TOKEN = "return_token"
    PAUSE_TOKEN = "pause_token"
    HAND_OVER_TOKEN = "hand_over_token"
    UNDO_TOKEN = "undo_token"
    TAKE_SEAT = "take_seat"
    LEAVE_SEAT = "leave_seat"
    OPEN_COUNTER = "open_counter"
    PAUSE_COUNTER = "pause_counter"
    CLOSE_COUNTER = "close_counter"
    CALL_NEXT = "call_next"
    CALL_TOKEN = "call_token"
    TAKE_OVER = "take_over"
    RECALL_TOKEN = "recall_token"
    START_SERVICE = "start_service"
    HOLD_TOKEN = "hold_token"
    RESUME_TOKEN = "resume_token"
    MISS_TOKEN = "miss_token"
    FINISH_SERVICE = "finish_service"
    TRANSFER_TOKEN = "transfer_token"
    UNDO_LAST = "undo_last"
    TAKE_BOOKINGS = "take_bookings"
    MOVE_BOOKING = "move_booking"
    SET_NOTICE = "set_notice"
    CHOOSE_CLOCK = "choose_clock"
    LEASE_NUMBERS = "lease_numbers"
    VOID_LEASE = "void_lease"
    CLOSE_DAY = "close_day"
    EXTEND_DAY = "extend_day"
    REOPEN_DAY = "reopen_day"
    READ_DAY = "read_day"
    WATCH_FLOOR = "watch_floor"
    WATCH_STAFF = "watch_staff"
    READ_TOKEN = "read_token"
    READ_LINE = "read_line"
    READ_GATE = "read_gate"
    READ_NOTICE = "read_notice"
    READ_CLOCK = "read_clock"
    FIND_BOOKING = "find_booking"
    READ_CLAIMS = "read_claims"
    EXPLAIN_TOKEN = "explain_token"
    READ_STATS = "read_stats"
    READ_OUTLOOK = "read_outlook"
    READ_REPORT = "read_report"


_P = Permission
_K, _C, _D, _M, _I = Role.KIOSK, Role.COUNTER, Role.DISPLAY, Role.MANAGER, Role.INTEGRATION
_OWN, _CENTRE, _ALL = Scope
_EVERYBODY = {_K: _CENTRE, _C: _CENTRE, _D: _CENTRE, _M: _ALL, _I: _ALL}

# How far each role may go at most; who is not named may not. Only whoever sits at a counter serves there, a manager
# too; to steer a counter from elsewhere (open, close, call out of order, take over) a manager needs no seat.
TABLE: Mapping[Permission, Mapping[Role, Scope]] = {
    _P.ISSUE_TOKEN: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _I: _ALL},
    _P.RETURN_BY_SLIP: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _I: _ALL},
    _P.REPRINT_BY_SLIP: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _I: _ALL},
    _P.WITHDRAW_SLIP: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _I: _ALL},
    _P.REPRINT_SLIP: {_C: _CENTRE, _M: _ALL, _I: _ALL},
    _P.CANCEL_TOKEN: {_C: _CENTRE, _M: _ALL, _I: _ALL},
    _P.CORRECT_TOKEN: {_C: _CENTRE, _M: _ALL},
    _P.ATTACH_BOOKING: {_C: _CENTRE, _M: _ALL},
    _P.MERGE_TOKENS: {_C: _CENTRE, _M: _ALL},
    _P.REMARK_TOKEN: {_C: _CENTRE, _M: _ALL},
    _P.RETURN_TOKEN: {_C: _CENTRE, _M: _ALL},
    _P.PAUSE_TOKEN: {_C: _CENTRE, _M: _ALL},
    _P.HAND_OVER_TOKEN: {_C: _CENTRE, _M: _ALL},
    _P.UNDO_TOKEN: {_M: _ALL},
    _P.TAKE_SEAT: {_C: _CENTRE, _M: _CENTRE},
    _P.LEAVE_SEAT: {_C: _CENTRE, _M: _CENTRE},
    _P.OPEN_COUNTER: {_C: _OWN, _M: _ALL},
    _P.PAUSE_COUNTER: {_C: _OWN, _M: _ALL},
    _P.CLOSE_COUNTER: {_C: _OWN, _M: _ALL},
    _P.CALL_NEXT: {_C: _OWN, _M: _OWN},
    _P.CALL_TOKEN: {_M: _ALL},
    _P.TAKE_OVER: {_M: _ALL},
    _P.RECALL_TOKEN: {_C: _OWN, _M: _OWN},
    _P.START_SERVICE: {_C: _OWN, _M: _OWN},
    _P.HOLD_TOKEN: {_C: _OWN, _M: _OWN},
    _P.RESUME_TOKEN: {_C: _OWN, _M: _OWN},
    _P.MISS_TOKEN: {_C: _OWN, _M: _OWN},
    _P.FINISH_SERVICE: {_C: _OWN, _M: _OWN},
    _P.TRANSFER_TOKEN: {_C: _OWN, _M: _OWN},
    _P.UNDO_LAST: {_C: _OWN, _M: _OWN},
    _P.TAKE_BOOKINGS: {_M: _ALL, _I: _ALL},
    _P.MOVE_BOOKING: {_M: _ALL},
    _P.SET_NOTICE: {_M: _ALL},
    _P.CHOOSE_CLOCK: {_M: _ALL},
    _P.LEASE_NUMBERS: {_M: _ALL},
    _P.VOID_LEASE: {_M: _ALL},
    _P.CLOSE_DAY: {_M: _ALL},
    _P.EXTEND_DAY: {_M: _ALL},
    _P.REOPEN_DAY: {_M: _ALL},
    _P.READ_DAY: {_M: _ALL, _I: _ALL},
    _P.WATCH_FLOOR: _EVERYBODY,
    _P.WATCH_STAFF: {_C: _CENTRE, _M: _ALL},
    _P.READ_TOKEN: _EVERYBODY,
    _P.READ_LINE: {_C: _CENTRE, _M: _ALL},
    _P.READ_GATE: _EVERYBODY,
    _P.READ_NOTICE: _EVERYBODY,
    _P.READ_CLOCK: {_M: _ALL},
    _P.FIND_BOOKING: {_C: _CENTRE, _M: _ALL},
    _P.READ_CLAIMS: {_C: _CENTRE, _M: _ALL},
    _P.EXPLAIN_TOKEN: {_C: _CENTRE, _M: _ALL},
    _P.READ_STATS: {_M: _ALL, _I: _ALL},
    _P.READ_OUTLOOK: {_M: _ALL, _I: _ALL},
    _P.READ_REPORT: {_M: _ALL, _I: _ALL},
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role may do something, however far."""
    return role in TABLE[permission]


def reaches_all(role: Role) -> bool:
    """Whether a role may do anything at every centre."""
    return any(row.get(role) is Scope.ALL for row in TABLE.values())


def require(role: Role, permission: Permission) -> Scope:
    """Return how far a role may go by a permission; raises Forbidden, which names the permission, when it may not."""
    scope = TABLE[permission].get(role)
    if scope is None:
        message = f"The role {role.value} may not {permission.value.replace('_', ' ')}."
        raise Forbidden(message, permission=permission.value, role=role.value)
    return scope


def permissions_of(role: Role) -> list[str]:
    """Return the permissions of a role, in the order of the table."""
    return [permission.value for permission in Permission if may(role, permission)]


def matrix() -> dict[str, dict[str, str]]:
    """Return the table as `{permission: {role: scope}}`, in words and in its order, for browser and documents."""
    return {
        permission.value: {role.value: TABLE[permission][role].word for role in Role if may(role, permission)}
        for permission in Permission
    }
