"""Every way a command can be refused.

    Refused
    ├── BadRequest            MissingIdempotencyKey
    ├── Unauthenticated
    ├── Forbidden
    ├── Missing               UnknownCentre · UnknownCounter · UnknownToken · UnknownDevice
    ├── Conflict              QueueEmpty · CounterBusy · CounterNotOpen · NoCurrentToken · IllegalTransition
    │                         DayClosed · DayNotFinished · SeriesFull · AlreadyThere · LockedOut · CounterTaken
    │                         NotYourCounter
    ├── Unprocessable         InvalidInput · UnknownService · UnknownNeed · UnknownLanguage · UnknownOutcome
    │                         UnknownPrinter · IdempotencyKeyReused · NotAvailable
    └── Unavailable

`code` is stable and for programs, the message is for people, `details` travels in the answer beside them.
"""

from typing import Any, ClassVar


class Refused(Exception):
    """A command was refused and changed nothing."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class BadRequest(Refused):
    code = "bad_request"


class MissingIdempotencyKey(BadRequest):
    code = "idempotency_key_missing"


class Unauthenticated(Refused):
    code = "unauthenticated"


class Forbidden(Refused):
    code = "forbidden"


class Missing(Refused):
    code = "not_found"


class UnknownCentre(Missing):
    code = "unknown_centre"


class UnknownCounter(Missing):
    code = "unknown_counter"


class UnknownToken(Missing):
    code = "unknown_token"


class UnknownDevice(Missing):
    code = "unknown_device"


class Conflict(Refused):
    code = "conflict"


class QueueEmpty(Conflict):
    code = "queue_empty"


class CounterBusy(Conflict):
    code = "counter_busy"


class CounterNotOpen(Conflict):
    code = "counter_not_open"


class NoCurrentToken(Conflict):
    code = "no_current_token"


class IllegalTransition(Conflict):
    code = "illegal_transition"


class DayClosed(Conflict):
    code = "day_closed"


class DayNotFinished(Conflict):
    code = "day_not_finished"


class SeriesFull(Conflict):
    code = "series_full"


class AlreadyThere(Conflict):
    code = "already_there"


class CounterTaken(Conflict):
    code = "counter_taken"


class NotYourCounter(Conflict):
    code = "not_your_counter"


class LockedOut(Conflict):
    code = "locked_out"


class Unprocessable(Refused):
    code = "unprocessable"


class InvalidInput(Unprocessable):
    code = "invalid_input"


class UnknownService(Unprocessable):
    code = "unknown_service"


class UnknownNeed(Unprocessable):
    code = "unknown_need"


class UnknownLanguage(Unprocessable):
    code = "unknown_language"


class UnknownOutcome(Unprocessable):
    code = "unknown_outcome"


class UnknownPrinter(Unprocessable):
    code = "unknown_printer"


class IdempotencyKeyReused(Unprocessable):
    code = "idempotency_key_reused"


class NotAvailable(Unprocessable):
    code = "not_available"


class Unavailable(Refused):
    code = "unavailable"
