"""What each process keeps of who is there: the holder of a key or a session, and as of when."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from server.domain.permissions import EVERYWHERE, Role, Scope
from server.services.people.principal import Due, Principal
from server.services.people.sign_in import NOTED, SECOND_STEP_WITHIN, SESSION_AGE, SESSION_IDLE
from server.storage.sql import presence
from server.storage.sql.presence import KeyHolder, SessionHolder
from server.storage.transaction import Read


class Place(NamedTuple):
    """Where a secret is kept: among the sessions or among the keys, under its hash."""

    staff: bool
    secret_hash: str


class Naming(NamedTuple):
    """What a screen shows in large letters, and until when."""

    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Whose secret it is, as of a number of the installation, and when it was last used; of a session when it began.

    A key may end (`expires`), and somebody may ask its screen to show its name (`naming`). Who has a `pin` locks it.
    """

    principal: Principal
    as_of: int
    began: datetime | None = None
    seen: datetime | None = None
    expires: datetime | None = None
    naming: Naming | None = None
    pin: bool = False

    def holder_at(self, now: datetime, lock_after: timedelta) -> Principal:
        """Return whose it is: the session of somebody who has a PIN is locked when it was not used for so long."""
        if self.pin and self.principal.due is None and self.seen is not None and now >= self.seen + lock_after:
            return replace(self.principal, due=Due.LOCK)
        return self.principal

    def alive(self, now: datetime) -> bool:
        """Whether it is a key that has not ended, or a session that is neither too old nor idle too long."""
        if self.expires is not None and now >= self.expires:
            return False
        if self.began is None or self.seen is None:
            return True
        age = SECOND_STEP_WITHIN if self.principal.due is Due.SECOND_STEP else SESSION_AGE
        return now < self.began + age and now < self.seen + SESSION_IDLE

    def unnoted(self, now: datetime, lock_after: timedelta) -> bool:
        """Whether its use was not noted for a while, which is short enough to tell how long it was not used."""
        noted = min(NOTED, lock_after / 4) if self.pin else NOTED
        return self.seen is None or now >= self.seen + noted


def auth_seq(read: Read) -> int:
    """Return the number of the last change of who is there."""
    return presence.auth_seq(read)


def known_at(read: Read, place: Place, need_second: Collection[Role] = ()) -> Known | None:
    """Return whose secret it is, by one statement; None for one that is unknown, revoked or ended.

    People of the roles `need_second` do nothing before they have a second step.
    """
    if place.staff:
        session = presence.session_holder(read, place.secret_hash)
        return None if session is None else _of_session(session, need_second)
    key = presence.key_holder(read, place.secret_hash)
    return None if key is None else _of_key(key)


def known_again(read: Read, places: Collection[Place], need_second: Collection[Role] = ()) -> dict[Place, Known]:
    """Return what is known of many secrets now, without those that are unknown, revoked or ended by now."""
    if not places:
        return {}
    keys = presence.key_holders(read, [place.secret_hash for place in places if not place.staff])
    sessions = presence.session_holders(read, [place.secret_hash for place in places if place.staff])
    known = {Place(False, key.secret_hash): _of_key(key) for key in keys}
    return known | {Place(True, session.secret_hash): _of_session(session, need_second) for session in sessions}


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
    name = key.name or key.counter or key.device
    naming = None if name is None or key.named_until is None else Naming(name, key.named_until)
    return Known(principal, key.as_of, seen=key.seen_at, expires=key.expires_at, naming=naming)


def _of_session(session: SessionHolder, need_second: Collection[Role]) -> Known:
    role = Role(session.role)
    principal = Principal(f"staff:{session.id}", role, session.centre_id, session.centre)
    scope = Scope.ALL if role in EVERYWHERE else Scope.CENTRE
    principal = replace(principal, user=session.user, due=_due(session, need_second), scope=scope)
    return Known(principal, session.as_of, session.created_at, session.seen_at, pin=session.pin)


def _due(session: SessionHolder, need_second: Collection[Role]) -> Due | None:
    if session.locked:
        return Due.LOCK
    if session.second_due:
        return Due.SECOND_STEP
    if not session.own_password:
        return Due.PASSWORD
    if session.centre_due:
        return Due.CENTRE
    return Due.ENROLMENT if session.role in need_second and not session.second_step else None
