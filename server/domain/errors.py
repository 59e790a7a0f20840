"""Every way a command can be refused.

    Refused
    ├── BadRequest            MissingIdempotencyKey
    ├── Unauthenticated
    ├── Forbidden             NamedPersonNeeded
    ├── Missing               UnknownCentre · UnknownCounter · UnknownToken · UnknownDevice · UnknownAppointment
    │                         UnknownDay · UnknownLease · UnknownPerson · UnknownSession · UnknownKey · UnknownCode
    │                         UnknownPhone · UnknownHold · UnknownApproval
    ├── Conflict              QueueEmpty · CounterBusy · CounterNotOpen · NoCurrentToken · IllegalTransition · Stale
    │   │                     TooEarlyToMiss · NothingToUndo · LaterAct · TooDeep · NotInThisLine · EmergencyLimit
    │   │                     CounterTaken · NotYourCounter · SeriesFull · NumberNotLeased · AlreadyThere · LockedOut
    │   │                     OwnAccount · KeptElsewhere · OwnApproval · ApprovalDecided · PairingFull
    │   │                     ProofNeeded · UnderLegalHold · SealedUnderLost
    │   ├── the day           DayClosed · DayNotOpen · PeopleLive · AnotherDayOpen · NeverCloses · NotOpenNow
    │   │                     CentreFrozen · EmergencyNow
    │   └── appointments      AppointmentEarly · AppointmentOtherDay · AppointmentOtherCentre · AppointmentUsed
    │                         AppointmentCancelled · AppointmentAmbiguous · TokenHasAppointment
    │                         ReturnSlipExpired · ReturnSlipUsed · DuplicatesUsed · NothingLost
    │                         NumberGivenAgain
    ├── Unprocessable         InvalidInput · UnknownService · UnknownNeed · UnknownLanguage · UnknownOutcome
    │                         UnknownPrinter · UnknownStage · UnknownReason · UnknownCause · UnknownOfficer
    │                         WeakPassword · IdempotencyKeyReused
    ├── RateLimited
    └── Unavailable

`code` is stable and for programs, the message is for people, `details` travels in the answer beside them.
"""

from typing import Any, ClassVar


class Refused(Exception):
    """A command was refused and changed nothing."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, **details: Any) -> None:  # JSON: what each refusal has to tell
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


class NamedPersonNeeded(Forbidden):
    code = "named_person_needed"


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


class UnknownPerson(Missing):
    code = "unknown_person"


class UnknownSession(Missing):
    code = "unknown_session"


class UnknownKey(Missing):
    code = "unknown_key"


class UnknownPhone(Missing):
    code = "unknown_phone"


class UnknownHold(Missing):
    code = "unknown_hold"


class UnknownApproval(Missing):
    code = "unknown_approval"


class UnknownCode(Missing):
    code = "unknown_code"


class UnknownAppointment(Missing):
    code = "unknown_appointment"


class UnknownLease(Missing):
    code = "unknown_lease"


class UnknownDay(Missing):
    code = "unknown_day"


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


class SealedUnderLost(Conflict):
    code = "sealed_under_lost"


class UnderLegalHold(Conflict):
    code = "under_legal_hold"


class Stale(Conflict):
    code = "stale"


class TooEarlyToMiss(Conflict):
    code = "too_early_to_miss"


class NothingToUndo(Conflict):
    code = "nothing_to_undo"


class LaterAct(Conflict):
    code = "later_act"


class TooDeep(Conflict):
    code = "too_deep"


class NotInThisLine(Conflict):
    code = "not_in_this_line"


class EmergencyLimit(Conflict):
    code = "emergency_limit"


class NumberNotLeased(Conflict):
    code = "number_not_leased"


class NotOpenNow(Conflict):
    code = "not_open_now"


class CentreFrozen(Conflict):
    code = "centre_frozen"


class EmergencyNow(Conflict):
    code = "emergency"


class AppointmentEarly(Conflict):
    code = "appointment_early"


class AppointmentOtherDay(Conflict):
    code = "appointment_other_day"


class AppointmentOtherCentre(Conflict):
    code = "appointment_other_centre"


class AppointmentUsed(Conflict):
    code = "appointment_used"


class AppointmentCancelled(Conflict):
    code = "appointment_cancelled"


class AppointmentAmbiguous(Conflict):
    code = "appointment_ambiguous"


class TokenHasAppointment(Conflict):
    code = "token_has_appointment"


class ReturnSlipExpired(Conflict):
    code = "return_slip_expired"


class ReturnSlipUsed(Conflict):
    code = "return_slip_used"


class DuplicatesUsed(Conflict):
    code = "duplicates_used"


class DayClosed(Conflict):
    code = "day_closed"


class DayNotOpen(Conflict):
    code = "day_not_open"


class PeopleLive(Conflict):
    code = "people_live"


class AnotherDayOpen(Conflict):
    code = "another_day_open"


class NeverCloses(Conflict):
    code = "never_closes"


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


class ProofNeeded(Conflict):
    code = "proof_needed"


class OwnAccount(Conflict):
    code = "own_account"


class KeptElsewhere(Conflict):
    code = "kept_elsewhere"


class OwnApproval(Conflict):
    code = "own_approval"


class ApprovalDecided(Conflict):
    code = "approval_decided"


class PairingFull(Conflict):
    code = "pairing_full"


class Unprocessable(Refused):
    code = "unprocessable"


class InvalidInput(Unprocessable):
    code = "invalid_input"


class WeakPassword(Unprocessable):
    code = "weak_password"


class UnknownService(Unprocessable):
    code = "unknown_service"


class NothingLost(Conflict):
    code = "nothing_lost"


class NumberGivenAgain(Conflict):
    code = "number_given_again"


class UnknownNeed(Unprocessable):
    code = "unknown_need"


class UnknownLanguage(Unprocessable):
    code = "unknown_language"


class UnknownOutcome(Unprocessable):
    code = "unknown_outcome"


class UnknownPrinter(Unprocessable):
    code = "unknown_printer"


class UnknownStage(Unprocessable):
    code = "unknown_stage"


class UnknownReason(Unprocessable):
    code = "unknown_reason"


class UnknownCause(Unprocessable):
    code = "unknown_cause"


class UnknownOfficer(Unprocessable):
    code = "unknown_officer"


class IdempotencyKeyReused(Unprocessable):
    code = "idempotency_key_reused"


class RateLimited(Refused):
    code = "rate_limited"


class Unavailable(Refused):
    code = "unavailable"
