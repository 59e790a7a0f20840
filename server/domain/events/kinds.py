"""The kinds of events."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """Every kind of event; kinds only grow."""

    TOKEN_ISSUED = "token.issued"
    TOKEN_CALLED = "token.called"
    TOKEN_RECALLED = "token.recalled"
    TOKEN_STARTED = "token.started"
    TOKEN_FINISHED = "token.finished"
    TOKEN_MISSED = "token.missed"
    TOKEN_HELD = "token.held"
    TOKEN_RESUMED = "token.resumed"
    TOKEN_PAUSED = "token.paused"
    TOKEN_RETURNED = "token.returned"
    TOKEN_TRANSFERRED = "token.transferred"
    TOKEN_CORRECTED = "token.corrected"
    TOKEN_REMARKED = "token.remarked"
    TOKEN_UNDONE = "token.undone"
    TOKEN_CANCELLED = "token.cancelled"
    TOKEN_EXPIRED = "token.expired"
    COUNTER_OPENED = "counter.opened"
    COUNTER_PAUSED = "counter.paused"
    COUNTER_CLOSED = "counter.closed"
    CENTRE_FROZEN = "centre.frozen"
    CENTRE_RESUMED = "centre.resumed"
    NUMBERS_LEASED = "numbers.leased"
    NUMBERS_VOIDED = "numbers.voided"
    POLICY_CHANGED = "policy.changed"
    CLOCK_CONFIRMED = "clock.confirmed"
    DAY_CLOSED = "day.closed"


FROZEN: Mapping[Kind, bool] = {Kind.CENTRE_FROZEN: True, Kind.CENTRE_RESUMED: False}
