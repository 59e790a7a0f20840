"""The installation, and who is there: devices, people, their sessions, and keys."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.base import Base, Object


class InstallationTable(Base):
    """The one row of the installation (id 1).

    `auth_seq` grows with every change of a key, session, person, seat or role, in the transaction that makes it: each
    process keeps who is there and compares this number. `event_seq` counts the events of its chain, `head` is the hash
    of the last.
    """

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    auth_seq: Mapped[int] = mapped_column(BigInteger)
    event_seq: Mapped[int] = mapped_column(BigInteger, server_default="0")
    head: Mapped[str] = mapped_column(server_default=text("''"))


class DerivedKeyTable(Base):
    """A number under which keys are derived from the secret of the installation, and which secret that was.

    What is signed under a number that has ended is refused, but for references and seals.
    """

    __tablename__ = "derived_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DeviceTable(Base):
    """A kiosk, a board or a printer; `printer` is the device that prints what this one issues."""

    __tablename__ = "device"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    zone: Mapped[str | None]
    printer: Mapped[str | None]
    settings: Mapped[Object]


class StaffTable(Base):
    """A person who signs in; `user` is the normal form of their name, the password an argon2id hash.

    The centre keeps their account; where they work and as what is told by their memberships. `own_password` is false
    while it is one that somebody gave them; `seen_at` is of any session, noted now and then.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    user: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    own_password: Mapped[bool] = mapped_column(default=True, server_default=true())
    seen_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class MembershipTable(Base):
    """As what a person works at a centre."""

    __tablename__ = "membership"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True, autoincrement=False, index=True)
    role: Mapped[str]


class StaffSessionTable(Base):
    """A person who is signed in, at the centre where they act; the cookie's secret is kept as a SHA-256 hash.

    While it is `locked_at` it does nothing but take the PIN; `pin_misses` counts the wrong ones.
    While `second_due` only their password was right, and the session does nothing but take the second step. While
    `centre_due` they have yet to choose the centre.
    """

    __tablename__ = "staff_session"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str | None]
    second_due: Mapped[bool] = mapped_column(default=False, server_default=false())
    centre_due: Mapped[bool] = mapped_column(default=False, server_default=false())
    locked_at: Mapped[datetime | None]
    pin_misses: Mapped[int] = mapped_column(default=0, server_default="0")


class SecondFactorTable(Base):
    """The phone of a person that tells the code of the second step.

    Its secret is kept nowhere: it is derived from that of the installation by the `key_number`, the person and the
    `nonce`. No code is taken of a time step up to `used_step`.
    """

    __tablename__ = "second_factor"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    key_number: Mapped[int]
    nonce: Mapped[str]
    enrolled_at: Mapped[datetime]
    used_step: Mapped[int] = mapped_column(BigInteger)


class PinTable(Base):
    """The PIN by which a person comes back to a session that is locked: an argon2id hash of its keyed hash.

    The key is that of the `key_number` of the installation: who reads the database alone tries no PIN.
    """

    __tablename__ = "pin"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    key_number: Mapped[int]
    pin_hash: Mapped[str]
    set_at: Mapped[datetime]


class RecoveryCodeTable(Base):
    """A code on paper that stands once for the phone of a person; kept as a SHA-256 hash, gone when it was used."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)


class SignInWaitTable(Base):
    """How often a sign-in was wrong at a place of late, and until when none is looked at there.

    A place is an address, or an address with a name; `staff_id` is whose name it is, if anybody's.
    """

    __tablename__ = "sign_in_wait"

    place: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    misses: Mapped[int]
    next_at: Mapped[datetime]
    missed_at: Mapped[datetime] = mapped_column(index=True)


class ApprovalTable(Base):
    """Something that somebody asked a second named person for; `approved` is empty until one has decided."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    act: Mapped[str]
    about: Mapped[str]
    detail: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    approved: Mapped[bool | None]
    used_at: Mapped[datetime | None]


class AccessKeyTable(Base):
    """A bearer key of a role, kept as a SHA-256 hash; it may be bound to a device or to a counter.

    A key of `all_centres` acts in every centre of the installation; `centre_id` is where it is at home. One with which
    a screen was paired tells when, from which `address` and by which `browser`; the screen shows its name until
    `named_until`.
    """

    __tablename__ = "access_key"
    __table_args__ = (
        ForeignKeyConstraint(["centre_id", "device_id"], ["device.centre_id", "device.id"]),
        ForeignKeyConstraint(["centre_id", "counter_id"], ["counter.centre_id", "counter.id"]),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    name: Mapped[str]
    role: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    device_id: Mapped[str | None]
    counter_id: Mapped[str | None]
    all_centres: Mapped[bool]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    paired_at: Mapped[datetime | None]
    address: Mapped[str | None]
    browser: Mapped[str | None]
    named_until: Mapped[datetime | None]


class PairingTable(Base):
    """A page of a screen that is not paired yet: the code it shows, and the hash of the secret it would open with."""

    __tablename__ = "pairing"

    code: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    kind: Mapped[str]
    device: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    browser: Mapped[str]
    asked_at: Mapped[datetime]
