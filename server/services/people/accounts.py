"""What becomes of a person who can sign in: disabled and enabled, another role or password, their sessions ended.

Each act is on the record of the installation with who did it, and moves `auth_seq`: what ends, ends everywhere.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.actors import By
from server.domain.credentials import normal_name
from server.domain.errors import CounterBusy, OwnAccount, UnknownPerson, UnknownSession
from server.domain.events.installation import (
    PasswordChanged,
    PersonDisabled,
    PersonEnabled,
    PersonUnlocked,
    RoleChanged,
    SessionEnded,
    commitment,
)
from server.domain.permissions import Role
from server.services.people.principal import Principal
from server.services.people.seats import STAFF, leave
from server.storage.installation import InstallationLog
from server.storage.sql import accounts, people, waits
from server.storage.sql.accounts import Account
from server.storage.sql.presence import move_auth
from server.storage.transaction import Read, Transaction

ID_MAX = 2**31 - 1
"""The largest number that the database counts rows with."""


class PersonState(StrEnum):
    """Whether somebody can sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person of the centre; `own_password` is false until they have changed the one that was given to them.

    `second_step`: their password alone lets nobody in.
    """

    id: int
    user: str
    role: Role
    state: PersonState
    created_at: datetime
    seen_at: datetime | None
    own_password: bool
    second_step: bool
    sessions: int
    mine: bool


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session of a person: `id` names it, and opens nothing; `address` is where they signed in."""

    id: str
    began_at: datetime
    seen_at: datetime
    address: str | None


def people_of(read: Read, centre_id: int, now: datetime, by: By) -> tuple[PersonView, ...]:
    """Return the people of a centre by their names; `now` is real time."""
    return tuple(_view(account, now, by) for account in accounts.accounts_of(read, centre_id))


def person_view(tx: Transaction, number: int, now: datetime, by: By) -> PersonView:
    """Return a person of the transaction's centre; raises UnknownPerson."""
    return _view(_account(tx.conn, tx.centre.id, number), now, by)


def number_of(read: Read, centre_id: int, name: str) -> int:
    """Return the number of a person of a centre by their name, however it is typed; raises UnknownPerson."""
    normal = normal_name(name)
    number = None if normal is None else people.staff_id_of(read, centre_id, normal)
    if number is None:
        raise UnknownPerson(f"There is no “{name}” at this centre.")
    return number


def user_of(read: Read, centre_id: int, number: int) -> str:
    """Return the name of a person of a centre; raises UnknownPerson."""
    return _account(read, centre_id, number).user


def sessions_of(read: Read, centre_id: int, number: int) -> tuple[SessionView, ...]:
    """Return the sessions of a person of a centre, the last that began first; raises UnknownPerson."""
    _account(read, centre_id, number)
    return tuple(
        SessionView(commitment(session.secret_hash), session.created_at, session.seen_at, session.address)
        for session in accounts.sessions_of(read, number)
    )


def session_id(kept: str) -> str:
    """Return by which id a session is named whose secret is kept under a hash."""
    return commitment(kept)


def disable(tx: Transaction, number: int, now: datetime, by: By) -> None:
    """Let a person sign in no more: their sessions end, and they get up, unless a token is still with them.

    Doing it twice is harmless. Raises UnknownPerson, OwnAccount.
    """
    account, log = _another(tx, number, by), _log(tx, now)
    if account.disabled_at is not None:
        return
    accounts.set_account(tx.conn, number, disabled_at=now)
    _end(tx, number)
    with suppress(CounterBusy):
        leave(tx, Principal(f"{STAFF}{number}", Role(account.role), tx.centre.id, tx.centre.code))
    log.record(PersonDisabled(number), by)


def enable(tx: Transaction, number: int, now: datetime, by: By) -> None:
    """Let a person sign in again; doing it twice is harmless. Raises UnknownPerson."""
    account, log = _account(tx.conn, tx.centre.id, number), _log(tx, now)
    if account.disabled_at is not None:
        accounts.set_account(tx.conn, number, disabled_at=None)
        log.record(PersonEnabled(number), by)


