"""What happens to the installation: people, keys and sign-ins, in a chain of their own.

It holds people and keys by their numbers. Names, addresses and how often somebody tried are beside the chain, where
they can be purged; of a password and of a secret it holds a commitment, the SHA-256 of the hash by which it is kept.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar

from server.domain.json import Json, Stored

BESIDE = frozenset({"user", "name", "address", "browser", "tries", "reason"})
"""Fields that stand beside the chain."""


class Act(StrEnum):
    """Every kind of event of the installation; kinds only grow."""

    BEGUN = "installation.begun"
    CENTRE_INSTALLED = "centre.installed"
    PERSON_ADDED = "person.added"
    SIGNED_IN = "person.signed_in"
    SIGNED_OUT = "person.signed_out"
    SIGN_IN_REFUSED = "sign_in.refused"
    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    SECRET_BEGUN = "secret.begun"
    SECRET_ENDED = "secret.ended"
    PERSON_DISABLED = "person.disabled"
    PERSON_ENABLED = "person.enabled"
    PERSON_UNLOCKED = "person.unlocked"
    PASSWORD_CHANGED = "person.password_changed"
    ROLE_CHANGED = "person.role_changed"
    SESSION_ENDED = "session.ended"
    KEY_ROTATED = "key.rotated"
    RESTORED = "installation.restored"
    SCREEN_PAIRED = "screen.paired"
    DEVICE_RENAMED = "device.renamed"
    TRAIL_EXPORTED = "trail.exported"
    PERSON_DATA_SEALED = "person_data.sealed"
    PERSON_DATA_SHOWN = "person_data.shown"
    PERSON_DATA_CORRECTED = "person_data.corrected"
    PERSON_DATA_ERASED = "person_data.erased"
    PERSON_DATA_HELD = "person_data.held"
    PERSON_DATA_RELEASED = "person_data.released"
    PHONE_REVEALED = "phone.revealed"
    INCIDENT_PACKED = "incident.packed"
    SECOND_STEP_ENROLLED = "second_step.enrolled"
    SECOND_STEP_ENDED = "second_step.ended"
    SECOND_STEP_TAKEN = "second_step.taken"
    RECOVERY_CODE_USED = "recovery_code.used"
    MEMBERSHIP_BEGUN = "membership.begun"
    MEMBERSHIP_ENDED = "membership.ended"
    CENTRE_CHOSEN = "session.centre_chosen"
    APPROVAL_ASKED = "approval.asked"
    APPROVAL_GIVEN = "approval.given"
    APPROVAL_REFUSED = "approval.refused"
    APPROVAL_USED = "approval.used"
    PIN_SET = "pin.set"
    PIN_ENDED = "pin.ended"
    PIN_LOCKED_OUT = "pin.locked_out"


@dataclass(frozen=True, slots=True)
class InstallationEvent:
    """What an event of the installation holds; `kind` names it."""

    kind: ClassVar[Act]


@dataclass(frozen=True, slots=True)
class Begun(InstallationEvent):
    """The chain began, in a database that had people, keys and sessions already: each with what later events tell."""

    kind: ClassVar[Act] = Act.BEGUN
    people: tuple[Stored, ...]
    keys: tuple[Stored, ...]
    sessions: tuple[Stored, ...]
    secrets: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class CentreInstalled(InstallationEvent):
    """A centre was set up, with a first version of its set-up (SHA-256)."""

    kind: ClassVar[Act] = Act.CENTRE_INSTALLED
    centre: int
    code: str
    set_up: str


@dataclass(frozen=True, slots=True)
class PersonAdded(InstallationEvent):
    """Somebody can sign in, and works at the centre that keeps their account."""

    kind: ClassVar[Act] = Act.PERSON_ADDED
    person: int
    centre: int
    role: str
    password: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn(InstallationEvent):
    """A session of a person began at a centre; of one who has a second step it waits for that.

    None was told while everybody worked at one centre: the one that keeps their account.
    """

    kind: ClassVar[Act] = Act.SIGNED_IN
    person: int
    session: str
    address: str | None = None
    centre: int | None = None


@dataclass(frozen=True, slots=True)
class SignedOut(InstallationEvent):
    """A session ended by its person's word."""

    kind: ClassVar[Act] = Act.SIGNED_OUT
    person: int
    session: str


