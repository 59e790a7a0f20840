"""The claim of a slip: what its token was when it was given, signed, in the QR code of the citizen's own page.

`SECRET.PACKED.LABEL.CLASS.SERVICE` stands where the address may have the secret alone. PACKED is base64url (RFC 4648,
section 5) of 39 bytes, numbers in network order: 1 version, 1 number of the key, 4 epoch of the centre, 16 id of the
token, 2 days since 2000-01-01, 5 milliseconds from that day 00:00 UTC to the instant its age counts from, and 10 of
HMAC-SHA-256 (RFC 2104) over all the rest. With an address of 40 characters that makes 160 at most.

It is what a server that was restored, or that never heard of the token, believes about it.
"""

import base64
import hashlib
import hmac
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from server.domain.errors import InvalidInput

VERSION = 1
FIRST_DAY = date(2000, 1, 1)
HEAD = struct.Struct(">BB4s16sHq")
AGE_AT, AGE_UNUSED = 24, 3  # of the eight bytes of the age five are written
MAC_BYTES = 10
PACKED = HEAD.size - AGE_UNUSED + MAC_BYTES
SERVICE_MOST, MARK = 24, "~"
PARTS = 5
MILLISECOND = timedelta(milliseconds=1)
KeyOf = Callable[[int], bytes | None]
"""Gives the key for slips of a number, None for one that is not there or was ended."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a slip says of its token; `epoch` and `service` are marks: `epoch_mark`, `service_mark`."""

    epoch: str
    token_id: str
    day: date
    label: str
    klass: str
    service: str
    aged_from: datetime


def service_mark(code: str) -> str:
    """Return the code of a service as a claim has it: as it is, or cut and told apart by six hexadecimal digits."""
    if len(code) <= SERVICE_MOST:
        return code
    return f"{code[: SERVICE_MOST - 7]}{MARK}{hashlib.sha256(code.encode()).hexdigest()[:6]}"


def epoch_mark(epoch: str) -> str:
    """Return what tells the epochs of a centre apart in its claims: eight hexadecimal digits."""
    return hashlib.sha256(epoch.encode()).hexdigest()[:8]


def secret_in(text: str) -> str:
    """Return the secret of the citizen's own page from what stands behind `/t/`, with a claim or without."""
    return text.partition(".")[0]


def signed(secret: str, claim: Claim, key: bytes, number: int) -> str:
    """Return the secret with a claim; raises InvalidInput for one that this form cannot hold."""
    texts = (claim.label, claim.klass, claim.service)
    if any("." in text for text in texts):
        raise InvalidInput(f"A claim cannot hold {texts}.")
    head = _packed(claim, number)
    packed = base64.urlsafe_b64encode(head + _mac(secret, head, texts, key)).decode()
    return ".".join((secret, packed, *texts))


def read_claim(text: str, key_of: KeyOf) -> Claim:
    """Return the claim behind a secret; raises InvalidInput for none, and for one that nobody of us has signed."""
    secret, *parts = text.split(".")
    try:
        packed, *texts = parts
        label, klass, service = texts
        both = base64.urlsafe_b64decode(packed)
        head, mac = both[:-MAC_BYTES], both[-MAC_BYTES:]
        version, number, epoch, token, days, age = HEAD.unpack(_filled(head))
    except (ValueError, struct.error):  # binascii.Error is one
        raise InvalidInput("This slip carries no claim.") from None
    key = key_of(number) if version == VERSION else None
    if key is None or not hmac.compare_digest(mac, _mac(secret, head, (label, klass, service), key)):
        raise InvalidInput("The claim of this slip was not signed by this installation.")
    day = FIRST_DAY + timedelta(days=days)
    return Claim(
        epoch.hex(), str(uuid.UUID(bytes=token)), day, label, klass, service, _midnight(day) + age * MILLISECOND
    )


def _packed(claim: Claim, number: int) -> bytes:
    try:
        token, epoch = uuid.UUID(claim.token_id).bytes, bytes.fromhex(claim.epoch)
        age = (claim.aged_from - _midnight(claim.day)) // MILLISECOND
        whole = HEAD.pack(VERSION, number, epoch, token, (claim.day - FIRST_DAY).days, age)
    except (ValueError, struct.error) as error:
        raise InvalidInput(f"A claim cannot hold this token: {error}.") from error
    head = whole[:AGE_AT] + whole[AGE_AT + AGE_UNUSED :]
    if _filled(head) != whole:
        raise InvalidInput("A claim cannot hold this token: it is older than 17 years.")
    return head


def _filled(head: bytes) -> bytes:
    """Return a head with all eight bytes of its age."""
    sign = b"\xff" if head[AGE_AT : AGE_AT + 1] >= b"\x80" else b"\x00"
    return head[:AGE_AT] + sign * AGE_UNUSED + head[AGE_AT:]


def _mac(secret: str, head: bytes, texts: tuple[str, ...], key: bytes) -> bytes:
    body = b"\n".join((secret.encode(), head.hex().encode(), *(text.encode() for text in texts)))
    return hmac.new(key, body, hashlib.sha256).digest()[:MAC_BYTES]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
