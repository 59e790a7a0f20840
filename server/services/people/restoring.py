"""Who lets a restored database be in force where two are asked for it: people of it who may decide, by password."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.credentials import normal_name
from server.domain.derived import DerivedKeys
from server.domain.permissions import Permission, Role, may
from server.services.people import passwords, second_step
from server.storage.sql import accounts, memberships, people, second_steps
from server.storage.sql.people import Person
from server.storage.transaction import Read

DECIDERS = [role.value for role in Role if may(role, Permission.DECIDE_APPROVAL)]


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives: their name and password, and the code of their phone if they have a second step."""

    user: str
    password: str
    code: str = ""


def deciders(read: Read) -> int:
    """Return how many people may let a restored database be in force."""
    return memberships.count_of_roles(read, DECIDERS)


def decider(read: Read, keys: DerivedKeys | None, given: Given, now: datetime) -> int | None:
    """Return the number of somebody who may let a restored database be in force, None where anything is wrong.

    They are enabled, may decide about approvals at some centre, and chose their password themselves: one that was
    given to them is known to somebody else. Of a second step the phone alone counts. Raises Unavailable.
    """
    person = _person(read, given.user)
    fits = passwords.fits(None if person is None else person.password_hash, given.password)
    if person is None or not fits:
        return None
    second = second_steps.factor_of(read, person.id) is not None
    if second and (keys is None or not second_step.is_code_of(read, keys, person.id, given.code, now)):
        return None
    return person.id


def _person(read: Read, typed: str) -> Person | None:
    name = normal_name(typed)
    person = None if name is None else people.person_by_user(read, name)
    if person is None or not person.may_sign_in or not accounts.has_own_password(read, person.id):
        return None
    return person if memberships.has_role(read, person.id, DECIDERS) else None
