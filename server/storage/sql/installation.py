"""Reads and writes of the chain of the installation, and what its events are compared with."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, text, update

from server.domain.approvals import Asked, Guarded
from server.domain.events.event import StoredEvent
from server.domain.events.installation import Act, commitment, phone_commitment
from server.domain.json import Stored
from server.domain.proof.people import ApprovalFacts, KeyFacts, People, PersonFacts, SessionFacts
from server.storage.base import Row
from server.storage.sql.events import BLOCK
from server.storage.statements import Statement
from server.storage.tables.events import InstallationEventTable
from server.storage.tables.people import (
    AccessKeyTable,
    ApprovalTable,
    DerivedKeyTable,
    InstallationTable,
    MembershipTable,
    PinTable,
    RecoveryCodeTable,
    SecondFactorTable,
    StaffSessionTable,
    StaffTable,
)

EVENT = select(*(getattr(InstallationEventTable, name) for name in StoredEvent.__slots__))
BETWEEN = Statement(
    EVENT.where(
        InstallationEventTable.seq > bindparam("begin"), InstallationEventTable.seq <= bindparam("last")
    ).order_by(InstallationEventTable.seq)
)
BEGIN = Statement(text("INSERT INTO installation (id, auth_seq) VALUES (1, 0) ON CONFLICT (id) DO NOTHING"))
CHAIN = select(InstallationTable.event_seq, InstallationTable.head)
LOCK = Statement(CHAIN.with_for_update())
LOOK = Statement(CHAIN)
APPEND = Statement(insert(InstallationEventTable), list(StoredEvent.__slots__))
MOVE = Statement(update(InstallationTable), ["event_seq", "head"])
IS_INSTALLED = InstallationEventTable.kind == Act.CENTRE_INSTALLED.value
IS_REFUSAL = text(f"installation_event.kind = '{Act.SIGN_IN_REFUSED.value}'")


class Chain(NamedTuple):
    """How far the chain of the installation has come: the number of its last event, and its hash."""

    seq: int
    head: str

    @property
    def text(self) -> str:
        """Both as one word, as the close of a day holds it."""
        return f"{self.seq}:{self.head}"


def chain_of(conn: Connection) -> Chain:
    """Return how far the chain has come."""
    return Chain(*(LOOK.row(conn) or (0, "")))


def lock_chain(conn: Connection) -> Chain:
    """Lock the row of the installation until the end of the transaction; returns how far its chain has come."""
    BEGIN.run(conn)
    return Chain(*(LOCK.row(conn) or (0, "")))


def append(conn: Connection, row: StoredEvent) -> None:
    """Write the next event of the chain."""
    APPEND.send(conn, **{name: getattr(row, name) for name in StoredEvent.__slots__})
    MOVE.send(conn, event_seq=row.seq, head=row.hash)


def stored_between(conn: Connection, after: int, until: int) -> Iterator[StoredEvent]:
    """Return the rows of the events after + 1 … until, in order; read in blocks, so that memory does not grow."""
    for begin in range(after, until, BLOCK):
        for row in BETWEEN.rows(conn, begin=begin, last=min(until, begin + BLOCK)):
            yield StoredEvent(*row)


def refusals_since(conn: Connection, moment: datetime) -> list[StoredEvent]:
    """Return the refused sign-ins since a moment."""
    query = EVENT.where(IS_REFUSAL, InstallationEventTable.at >= moment).order_by(InstallationEventTable.seq)
    return [StoredEvent(*row) for row in conn.execute(query)]


def set_up_of(conn: Connection, centre_id: int) -> str | None:
    """Return the hash of the first version of the set-up of a centre, None where its installation is not on record."""
    events = conn.execute(select(InstallationEventTable.data).where(IS_INSTALLED)).scalars()
    return next((data["set_up"] for data in events if data["centre"] == centre_id), None)


def note_beside(conn: Connection, seq: int, private: Stored) -> None:
    """Write what stands beside an event of the chain."""
    conn.execute(update(InstallationEventTable).where(InstallationEventTable.seq == seq).values(private=dict(private)))


def _secrets(conn: Connection) -> dict[int, tuple[str, bool]]:
    rows = conn.execute(select(DerivedKeyTable.number, DerivedKeyTable.fingerprint, DerivedKeyTable.ended_at))
    return {number: (commitment(fingerprint), ended is not None) for number, fingerprint, ended in rows}


def people_now(conn: Connection) -> People:
    """Return people, keys and sessions as the tables have them."""
    person = select(StaffTable.id, StaffTable.centre_id)
    phone = (SecondFactorTable.key_number, SecondFactorTable.nonce)
    person_kept = (
        person.add_columns(StaffTable.password_hash, StaffTable.disabled_at)
        .add_columns(*phone, PinTable.pin_hash)
        .outerjoin(SecondFactorTable, SecondFactorTable.staff_id == StaffTable.id)
        .outerjoin(PinTable, PinTable.staff_id == StaffTable.id)
    )
    roles = _roles(conn)
    codes = select(RecoveryCodeTable.staff_id, RecoveryCodeTable.code_hash)
    table = AccessKeyTable
    key = select(table.id, table.centre_id, table.role, table.device_id, table.counter_id, table.all_centres)
    key_kept = key.add_columns(table.secret_hash, table.revoked_at)
    session = select(StaffSessionTable.secret_hash, StaffSessionTable.staff_id, StaffSessionTable.created_at)
    session_at = session.add_columns(StaffSessionTable.centre_id)
    session_due = select(StaffSessionTable.secret_hash).where(StaffSessionTable.second_due)
    return People(
        people={row[0]: _person_facts(row, roles.get(row[0], ())) for row in conn.execute(person_kept)},
        keys={row[0]: _key_facts(row) for row in conn.execute(key_kept)},
        sessions={commitment(kept): SessionFacts(*facts) for kept, *facts in conn.execute(session_at)},
        due={commitment(kept) for (kept,) in conn.execute(session_due)},
        codes={commitment(kept): person_id for person_id, kept in conn.execute(codes)},
        approvals=_approvals(conn),
        secrets=_secrets(conn),
    )


def _approvals(conn: Connection) -> dict[int, ApprovalFacts]:
    table, facts = ApprovalTable, dict[int, ApprovalFacts]()
    asked = select(table.id, table.centre_id, table.act, table.about, table.detail, table.asked_by)
    for row in conn.execute(asked.add_columns(table.decided_by, table.approved, table.used_at)):
        number, centre, act, about, detail, asked_by, decided_by, approved, used_at = row
        what = Asked(Guarded(act), about, detail).commitment
        facts[number] = ApprovalFacts(centre, what, asked_by, decided_by, approved, used_at is not None)
    return facts


def _roles(conn: Connection) -> dict[int, tuple[tuple[int, str], ...]]:
    """Return as what people work at which centres, by their numbers."""
    table, roles = MembershipTable, defaultdict[int, list[tuple[int, str]]](list)
    query = select(table.staff_id, table.centre_id, table.role).order_by(table.staff_id, table.centre_id)
    for person, centre, role in conn.execute(query):
        roles[person].append((centre, role))
    return {person: tuple(listed) for person, listed in roles.items()}


def _person_facts(row: Row, roles: tuple[tuple[int, str], ...]) -> PersonFacts:
    _, centre, kept, disabled, number, nonce, pin = row
    phone = None if nonce is None else phone_commitment(number, nonce)
    pin = None if pin is None else commitment(pin)
    return PersonFacts(centre, commitment(kept), disabled is not None, phone, roles, pin)


def _key_facts(row: Row) -> KeyFacts:
    _, centre, role, device, counter, everywhere, kept, revoked = row
    return KeyFacts(centre, role, device, counter, everywhere, commitment(kept), revoked is not None)


def hash_at(conn: Connection, seq: int) -> str:
    """Return the hash of an event; that of event 0 is the empty text with which a chain begins."""
    query = select(InstallationEventTable.hash).where(InstallationEventTable.seq == seq)
    return conn.execute(query).scalar_one_or_none() or ""
