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
    LEAD = "lead"
    FLOOR_MANAGER = "floor_manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    HEADQUARTERS = "headquarters"


PEOPLE = (
    Role.COUNTER,
    Role.LEAD,
    Role.FLOOR_MANAGER,
    Role.ADMINISTRATOR,
    Role.MANAGER,
    Role.AUDITOR,
    Role.HEADQUARTERS,
)
"""The roles of people, who sign in. The others are those of devices and integrations, which have a key."""

EVERYWHERE = frozenset({Role.HEADQUARTERS})
"""The roles of people who belong to the whole installation: given at the machine, wherever they are listed."""


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
    REBUILD_BY_SLIP = "rebuild_by_slip"
    ENTER_PAD_NUMBER = "enter_pad_number"
    REPRINT_SLIP = "reprint_slip"
    CANCEL_TOKEN = "cancel_token"
    CORRECT_TOKEN = "correct_token"
    ATTACH_BOOKING = "attach_booking"
    MERGE_TOKENS = "merge_tokens"
    REMARK_TOKEN = "remark_token"
    MARK_EMERGENCY = "mark_emergency"
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
    READ_PEOPLE = "read_people"
    ADD_PERSON = "add_person"
    DISABLE_PERSON = "disable_person"
    ENABLE_PERSON = "enable_person"
    UNLOCK_PERSON = "unlock_person"
    SET_ROLE = "set_role"
    BEGIN_MEMBERSHIP = "begin_membership"
    END_MEMBERSHIP = "end_membership"
    GIVE_PASSWORD = "give_password"
    END_SECOND_STEP = "end_second_step"
    READ_SESSIONS = "read_sessions"
    END_SESSIONS = "end_sessions"
    READ_KEYS = "read_keys"
    CREATE_KEY = "create_key"
    REVOKE_KEY = "revoke_key"
    ROTATE_KEY = "rotate_key"
    READ_DEVICES = "read_devices"
    IDENTIFY_DEVICE = "identify_device"
    RENAME_DEVICE = "rename_device"
    REVOKE_DEVICE = "revoke_device"
    PAIR_DEVICE = "pair_device"
    READ_APPROVALS = "read_approvals"
    DECIDE_APPROVAL = "decide_approval"
    READ_TRAIL = "read_trail"
    READ_PERSONAL_DATA = "read_personal_data"
    SHOW_PERSONAL_DATA = "show_personal_data"
    REVEAL_PHONE = "reveal_phone"
    CORRECT_PERSONAL_DATA = "correct_personal_data"
    ERASE_PERSONAL_DATA = "erase_personal_data"
    PLACE_LEGAL_HOLD = "place_legal_hold"
    LIFT_LEGAL_HOLD = "lift_legal_hold"


_P = Permission
_K, _C, _D, _M, _I = Role.KIOSK, Role.COUNTER, Role.DISPLAY, Role.MANAGER, Role.INTEGRATION
_L, _F, _A, _U, _H = Role.LEAD, Role.FLOOR_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR, Role.HEADQUARTERS
_OWN, _CENTRE, _ALL = Scope

