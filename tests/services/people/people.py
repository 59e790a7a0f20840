"""People who sign in, for tests: what the web does around the short transactions of a sign-in."""

from datetime import date, datetime

from server.domain.permissions import Role
from server.services.people import passwords, sign_in
from server.services.setup.presets import install_centre
from tests.factories import MORNING, Floor

PASSWORD = "right"
TWIN = "PSK-TWIN"
HASH = passwords.hashed(PASSWORD)


def add_person(floor: Floor, user: str, role: Role = Role.COUNTER) -> None:
    """Write a person whose password is PASSWORD."""
    floor.write(lambda tx: sign_in.add_staff(tx, user, role, HASH, MORNING))


def try_to_sign_in(floor: Floor, user: str, at: datetime, *, fits: bool = True) -> str | None:
    """Let somebody sign in, with a password that fits or not; returns the secret of the session."""
    person = floor.db.read(lambda read: sign_in.person_named(read, user, at))
    assert person is not None
    return floor.db.write(None, lambda tx: sign_in.settle(tx, person, fits, at))


def signed_in(floor: Floor, user: str, at: datetime = MORNING) -> str:
    """Let somebody sign in who may; returns the secret of the session."""
    secret = try_to_sign_in(floor, user, at)
    assert secret is not None
    return secret


def twin_centre(floor: Floor) -> int:
    """Install a centre with the same counters beside that of the floor; return its id."""
    centre = floor.preset.centre.model_copy(update={"code": TWIN})
    shape = floor.preset.model_copy(update={"centre": centre})
    return floor.db.write(None, lambda tx: install_centre(tx, shape, date(2026, 1, 1), "e2", demo=True))
