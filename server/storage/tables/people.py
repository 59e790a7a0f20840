"""The installation, and who is there: devices, people, their sessions, and keys."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, text
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
    """A person who signs in; the password is an argon2id hash."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    user: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_hash: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class StaffSessionTable(Base):
    """A person who is signed in; the cookie's secret is kept as a SHA-256 hash."""

    __tablename__ = "staff_session"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class AccessKeyTable(Base):
    """A bearer key of a role, kept as a SHA-256 hash; it may be bound to a device or to a counter.

    A key of `all_centres` acts in every centre of the installation; `centre_id` is where it is at home.
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