# How far each role may go at most; who is not named may not. Only whoever sits at a counter serves there, a manager
# too; to steer a counter from elsewhere (open, close, call out of order, take over) a manager or a lead needs no seat.
# A manager of a small centre is its floor manager and its administrator; where two share that, neither is a manager.
TABLE: Mapping[Permission, Mapping[Role, Scope]] = {
    _P.ISSUE_TOKEN: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL},
    _P.RETURN_BY_SLIP: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL},
    _P.REPRINT_BY_SLIP: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL},
    _P.WITHDRAW_SLIP: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL},
    _P.REBUILD_BY_SLIP: {_K: _CENTRE, _C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.ENTER_PAD_NUMBER: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.REPRINT_SLIP: {_C: _CENTRE, _M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL},
    _P.CANCEL_TOKEN: {_C: _CENTRE, _M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL},
    _P.CORRECT_TOKEN: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.ATTACH_BOOKING: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.MERGE_TOKENS: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.REMARK_TOKEN: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.MARK_EMERGENCY: {_C: _OWN, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.RETURN_TOKEN: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.PAUSE_TOKEN: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.HAND_OVER_TOKEN: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.UNDO_TOKEN: {_M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.TAKE_SEAT: {_C: _CENTRE, _M: _CENTRE, _L: _CENTRE, _F: _CENTRE},
    _P.LEAVE_SEAT: {_C: _CENTRE, _M: _CENTRE, _L: _CENTRE, _F: _CENTRE},
    _P.OPEN_COUNTER: {_C: _OWN, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.PAUSE_COUNTER: {_C: _OWN, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.CLOSE_COUNTER: {_C: _OWN, _M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.CALL_NEXT: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.CALL_TOKEN: {_M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.TAKE_OVER: {_M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.RECALL_TOKEN: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.START_SERVICE: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.HOLD_TOKEN: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.RESUME_TOKEN: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.MISS_TOKEN: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.FINISH_SERVICE: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.TRANSFER_TOKEN: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.UNDO_LAST: {_C: _OWN, _M: _OWN, _L: _OWN, _F: _OWN},
    _P.TAKE_BOOKINGS: {_M: _ALL, _I: _ALL, _F: _ALL},
    _P.MOVE_BOOKING: {_M: _ALL, _L: _CENTRE, _F: _ALL},
    _P.SET_NOTICE: {_M: _ALL, _F: _ALL},
    _P.CHOOSE_CLOCK: {_M: _ALL, _F: _ALL},
    _P.LEASE_NUMBERS: {_M: _ALL, _F: _ALL},
    _P.VOID_LEASE: {_M: _ALL, _F: _ALL},
    _P.CLOSE_DAY: {_M: _ALL, _F: _ALL},
    _P.EXTEND_DAY: {_M: _ALL, _F: _ALL},
    _P.REOPEN_DAY: {_M: _ALL, _F: _ALL},
    _P.READ_DAY: {_M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL, _A: _ALL, _U: _ALL},
    _P.WATCH_FLOOR: {
        _K: _CENTRE,
        _C: _CENTRE,
        _D: _CENTRE,
        _M: _ALL,
        _I: _ALL,
        _L: _CENTRE,
        _F: _ALL,
        _A: _ALL,
        _U: _ALL,
        _H: _ALL,
    },
    _P.WATCH_STAFF: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL, _A: _ALL, _U: _ALL},
    _P.READ_TOKEN: {
        _K: _CENTRE,
        _C: _CENTRE,
        _D: _CENTRE,
        _M: _ALL,
        _I: _ALL,
        _L: _CENTRE,
        _F: _ALL,
        _A: _ALL,
        _U: _ALL,
    },
    _P.READ_LINE: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL, _A: _ALL, _U: _ALL},
    _P.READ_GATE: {
        _K: _CENTRE,
        _C: _CENTRE,
        _D: _CENTRE,
        _M: _ALL,
        _I: _ALL,
        _L: _CENTRE,
        _F: _ALL,
        _A: _ALL,
        _U: _ALL,
    },
    _P.READ_NOTICE: {
        _K: _CENTRE,
        _C: _CENTRE,
        _D: _CENTRE,
        _M: _ALL,
        _I: _ALL,
        _L: _CENTRE,
        _F: _ALL,
        _A: _ALL,
        _U: _ALL,
        _H: _ALL,
    },
    _P.READ_CLOCK: {_M: _ALL, _F: _ALL, _A: _ALL, _U: _ALL},
    _P.FIND_BOOKING: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL, _A: _ALL, _U: _ALL},
    _P.READ_CLAIMS: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL, _A: _ALL, _U: _ALL},
    _P.EXPLAIN_TOKEN: {_C: _CENTRE, _M: _ALL, _L: _CENTRE, _F: _ALL, _A: _ALL, _U: _ALL},
    _P.READ_STATS: {_M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL, _A: _ALL, _U: _ALL, _H: _ALL},
    _P.READ_OUTLOOK: {_M: _ALL, _I: _ALL, _L: _CENTRE, _F: _ALL, _A: _ALL, _U: _ALL, _H: _ALL},
    _P.READ_REPORT: {_M: _ALL, _I: _ALL, _F: _ALL, _A: _ALL, _U: _ALL, _H: _ALL},
    _P.READ_PEOPLE: {_M: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.ADD_PERSON: {_M: _CENTRE, _A: _CENTRE},
    _P.DISABLE_PERSON: {_M: _CENTRE, _A: _CENTRE},
    _P.ENABLE_PERSON: {_M: _CENTRE, _A: _CENTRE},
    _P.UNLOCK_PERSON: {_M: _CENTRE, _A: _CENTRE},
    _P.SET_ROLE: {_M: _CENTRE, _A: _CENTRE},
    _P.BEGIN_MEMBERSHIP: {_M: _CENTRE, _A: _CENTRE},
    _P.END_MEMBERSHIP: {_M: _CENTRE, _A: _CENTRE},
    _P.GIVE_PASSWORD: {_M: _CENTRE, _A: _CENTRE},
    _P.END_SECOND_STEP: {_M: _CENTRE, _A: _CENTRE},
    _P.READ_SESSIONS: {_M: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.END_SESSIONS: {_M: _CENTRE, _A: _CENTRE},
    _P.READ_KEYS: {_M: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.CREATE_KEY: {_M: _CENTRE, _A: _CENTRE},
    _P.REVOKE_KEY: {_M: _CENTRE, _A: _CENTRE},
    _P.ROTATE_KEY: {_M: _CENTRE, _A: _CENTRE},
    _P.READ_DEVICES: {_M: _CENTRE, _F: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.IDENTIFY_DEVICE: {_M: _CENTRE, _F: _CENTRE, _A: _CENTRE},
    _P.RENAME_DEVICE: {_M: _CENTRE, _A: _CENTRE},
    _P.REVOKE_DEVICE: {_M: _CENTRE, _A: _CENTRE},
    _P.PAIR_DEVICE: {_M: _CENTRE, _A: _CENTRE},
    _P.READ_APPROVALS: {_M: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.DECIDE_APPROVAL: {_M: _CENTRE, _A: _CENTRE},
    _P.READ_TRAIL: {_M: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.READ_PERSONAL_DATA: {_M: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.SHOW_PERSONAL_DATA: {_M: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.REVEAL_PHONE: {_C: _OWN, _M: _CENTRE, _L: _CENTRE, _F: _CENTRE, _A: _CENTRE, _U: _CENTRE},
    _P.CORRECT_PERSONAL_DATA: {_M: _CENTRE, _A: _CENTRE},
    _P.ERASE_PERSONAL_DATA: {_M: _CENTRE, _A: _CENTRE},
    _P.PLACE_LEGAL_HOLD: {_M: _CENTRE, _A: _CENTRE},
    _P.LIFT_LEGAL_HOLD: {_M: _CENTRE, _A: _CENTRE},
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role may do something, however far."""
    return role in TABLE[permission]


def reaches_all(role: Role) -> bool:
    """Whether a role may do anything at every centre."""
    return any(row.get(role) is Scope.ALL for row in TABLE.values())


def beyond(given: Role, giver: Role) -> Permission | None:
    """Return what a role may do that another may not, or not as far, if anything."""
    reach = {permission: (row[given], row.get(giver)) for permission, row in TABLE.items() if given in row}
    return next((each for each, (wide, own) in reach.items() if own is None or wide > own), None)


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
