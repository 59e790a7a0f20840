"""A person signs in: the slow hash of the password stands between two short looks at the database."""

from server.domain.errors import LockedOut
from server.services.people.passwords import fits
from server.services.people.sign_in import note_refusal, person_named, settle
from server.web.site import read, site


def sign_in(user: str, password: str, address: str | None) -> str | None:
    """Return the secret of a new session, None when user and password do not fit together.

    What is refused to an address goes on record. Raises LockedOut, Unavailable.
    """
    try:
        secret = _settled(user, password, address)
    except LockedOut:
        _note_refusal(user, address, locked=True)
        raise
    if secret is None:
        _note_refusal(user, address, locked=False)
    return secret


def _settled(user: str, password: str, address: str | None) -> str | None:
    """Compare the password; a name that nobody has costs the same hash, so that names cannot be guessed by time."""
    here = site()
    person = read(lambda read: person_named(read, user, here.real.now()))
    right = fits(None if person is None else person.password_hash, password)
    if person is None:
        return None
    return here.db.write(None, lambda tx: settle(tx, person, right, here.real.now(), address))


def _note_refusal(user: str, address: str | None, *, locked: bool) -> None:
    here = site()
    here.db.write(None, lambda tx: note_refusal(tx, user, address, here.real.now(), locked=locked))
