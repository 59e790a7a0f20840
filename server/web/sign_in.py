"""A person signs in: the slow hash of the password stands between two short looks at the database."""

from flask import request

from server.domain.derived import Purpose
from server.domain.errors import LockedOut, ProofNeeded, RateLimited
from server.domain.json import JsonObject
from server.domain.proofs_of_work import challenge, proven
from server.services.people.passwords import fits
from server.services.people.sign_in import note_refusal, person_named, settle, settle_stranger
from server.services.people.slowing import wants_proof
from server.web.entrance import is_private
from server.web.limits import Limit
from server.web.site import read, site


def may_sign_in() -> bool:
    """Whether a password may be sent the way the present request came."""
    return site().settings.plain_http or is_private(request)


def challenge_for(user: str) -> JsonObject | None:
    """Return the work to be proven with a password for a name, None where it is looked at without.

    Browsers solve it over HTTPS and on the machine itself only (`isSecureContext`), so none is asked for elsewhere.
    """
    here = site()
    if not is_private(request) or not read(lambda read: wants_proof(read, user, here.real.now())):
        return None
    return challenge(here.derived_keys().key(Purpose.PROOFS), here.real.now())


def sign_in(user: str, password: str, address: str | None, proof: str = "") -> str | None:
    """Return the secret of a new session, None when user and password do not fit together.

    What is refused to an address goes on record. Raises LockedOut, ProofNeeded, Unavailable.
    """
    try:
        secret = _settled(user, password, address, proof)
    except LockedOut:
        _note_refusal(user, address, locked=True)
        raise
    if secret is None:
        _note_refusal(user, address, locked=False)
    return secret


def _settled(user: str, password: str, address: str | None, proof: str) -> str | None:
    """Compare the password; a name that nobody has costs the same hash and is counted as well, so that names
    cannot be guessed."""
    here = site()
    person = read(lambda read: person_named(read, user, here.real.now(), address))
    _require_proof(user, proof)
    right = fits(None if person is None else person.password_hash, password)
    if person is None:
        here.db.write(None, lambda tx: settle_stranger(tx, user, here.real.now(), address))
        return None
    return here.db.write(None, lambda tx: settle(tx, person, right, here.real.now(), address))


def _require_proof(user: str, proof: str) -> None:
    """Raise ProofNeeded for a name that is tried often, unless work was proven for this try alone."""
    here = site()
    if challenge_for(user) is None:
        return
    nonce = proven(proof, here.derived_keys().key(Purpose.PROOFS), here.real.now())
    try:
        if nonce is not None:
            here.limits.require(Limit.PROOF, nonce)
            return
    except RateLimited:
        pass
    raise ProofNeeded("Somebody tried this name often. Please type the password again while your computer is checked.")


def _note_refusal(user: str, address: str | None, *, locked: bool) -> None:
    here = site()
    here.db.write(None, lambda tx: note_refusal(tx, user, address, here.real.now(), locked=locked))
