"""What each process keeps of who is there: the holder of a key or a session, and as of when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from server.domain.permissions import Role, Scope
from server.services.people.principal import Principal
from server.services.people.sign_in import SESSION_AGE, SESSION_IDLE, SESSION_NOTED
from server.storage.sql import presence
from server.storage.sql.presence import KeyHolder, SessionHolder
from server.storage.transaction import Read


class Place(NamedTuple):
    """Where a secret is kept: among the sessions or among the keys, under its hash."""

    staff: bool
    secret_hash: str


@dataclass(frozen=True, slots=True)
class Known:
    """Whose secret it is, as of a number of the installation; of a session also when it began and was last used."""

    principal: Principal
    as_of: int
    began: datetime | None = None
    seen: datetime | None = None

    def alive(self, now: datetime) -> bool:
        """Whether it is no session, or one that is neither too old nor idle too long."""
        if self.began is None or self.seen is None:
            return True
        return now < self.began + SESSION_AGE and now < self.seen + SESSION_IDLE

    def unnoted(self, now: datetime) -> bool:
        """Whether it is a session whose use was not noted for a while."""
        return self.seen is not None and now >= self.seen + SESSION_NOTED


def auth_seq(read: Read) -> int:
    """Return the number of the last change of who is there."""
    return presence.auth_seq(read)


def known_at(read: Read, place: Place) -> Known | None:
    """Return whose secret it is, by one statement; None for one that is unknown, revoked or ended."""
    if place.staff:
        session = presence.session_holder(read, place.secret_hash)
        return None if session is None else _of_session(session)
    key = presence.key_holder(read, place.secret_hash)
    return None if key is None else _of_key(key)


def known_again(read: Read, places: Collection[Place]) -> dict[Place, Known]:
    """Return what is known of many secrets now, without those that are unknown, revoked or ended by now."""
    if not places:
        return {}
    keys = presence.key_holders(read, [place.secret_hash for place in places if not place.staff])
    sessions = presence.session_holders(read, [place.secret_hash for place in places if place.staff])
    known = {Place(False, key.secret_hash): _of_key(key) for key in keys}
    return known | {Place(True, session.secret_hash): _of_session(session) for session in sessions}


def _of_key(key: KeyHolder) -> Known:
    scope = Scope.ALL if key.all_centres else Scope.CENTRE if key.counter is None else Scope.OWN_COUNTER
    principal = Principal(
        f"key:{key.id}",
        Role(key.role),
        key.centre_id,
        key.centre,
        device=key.device,
        counter=key.counter,
        printer=key.printer,
        scope=scope,
    )
    return Known(principal, key.as_of)


def _of_session(session: SessionHolder) -> Known:
    role = Role(session.role)
    principal = Principal(f"staff:{session.id}", role, session.centre_id, session.centre, user=session.user)
    return Known(principal, session.as_of, session.created_at, session.seen_at)
