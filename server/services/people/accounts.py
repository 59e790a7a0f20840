"""What becomes of the account of a person: disabled and enabled, another password, their sessions ended.

Each act is on the record of the installation with who did it, and moves `auth_seq`: what ends, ends everywhere.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.actors import By
from server.domain.credentials import normal_name
from server.domain.errors import CounterBusy, KeptElsewhere, OwnAccount, UnknownPerson, UnknownSession
from server.domain.events.installation import (
    PasswordChanged,
    PersonDisabled,
    PersonEnabled,
    PersonUnlocked,
    SessionEnded,
    commitment,
)
from server.domain.ids import ID_MAX
from server.domain.permissions import Role
from server.services.people.principal import Principal
from server.services.people.seats import STAFF, leave
from server.storage.installation import InstallationLog
from server.storage.sql import accounts, people, waits
from server.storage.sql.accounts import Account
from server.storage.sql.presence import move_auth
from server.storage.transaction import Read, Transaction


class PersonState(StrEnum):
    """Whether somebody can sign in."""

    ACTIVE = "active"
    DISABLED = "disabled"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person whom the centre knows: whoever works there, as their `role`, or whose account it keeps (`kept_here`).

    `own_password` is false until they have changed the one that was given to them. `second_step`: their password alone
    lets nobody in.
    """

    id: int
    user: str
    role: Role | None
    kept_here: bool
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
    """Return the people whom a centre knows by their names; `now` is real time."""
    return tuple(_view(account, now, by) for account in accounts.accounts_of(read, centre_id))


def person_view(tx: Transaction, number: int, now: datetime, by: By) -> PersonView:
    """Return a person whom the transaction's centre knows; raises UnknownPerson."""
    return _view(account_of(tx.conn, tx.centre.id, number), now, by)


def number_of(read: Read, centre_id: int, name: str) -> int:
    """Return the number of a person whom a centre knows by their name, however it is typed; raises UnknownPerson."""
    normal = normal_name(name)
    person = None if normal is None else people.person_by_user(read, normal)
    if person is None or accounts.account_by_id(read, centre_id, person.id) is None:
        raise UnknownPerson(f"There is no “{name}” at this centre.")
    return person.id


def user_of(read: Read, centre_id: int, number: int) -> str:
    """Return the name of a person whom a centre knows; raises UnknownPerson."""
    return account_of(read, centre_id, number).user


def sessions_of(read: Read, centre_id: int, number: int) -> tuple[SessionView, ...]:
    """Return the sessions of a person that a centre may end, the last that began first; raises UnknownPerson.

    Those are all, at the centre that keeps their account, and elsewhere the ones that act there.
    """
    account = account_of(read, centre_id, number)
    return tuple(
        SessionView(commitment(session.secret_hash), session.created_at, session.seen_at, session.address)
        for session in accounts.sessions_of(read, number)
        if account.kept_here or session.centre_id == centre_id
    )


def own_sessions(read: Read, number: int) -> tuple[SessionView, ...]:
    """Return all sessions of a person, the last that began first."""
    return tuple(
        SessionView(commitment(session.secret_hash), session.created_at, session.seen_at, session.address)
        for session in accounts.sessions_of(read, number)
    )


def session_id(kept: str) -> str:
    """Return by which id a session is named whose secret is kept under a hash."""
    return commitment(kept)


def disable(tx: Transaction, number: int, now: datetime, by: By) -> None:
    """Let a person sign in no more: their sessions end, and they get up, unless a token is still with them.

    Doing it twice is harmless. Raises UnknownPerson, OwnAccount, KeptElsewhere.
    """
    account, log = another_kept(tx, number, by), _log(tx, now)
    if account.disabled_at is not None:
        return
    accounts.set_account(tx.conn, number, disabled_at=now)
    _end(tx, number)
    get_up(tx, number)
    log.record(PersonDisabled(number), by)


def enable(tx: Transaction, number: int, now: datetime, by: By) -> None:
    """Let a person sign in again; doing it twice is harmless. Raises UnknownPerson, KeptElsewhere."""
    account, log = _kept(tx, number), _log(tx, now)
    if account.disabled_at is not None:
        accounts.set_account(tx.conn, number, disabled_at=None)
        log.record(PersonEnabled(number), by)


def unlock(tx: Transaction, number: int, now: datetime, by: By) -> None:
    """Forget the wrong passwords that were given for a person; raises UnknownPerson, KeptElsewhere."""
    _kept(tx, number)
    log = _log(tx, now)
    waits.forget_person(tx.conn, number)
    log.record(PersonUnlocked(number), by)