@dataclass(frozen=True, slots=True)
class SignInRefused(InstallationEvent):
    """Sign-ins as a person (None: as nobody who is known) from one address were refused in one minute."""

    kind: ClassVar[Act] = Act.SIGN_IN_REFUSED
    person: int | None
    locked: bool
    address: str | None = None
    tries: int | None = None


@dataclass(frozen=True, slots=True)
class KeyCreated(InstallationEvent):
    """A bearer key was made."""

    kind: ClassVar[Act] = Act.KEY_CREATED
    key: int
    centre: int
    role: str
    device: str | None
    counter: str | None
    all_centres: bool
    secret: str
    name: str | None = None
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class KeyRevoked(InstallationEvent):
    """A key opens nothing any more."""

    kind: ClassVar[Act] = Act.KEY_REVOKED
    key: int


@dataclass(frozen=True, slots=True)
class SecretBegun(InstallationEvent):
    """Keys are derived under a new number, from the secret with a fingerprint."""

    kind: ClassVar[Act] = Act.SECRET_BEGUN
    number: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SecretEnded(InstallationEvent):
    """Slips, cookies and leases of a number are refused."""

    kind: ClassVar[Act] = Act.SECRET_ENDED
    number: int


@dataclass(frozen=True, slots=True)
class PersonDisabled(InstallationEvent):
    """Somebody can sign in no more, and their sessions ended."""

    kind: ClassVar[Act] = Act.PERSON_DISABLED
    person: int


@dataclass(frozen=True, slots=True)
class PersonEnabled(InstallationEvent):
    """Somebody who was disabled can sign in again."""

    kind: ClassVar[Act] = Act.PERSON_ENABLED
    person: int


@dataclass(frozen=True, slots=True)
class PersonUnlocked(InstallationEvent):
    """The wrong passwords that were given for somebody are forgotten."""

    kind: ClassVar[Act] = Act.PERSON_UNLOCKED
    person: int


@dataclass(frozen=True, slots=True)
class PasswordChanged(InstallationEvent):
    """Somebody has another password, and their sessions ended, but for the `session` in which they chose it."""

    kind: ClassVar[Act] = Act.PASSWORD_CHANGED
    person: int
    password: str
    session: str | None


@dataclass(frozen=True, slots=True)
class RoleChanged(InstallationEvent):
    """Somebody has another role at a centre; None was told while everybody worked at one."""

    kind: ClassVar[Act] = Act.ROLE_CHANGED
    person: int
    role: str
    centre: int | None = None


@dataclass(frozen=True, slots=True)
class SessionEnded(InstallationEvent):
    """A session of a person was ended, by them from elsewhere or by somebody else."""

    kind: ClassVar[Act] = Act.SESSION_ENDED
    person: int
    session: str


@dataclass(frozen=True, slots=True)
class KeyRotated(InstallationEvent):
    """A key has another secret; the one before opens nothing any more."""

    kind: ClassVar[Act] = Act.KEY_ROTATED
    key: int
    secret: str


@dataclass(frozen=True, slots=True)
class Restored(InstallationEvent):
    """The installation goes on from a backup of `made_at`; who was signed in then is so no longer.

    Where a second person is asked for, `persons` are who restored and who approved it; or somebody did it `alone`, for
    a reason.
    """

    kind: ClassVar[Act] = Act.RESTORED
    made_at: str
    persons: tuple[int, ...] = ()
    alone: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ScreenPaired(InstallationEvent):
    """A screen opens its device's page with a key from now on."""

    kind: ClassVar[Act] = Act.SCREEN_PAIRED
    key: int
    address: str | None = None
    browser: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceRenamed(InstallationEvent):
    """A kiosk or a board has another name."""

    kind: ClassVar[Act] = Act.DEVICE_RENAMED
    centre: int
    device: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class TrailExported(InstallationEvent):
    """The trail of a centre went out as a file of a form (`csv`, `jsonl`).

    `first` and `last` are its days (None: without end on that side), `only` what else it was narrowed by, `kind=…`.
    """

    kind: ClassVar[Act] = Act.TRAIL_EXPORTED
    centre: int
    form: str
    first: str | None
    last: str | None
    only: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonDataSealed(InstallationEvent):
    """What was known by some tokens and bookings of a centre left the floor and was sealed, with `notes` of staff.

    Of `ended` ones nothing is kept any more, `held` ones stay. `found` counts places where something stood still.
    """

    kind: ClassVar[Act] = Act.PERSON_DATA_SEALED
    centre: int
    tokens: int
    bookings: int
    notes: int
    ended: int
    held: int
    found: int


