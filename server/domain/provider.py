"""A provider signs people in for the house (OpenID Connect): what it tells of a person, and as what its groups work."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from server.domain.actors import By
from server.domain.permissions import PEOPLE, Role

PROVIDER = By("provider")
"""Who gives people their roles, and takes them, by the word of the provider."""


class Identity(NamedTuple):
    """Who somebody is for a provider. Names and mail addresses change and are given again; these two are not."""

    issuer: str
    subject: str

    @property
    def commitment(self) -> str:
        """What the chain of the installation holds of it."""
        return hashlib.sha256("\n".join(self).encode()).hexdigest()


class GroupRole(NamedTuple):
    """Who is in a group of the provider works at a centre in a role."""

    group: str
    role: Role
    centre: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the provider tells of somebody who is signed in there: their groups, and `renewal`, by which it is asked
    again (a refresh token). `id_token` ends their session there, `session` is what it calls that.
    """

    identity: Identity
    name: str
    groups: frozenset[str]
    renewal: str = field(repr=False)
    id_token: str = field(repr=False)
    session: str | None = None


class LoggedOut(NamedTuple):
    """Whom the provider has signed out: a session of its own, or without one all of a person."""

    identity: Identity | None
    session: str | None


class ProviderSilent(Exception):
    """The provider does not answer as it should, which tells nothing of a person; the message says how."""


class ProviderUnfit(ProviderSilent):
    """The provider answers, and refuses this server or is set up otherwise than it needs; the message says how."""


class NotBelieved(Exception):
    """What somebody brought from the provider is not its word; the message says what is wrong."""


class RenewalRefused(Exception):
    """The provider does not vouch for somebody any more: they left, were shut out, or signed out there."""


class Provider(Protocol):
    """Asks the provider. What goes out raises ProviderSilent, or ProviderUnfit, within some seconds."""

    def entrance(self, state: str, nonce: str, verifier: str) -> str:
        """Return the address at which somebody signs in there."""

    def redeem(self, code: str, verifier: str, nonce: str) -> Assertion:
        """Return of whom a code tells; raises NotBelieved."""

    def renewed(self, renewal: str, identity: Identity) -> Assertion:
        """Return what the provider tells of somebody now; raises RenewalRefused, NotBelieved."""

    def exit(self, id_token: str) -> str | None:
        """Return the address at which somebody signs out there, None where there is none."""

    def logged_out(self, token: str) -> LoggedOut:
        """Return whom the provider says it has signed out; raises NotBelieved."""

    def look(self) -> None:
        """Ask whether the provider is there, and is as it is needed."""


def group_role(text: str) -> GroupRole:
    """Return what `GROUP=ROLE@CENTRE` says; raises ValueError."""
    group, _, work = text.rpartition("=")
    role, _, centre = work.partition("@")
    if not group or not centre:
        raise ValueError(f"“{text}” must be like GROUP=ROLE@CENTRE")
    if role not in PEOPLE:
        raise ValueError(f"{role} is no role of people; those are {', '.join(PEOPLE)}")
    return GroupRole(group, Role(role), centre)


def roles_of(rules: Collection[GroupRole], groups: Collection[str]) -> Mapping[str, Role]:
    """Return as what somebody of some groups works, by the codes of centres: at each by the first rule that fits."""
    roles: dict[str, Role] = {}
    for rule in rules:
        if rule.group in groups:
            roles.setdefault(rule.centre, rule.role)
    return roles
