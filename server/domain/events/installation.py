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

BESIDE = frozenset({"user", "name", "address", "tries"})
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
    """Somebody can sign in."""

    kind: ClassVar[Act] = Act.PERSON_ADDED
    person: int
    centre: int
    role: str
    password: str
    user: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn(InstallationEvent):
    """A session of a person began."""

    kind: ClassVar[Act] = Act.SIGNED_IN
    person: int
    session: str
    address: str | None = None


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


EVENTS: Mapping[Act, type[InstallationEvent]] = {
    event.kind: event
    for event in (
        *(Begun, CentreInstalled, PersonAdded, SignedIn, SignedOut),
        *(SignInRefused, KeyCreated, KeyRevoked, SecretBegun, SecretEnded),
    )
}


def commitment(kept: str) -> str:
    """Return what the chain holds of the hash by which a password or a secret is kept."""
    return hashlib.sha256(kept.encode()).hexdigest()


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