@dataclass(frozen=True, slots=True)
class PersonDataShown(InstallationEvent):
    """What is known by some tokens and bookings was shown to somebody, for a reason."""

    kind: ClassVar[Act] = Act.PERSON_DATA_SHOWN
    centre: int
    subjects: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PhoneRevealed(InstallationEvent):
    """Somebody was told the phone number of a token."""

    kind: ClassVar[Act] = Act.PHONE_REVEALED
    centre: int
    token: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentPacked(InstallationEvent):
    """What was logged and done from one day to another was packed into a file, with a list of `persons` it concerns.

    `phones`: with their numbers. `digest` is the SHA-256 of the file.
    """

    kind: ClassVar[Act] = Act.INCIDENT_PACKED
    centre: int
    first: str
    last: str
    persons: int
    phones: bool
    digest: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PersonDataCorrected(InstallationEvent):
    """The phone number of some tokens is another one, or none, for a reason."""

    kind: ClassVar[Act] = Act.PERSON_DATA_CORRECTED
    centre: int
    subjects: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PersonDataErased(InstallationEvent):
    """What was known by some tokens and bookings is gone; `again` in a database restored from a backup of before.

    By its `marks`, keyed hashes, a restore knows them again.
    """

    kind: ClassVar[Act] = Act.PERSON_DATA_ERASED
    centre: int
    subjects: tuple[str, ...]
    marks: tuple[str, ...]
    again: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PersonDataHeld(InstallationEvent):
    """What is known of a day, or by one token of it, is neither sealed nor ended nor erased until `hold` is lifted."""

    kind: ClassVar[Act] = Act.PERSON_DATA_HELD
    centre: int
    hold: int
    day: str
    token: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PersonDataReleased(InstallationEvent):
    """A legal hold was lifted."""

    kind: ClassVar[Act] = Act.PERSON_DATA_RELEASED
    centre: int
    hold: int


@dataclass(frozen=True, slots=True)
class SecondStepEnrolled(InstallationEvent):
    """Somebody has a second step, by a `phone` and with `codes` on paper (commitments); those of before are void.

    Their sessions ended, but for the `session` in which they set it up.
    """

    kind: ClassVar[Act] = Act.SECOND_STEP_ENROLLED
    person: int
    phone: str
    codes: tuple[str, ...]
    session: str


@dataclass(frozen=True, slots=True)
class SecondStepEnded(InstallationEvent):
    """Somebody signs in by their password alone from now on.

    Their sessions ended, but for the `session` in which they said so.
    """

    kind: ClassVar[Act] = Act.SECOND_STEP_ENDED
    person: int
    session: str | None


@dataclass(frozen=True, slots=True)
class SecondStepTaken(InstallationEvent):
    """A session that waited for it got the code of the phone."""

    kind: ClassVar[Act] = Act.SECOND_STEP_TAKEN
    person: int
    session: str


@dataclass(frozen=True, slots=True)
class MembershipBegun(InstallationEvent):
    """Somebody works at one more centre."""

    kind: ClassVar[Act] = Act.MEMBERSHIP_BEGUN
    person: int
    centre: int
    role: str


@dataclass(frozen=True, slots=True)
class MembershipEnded(InstallationEvent):
    """Somebody does not work at a centre any more; their sessions that acted there ended."""

    kind: ClassVar[Act] = Act.MEMBERSHIP_ENDED
    person: int
    centre: int


@dataclass(frozen=True, slots=True)
class CentreChosen(InstallationEvent):
    """A session acts at another centre."""

    kind: ClassVar[Act] = Act.CENTRE_CHOSEN
    person: int
    session: str
    centre: int


@dataclass(frozen=True, slots=True)
class RecoveryCodeUsed(InstallationEvent):
    """A session that waited for a second step got a `code` on paper, which is void from then on."""

    kind: ClassVar[Act] = Act.RECOVERY_CODE_USED
    person: int
    session: str
    code: str


