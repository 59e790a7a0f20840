"""A person signs in: the slow hash of the password stands between two short looks at the database."""

from server.services.people.passwords import fits
from server.services.people.sign_in import person_named, settle
from server.web.site import read, site


def sign_in(user: str, password: str) -> str | None:
    """Return the secret of a new session, None when user and password do not fit together.

    A name that nobody has costs the same hash, so that names cannot be guessed by time. Raises LockedOut, Unavailable.
    """
    here = site()
    person = read(lambda read: person_named(read, user, here.real.now()))
    right = fits(None if person is None else person.password_hash, password)
    if person is None:
        return None
    return here.db.write(None, lambda tx: settle(tx, person, right, here.real.now()))
