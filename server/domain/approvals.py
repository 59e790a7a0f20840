"""What needs a second named person where the settings ask for it, and how far that has come."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

AGE = timedelta(hours=24)
"""So long somebody may approve, and what they approved may be done."""


class Guarded(StrEnum):
    """What may need a second person."""

    ROLE = "role"
    ERASURE = "erasure"
    EXPORT = "export"
    RESTORE = "restore"


class ApprovalState(StrEnum):
    """How far an approval has come: what was approved is done once, and then it is used."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done: `about` whom or what, and in `detail`. Neither tells anything of a citizen: it is kept."""

    act: Guarded
    about: str
    detail: str = ""

    @property
    def commitment(self) -> str:
        """What the chain holds of it."""
        return hashlib.sha256("\n".join((self.act, self.about, self.detail)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Approval:
    """Something that somebody asked a second person for; `approved` is None until one has decided."""

    id: int
    asked: Asked
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    approved: bool | None = None
    used_at: datetime | None = None

    def state(self, now: datetime) -> ApprovalState:
        """Return how far it has come at a moment."""
        if self.used_at is not None:
            return ApprovalState.USED
        if self.approved is False:
            return ApprovalState.REFUSED
        if now >= self.expires_at:
            return ApprovalState.EXPIRED
        return ApprovalState.PENDING if self.approved is None else ApprovalState.APPROVED