def unlock(tx: Transaction, number: int, now: datetime, by: By) -> None:
    """Forget the wrong passwords that were given for a person; raises UnknownPerson."""
    _account(tx.conn, tx.centre.id, number)
    log = _log(tx, now)
    waits.forget_person(tx.conn, number)
    log.record(PersonUnlocked(number), by)


def set_role(tx: Transaction, number: int, role: Role, now: datetime, by: By) -> None:
    """Give a person another role, which their open pages have at once; raises UnknownPerson, OwnAccount."""
    account, log = _another(tx, number, by), _log(tx, now)
    if account.role != role.value:
        accounts.set_account(tx.conn, number, role=role.value)
        log.record(RoleChanged(number, role.value), by)


def give_password(tx: Transaction, number: int, kept: str, now: datetime, by: By) -> None:
    """Give a person the password of a hash, with which they choose their own; their sessions end.

    Raises UnknownPerson, OwnAccount.
    """
    _another(tx, number, by)
    log = _log(tx, now)
    accounts.set_account(tx.conn, number, password_hash=kept, own_password=False)
    waits.forget_person(tx.conn, number)
    _end(tx, number)
    log.record(PasswordChanged(number, commitment(kept), None), by)


def change_password(tx: Transaction, number: int, kept: str, session: str, now: datetime) -> None:
    """Keep the hash of the password that a person chose themselves; their other sessions end.

    `session` is the hash of the secret of the one that goes on.
    """
    log = _log(tx, now)
    accounts.set_account(tx.conn, number, password_hash=kept, own_password=True)
    _end(tx, number, but=session)
    log.record(PasswordChanged(number, commitment(kept), commitment(session)), By(f"{STAFF}{number}"))


def end_sessions(tx: Transaction, number: int, session: str | None, now: datetime, by: By) -> int:
    """End a session of a person by its id, or all of them; returns how many. Raises UnknownPerson, UnknownSession."""
    _account(tx.conn, tx.centre.id, number)
    log = _log(tx, now)
    ended = _end(tx, number, only=session)
    if session is not None and not ended:
        raise UnknownSession("This session has ended already.")
    for each in ended:
        log.record(SessionEnded(number, each), by)
    return len(ended)


def end_others(tx: Transaction, number: int, session: str | None) -> None:
    """End the sessions of a person, but for the one of a hash; what is recorded beside tells so."""
    _end(tx, number, but=session)


def require_another(tx: Transaction, number: int, by: By) -> None:
    """Raise UnknownPerson for who is not of the centre, and OwnAccount where it is who asks."""
    _another(tx, number, by)


def _log(tx: Transaction, now: datetime) -> InstallationLog:
    """Note that who is there changes, and open the record before it does."""
    move_auth(tx.conn)
    return InstallationLog(tx, now)


def _end(tx: Transaction, number: int, *, only: str | None = None, but: str | None = None) -> list[str]:
    """Delete the sessions of a person, or the `only` one of an id; returns the ids of those that ended."""
    hashes = [session.secret_hash for session in accounts.sessions_of(tx.conn, number)]
    ended = [kept for kept in hashes if kept != but and only in (None, commitment(kept))]
    accounts.end_sessions(tx.conn, ended)
    return [commitment(kept) for kept in ended]


def _account(read: Read, centre_id: int, number: int) -> Account:
    account = accounts.account_by_id(read, centre_id, number) if number <= ID_MAX else None
    if account is None:
        raise UnknownPerson("There is no such person in this centre.")
    return account


def _another(tx: Transaction, number: int, by: By) -> Account:
    account = _account(tx.conn, tx.centre.id, number)
    if by.actor == f"{STAFF}{number}":
        raise OwnAccount("Another person does this to your account, so that nobody locks themselves out.")
    return account


def _view(account: Account, now: datetime, by: By) -> PersonView:
    locked = account.locked_until is not None and now < account.locked_until
    state = PersonState.LOCKED if locked else PersonState.ACTIVE
    return PersonView(
        account.id,
        account.user,
        Role(account.role),
        state if account.disabled_at is None else PersonState.DISABLED,
        account.created_at,
        account.seen_at,
        account.own_password,
        account.second_step,
        account.sessions,
        by.actor == f"{STAFF}{account.id}",
    )
