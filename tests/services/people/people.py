"""People who sign in, for tests: what the web does around the short transactions of a sign-in."""

from datetime import date, datetime

import pyotp

from server.domain.derived import DerivedKeys
from server.domain.permissions import Role
from server.services.people import passwords, second_step, sign_in
from server.services.people.principal import secret_hash
from server.services.people.second_step import Offer, Whose
from server.services.setup.presets import install_centre
from server.storage.sql.people import Person
from server.storage.transaction import Transaction
from tests.factories import MORNING, Floor

KEYS = DerivedKeys(b"the secret of an installation for tests")
PASSWORD = "right"
TWIN = "PSK-TWIN"
HASH = passwords.hashed(PASSWORD)


def add_person(floor: Floor, user: str, role: Role = Role.COUNTER) -> None:
    """Write a person whose password is PASSWORD."""
    floor.write(lambda tx: sign_in.add_staff(tx, user, role, HASH, MORNING))


def try_to_sign_in(
    floor: Floor, user: str, at: datetime, *, fits: bool = True, address: str | None = None
) -> str | None:
    """Let somebody sign in, with a password that fits or not; returns the secret of the session."""
    person = floor.db.read(lambda read: sign_in.person_named(read, user, at, address))
    assert person is not None
    return floor.db.write(None, lambda tx: sign_in.settle(tx, person, fits, at, address))


def signed_in(floor: Floor, user: str, at: datetime = MORNING) -> str:
    """Let somebody sign in who may; returns the secret of the session."""
    secret = try_to_sign_in(floor, user, at)
    assert secret is not None
    return secret


def whose(person: Person, session: str) -> Whose:
    """Return who acts in a session, by its secret."""
    return Whose(person.id, person.user, secret_hash(session))


def code_of(offer: Offer, at: datetime) -> str:
    """Return the code that a phone tells at a moment which was set up with an offer."""
    return pyotp.TOTP(offer.secret).at(at)


def enrolled(tx: Transaction, person: Person, session: str, at: datetime) -> list[str]:
    """Let a person set up a second step in a session; return their codes on paper."""
    offer = second_step.offered(KEYS, whose(person, session), "Baari")
    codes = second_step.enrol(tx, KEYS, whose(person, session), offer.token, code_of(offer, at), at)
    assert codes is not None
    return codes


def twin_centre(floor: Floor) -> int:
    """Install a centre with the same counters beside that of the floor; return its id."""
    centre = floor.preset.centre.model_copy(update={"code": TWIN})
    shape = floor.preset.model_copy(update={"centre": centre})
    return floor.db.write(None, lambda tx: install_centre(tx, shape, date(2026, 1, 1), "e2", demo=True))