@dataclass(frozen=True, slots=True)
class ApprovalAsked(InstallationEvent):
    """Somebody asked for a second person: for which act, and a commitment to what it is about."""

    kind: ClassVar[Act] = Act.APPROVAL_ASKED
    approval: int
    centre: int
    act: str
    what: str
    asked_by: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalGiven(InstallationEvent):
    """A second person approved what somebody asked for."""

    kind: ClassVar[Act] = Act.APPROVAL_GIVEN
    approval: int
    centre: int
    decided_by: str


@dataclass(frozen=True, slots=True)
class ApprovalRefused(InstallationEvent):
    """A second person refused what somebody asked for, or who asked took it back."""

    kind: ClassVar[Act] = Act.APPROVAL_REFUSED
    approval: int
    centre: int
    decided_by: str


@dataclass(frozen=True, slots=True)
class ApprovalUsed(InstallationEvent):
    """What was approved is done by the command of this event."""

    kind: ClassVar[Act] = Act.APPROVAL_USED
    approval: int
    centre: int


@dataclass(frozen=True, slots=True)
class PinSet(InstallationEvent):
    """Somebody comes back to a locked session by a `pin` (a commitment) from now on; one of before is void."""

    kind: ClassVar[Act] = Act.PIN_SET
    person: int
    pin: str


@dataclass(frozen=True, slots=True)
class PinEnded(InstallationEvent):
    """Somebody has no PIN any more."""

    kind: ClassVar[Act] = Act.PIN_ENDED
    person: int


@dataclass(frozen=True, slots=True)
class PinLockedOut(InstallationEvent):
    """A session ended, because its person's PIN was wrong too often."""

    kind: ClassVar[Act] = Act.PIN_LOCKED_OUT
    person: int
    session: str


EVENTS: Mapping[Act, type[InstallationEvent]] = {
    event.kind: event
    for event in (
        *(Begun, CentreInstalled, PersonAdded, SignedIn, SignedOut),
        *(SignInRefused, KeyCreated, KeyRevoked, SecretBegun, SecretEnded, Restored),
        *(PersonDisabled, PersonEnabled, PersonUnlocked, PasswordChanged, RoleChanged, SessionEnded, KeyRotated),
        *(ScreenPaired, DeviceRenamed, TrailExported),
        *(PersonDataSealed, PersonDataHeld, PersonDataReleased),
        *(PersonDataShown, PersonDataCorrected, PersonDataErased, PhoneRevealed, IncidentPacked),
        *(SecondStepEnrolled, SecondStepEnded, SecondStepTaken, RecoveryCodeUsed),
        *(MembershipBegun, MembershipEnded, CentreChosen),
        *(ApprovalAsked, ApprovalGiven, ApprovalRefused, ApprovalUsed),
        *(PinSet, PinEnded, PinLockedOut),
    )
}


def commitment(kept: str) -> str:
    """Return what the chain holds of the hash by which a password or a secret is kept."""
    return hashlib.sha256(kept.encode()).hexdigest()


def phone_commitment(number: int, nonce: str) -> str:
    """Return what the chain holds of the phone of a person: of what its secret is derived."""
    return commitment(f"second step:{number}:{nonce}")


def slip_commitment(secret: str) -> str:
    """Return what the chain of a centre holds of the secret of a slip: another hash than those that phones ask by."""
    return commitment(f"slip:{secret}")


def data_of(event: InstallationEvent) -> dict[str, Json]:
    """Return what is hashed of an event."""
    return {f.name: getattr(event, f.name) for f in fields(event) if f.name not in BESIDE}


def private_of(event: InstallationEvent) -> dict[str, Json] | None:
    """Return what stands beside the chain, None for nothing."""
    beside = {f.name: getattr(event, f.name) for f in fields(event) if f.name in BESIDE}
    return {name: value for name, value in beside.items() if value is not None} or None


def read_event(kind: Act, data: Stored, private: Stored) -> InstallationEvent:
    """Return an event that was stored; raises LookupError or TypeError for one that nobody can have written."""
    event = EVENTS[kind]
    names = {field.name for field in fields(event)}
    lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    return event(**{**data, **lists, **{name: private[name] for name in names & private.keys() & BESIDE}})
