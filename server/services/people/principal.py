"""Who is there: the holder of a key, or a person who is signed in, and how far they reach."""

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum

from server.domain.actors import By
from server.domain.errors import Forbidden
from server.domain.frozen import changed
from server.domain.permissions import EVERYWHERE, Permission, Role, Scope, beyond, require
from server.storage.sql.centres import centre_by_code
from server.storage.transaction import Read


class Due(StrEnum):
    """What somebody who is signed in has to do first."""

    LOCK = "lock"
    SECOND_STEP = "second_step"
    PASSWORD = "password"
    CENTRE = "centre"
    ENROLMENT = "enrolment"


FIRST = {
    Due.LOCK: "This desk is locked. Please give the PIN first, at /locked.",
    Due.SECOND_STEP: "Please take the second step first, at /second-step.",
    Due.PASSWORD: "Please choose a password of your own first, at /account.",
    Due.CENTRE: "Please choose first at which centre you work now, at /account/centre.",
    Due.ENROLMENT: "Please set up the second step of your role first, at /account/second-step.",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends a command: `id` is written into events; a key may be bound to a device or a counter.

    `centre` is where they are at home, or act; `scope` how far they reach: a key that is bound to a counter no further
    than that. `user` is the name of a person who is signed in; they may do nothing until they have done what is `due`:
    in a locked session they hear of an emergency alone.
    """

    id: str
    role: Role
    centre_id: int
    centre: str
    device: str | None = None
    counter: str | None = None
    printer: str | None = None
    user: str | None = None
    scope: Scope = Scope.CENTRE
    due: Due | None = None

    def acting(self, permission: Permission, *, centre: str, counter: str | None = None) -> "Principal":
        """Return this principal with the scope it has by a permission; a centre and a counter may be named for it.

        Raises Forbidden, which tells the permission and, where only that is missing, the scope.
        """
        if self.due is not None and not (self.due is Due.LOCK and permission is Permission.READ_NOTICE):
            refusal = Forbidden(FIRST[self.due], permission=permission.value)
            refusal.details |= {"due": self.due.value} if self.due is Due.LOCK else {}
            raise refusal
        scope = min(self.scope, require(self.role, permission))
        if centre != self.centre and scope is not Scope.ALL:
            raise self._elsewhere(permission)
        if counter is not None and self.counter not in (None, counter):
            raise lacking(permission, Scope.CENTRE, f"This key is for counter {self.counter}.")
        return self if scope is self.scope else changed(self, scope=scope)

    def _elsewhere(self, permission: Permission) -> Forbidden:
        """Return the refusal of what is of another centre; a person hears at which one this session acts."""
        if self.user is None:
            return lacking(permission, Scope.ALL, "This key belongs to another centre.")
        refusal = lacking(permission, Scope.ALL, f"You work at {self.centre} now. Change the centre first.")
        refusal.details["acts_at"] = self.centre
        return refusal


def number_of(principal: Principal) -> int:
    """Return the number of a person who is signed in."""
    return int(principal.id.removeprefix("staff:"))


def lacking(permission: Permission, scope: Scope, message: str) -> Forbidden:
    """Return the refusal of what somebody may do, but not as far as `scope`."""
    return Forbidden(message, permission=permission.value, scope=scope.word)


def require_giver(role: Role, by: By) -> None:
    """Raise Forbidden where somebody gives a role that reaches further than they do: who is at one centre would read
    them all by it. At the machine it is given.
    """
    if role in EVERYWHERE and not by.at_machine:
        raise Forbidden(f"The role {role.value} is given on the machine itself.", role=role.value)


def require_no_more(giver: Principal, role: Role, device: str | None, counter: str | None) -> None:
    """Raise Forbidden where a key would make another that may more than itself, which tells what; people give roles.

    A key that is bound to a device or a counter makes one that is bound to the same.
    """
    require_giver(role, By(giver.id))
    if giver.user is not None:
        return
    if (missing := beyond(role, giver.role)) is not None:
        message = f"A key of the role {giver.role.value} makes none of the role {role.value}."
        raise Forbidden(message, permission=missing.value, role=role.value)
    if giver.device not in (None, device) or giver.counter not in (None, counter):
        raise Forbidden("A bound key makes keys that are bound to the same alone.", role=role.value)


def in_centre(read: Read, principal: Principal, code: str) -> Principal:
    """Return somebody of scope `all` as acting in another centre; raises UnknownCentre."""
    return replace(principal, centre_id=centre_by_code(read, code).id, centre=code)


def secret_hash(secret: str) -> str:
    """Return how the secret of a key or of a session is kept: it has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