def give_password(tx: Transaction, number: int, kept: str, now: datetime, by: By) -> None:
    """Give a person the password of a hash, with which they choose their own; their sessions end.

    Raises UnknownPerson, OwnAccount, KeptElsewhere.
    """
    another_kept(tx, number, by)
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
    """End a session of a person by its id, or all of them; returns how many. Raises UnknownPerson, UnknownSession.

    Another centre than the one that keeps their account ends only the sessions that act there.
    """
    account, log = account_of(tx.conn, tx.centre.id, number), _log(tx, now)
    at = None if account.kept_here or _is_own(number, by) else tx.centre.id
    ended = _end(tx, number, only=session, at=at)
    if session is not None and not ended:
        raise UnknownSession("This session has ended already.")
    for each in ended:
        log.record(SessionEnded(number, each), by)
    return len(ended)


def end_others(tx: Transaction, number: int, session: str | None) -> None:
    """End the sessions of a person, but for the one of a hash; what is recorded beside tells so."""
    _end(tx, number, but=session)


def end_one(tx: Transaction, session: str) -> None:
    """End the session of a hash; what is recorded beside tells so."""
    accounts.end_sessions(tx.conn, [session])


def end_sessions_here(tx: Transaction, number: int) -> None:
    """End the sessions of a person that act at the transaction's centre; what is recorded beside tells so."""
    _end(tx, number, at=tx.centre.id)


def get_up(tx: Transaction, number: int) -> None:
    """Let a person get up from wherever they sit at the transaction's centre, unless a token is still with them."""
    with suppress(CounterBusy):
        leave(tx, Principal(f"{STAFF}{number}", Role.COUNTER, tx.centre.id, tx.centre.code))


def _log(tx: Transaction, now: datetime) -> InstallationLog:
    """Note that who is there changes, and open the record before it does."""
    move_auth(tx.conn)
    return InstallationLog(tx, now)


def _end(
    tx: Transaction, number: int, *, only: str | None = None, but: str | None = None, at: int | None = None
) -> list[str]:
    """Delete the sessions of a person (those `at` a centre), or the `only` one of an id; returns the ids of those that
    ended.
    """
    sessions = accounts.sessions_of(tx.conn, number)
    hashes = [session.secret_hash for session in sessions if at in (None, session.centre_id)]
    ended = [kept for kept in hashes if kept != but and only in (None, commitment(kept))]
    accounts.end_sessions(tx.conn, ended)
    return [commitment(kept) for kept in ended]


def account_of(read: Read, centre_id: int, number: int) -> Account:
    """Return a person whom a centre knows; raises UnknownPerson."""
    account = accounts.account_by_id(read, centre_id, number) if number <= ID_MAX else None
    if account is None:
        raise UnknownPerson("There is no such person in this centre.")
    return account


def another(tx: Transaction, number: int, by: By) -> Account:
    """Return a person whom the transaction's centre knows; raises UnknownPerson, OwnAccount where it is who asks."""
    account = account_of(tx.conn, tx.centre.id, number)
    if _is_own(number, by):
        raise OwnAccount("Another person does this to your account, so that nobody locks themselves out.")
    return account


def another_kept(tx: Transaction, number: int, by: By) -> Account:
    """Return a person whose account the transaction's centre keeps; raises as `another` does, and KeptElsewhere."""
    another(tx, number, by)
    return _kept(tx, number)


def _kept(tx: Transaction, number: int) -> Account:
    account = account_of(tx.conn, tx.centre.id, number)
    if not account.kept_here:
        centre = accounts.kept_at(tx.conn, number)
        raise KeptElsewhere(f"The account of {account.user} is kept at {centre}, where this is done.", centre=centre)
    return account


def _is_own(number: int, by: By) -> bool:
    return by.actor == f"{STAFF}{number}"


def _view(account: Account, now: datetime, by: By) -> PersonView:
    locked = account.locked_until is not None and now < account.locked_until
    state = PersonState.LOCKED if locked else PersonState.ACTIVE
    return PersonView(
        account.id,
        account.user,
        None if account.role is None else Role(account.role),
        account.kept_here,
        state if account.disabled_at is None else PersonState.DISABLED,
        account.created_at,
        account.seen_at,
        account.own_password,
        account.second_step,
        account.sessions,
        _is_own(account.id, by),
    )
