"""The second step of a sign-in: the code of a phone, which changes every 30 s (RFC 6238), or one of ten on paper.

The secret of a phone is kept nowhere: it is derived from that of the installation, the person and a nonce, so that who
reads the database alone knows no code. One that is derived under a number that has ended tells no code any more.
"""

import hmac
import secrets
import unicodedata
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pyotp

from server.domain.actors import By
from server.domain.credentials import TYPED_MAX
from server.domain.derived import DerivedKey, DerivedKeys, Purpose
from server.domain.errors import Unauthenticated
from server.domain.events.installation import (
    RecoveryCodeUsed,
    SecondStepEnded,
    SecondStepEnrolled,
    SecondStepTaken,
    commitment,
    phone_commitment,
)
from server.services.people import accounts, slowing
from server.services.people.principal import secret_hash
from server.services.people.seats import STAFF
from server.storage.installation import InstallationLog
from server.storage.sql import second_steps
from server.storage.sql.presence import hold_people, move_auth
from server.storage.sql.second_steps import Factor
from server.storage.transaction import Read, Transaction

STEP_S = 30
SECRET_BYTES = 20
"""As many as SHA-1 gives, by which every phone computes (RFC 4226, section 4)."""
NONCE_BYTES = 16
CODES, CODE_BYTES, GROUP = 10, 10, 4


@dataclass(frozen=True, slots=True)
class Offer:
    """What a phone is set up with: `token` brings it back, `secret` is typed where no camera is, `uri` stands in the QR
    code."""

    token: str
    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Whose:
    """A person with their name, and the hash of the secret of the session that they act in."""

    number: int
    user: str
    session: str


def offered(keys: DerivedKeys, whose: Whose, issuer: str, token: str = "") -> Offer:
    """Return what a person sets their phone up with: anew, or as a `token` of this session has it."""
    key = keys.key(Purpose.SECOND_STEP)
    nonce = _nonce_in(key, whose, token) or secrets.token_hex(NONCE_BYTES)
    secret = _secret(key, whose.number, nonce)
    uri = pyotp.TOTP(secret, name=whose.user, issuer=issuer).provisioning_uri()
    return Offer(f"{nonce}.{_seal(key, whose, nonce)}", secret, uri)


def enrol(tx: Transaction, keys: DerivedKeys, whose: Whose, token: str, typed: str, now: datetime) -> list[str] | None:
    """Keep a phone that tells the right code, and return ten codes for paper; None when the code does not fit.

    The phone and the codes of before are void, and the person's other sessions end.
    """
    log, key = _log(tx, now), keys.key(Purpose.SECOND_STEP)
    nonce = _nonce_in(key, whose, token)
    step = None if nonce is None else _step(_secret(key, whose.number, nonce), _normal(typed), now)
    if nonce is None or step is None:
        return None
    codes = [b32encode(secrets.token_bytes(CODE_BYTES)).decode() for _ in range(CODES)]
    kept = [secret_hash(code) for code in codes]
    second_steps.keep_factor(tx.conn, Factor(whose.number, key.number, nonce, now, step), kept)
    accounts.end_others(tx, whose.number, whose.session)
    phone, session = phone_commitment(key.number, nonce), commitment(whose.session)
    told = SecondStepEnrolled(whose.number, phone, tuple(map(commitment, kept)), session)
    log.record(told, By(f"{STAFF}{whose.number}"))
    return ["-".join(_grouped(code)) for code in codes]


def end_own(tx: Transaction, whose: Whose, now: datetime) -> None:
    """Let a person sign in by their password alone, by their own word; their other sessions end."""
    _end(tx, whose.number, whose.session, now, By(f"{STAFF}{whose.number}"))


def end(tx: Transaction, number: int, now: datetime, by: By) -> None:
    """Let somebody whose phone is lost sign in by their password alone; their sessions end.

    Doing it twice is harmless. Raises UnknownPerson, OwnAccount, KeptElsewhere.
    """
    accounts.another_kept(tx, number, by)
    _end(tx, number, None, now, by)


def take(
    tx: Transaction, keys: DerivedKeys, whose: Whose, typed: str, now: datetime, address: str | None = None
) -> bool:
    """Let a session go on whose person gives a right code; returns whether it was.

    A code of the phone is taken once, and so is one on paper. Counting a wrong one is a change that stays, so it is an
    answer and not a refusal. Raises LockedOut while one has to wait, and Unauthenticated for a session that has ended.
    """
    hold_people(tx.conn)
    slowing.require_calm(tx.conn, whose.user, address, now, second=whose.number)
    factor = second_steps.factor_of(tx.conn, whose.number)
    if factor is None or second_steps.waiting_person(tx.conn, whose.session) != whose.number:
        raise Unauthenticated("Please sign in again.")
    code, by = _normal(typed), By(f"{STAFF}{whose.number}")
    log, session = _log(tx, now), commitment(whose.session)
    step = _step_now(keys, factor, code, now)
    if step is not None:
        second_steps.note_step(tx.conn, whose.number, step)
        log.record(SecondStepTaken(whose.number, session), by)
    elif second_steps.use_code(tx.conn, whose.number, secret_hash(code)):
        log.record(RecoveryCodeUsed(whose.number, session, commitment(secret_hash(code))), by)
    else:
        slowing.note_miss(tx, whose.user, address, whose.number, now, second=True)
        return False
    slowing.note_right(tx, whose.user, address, second=whose.number)
    second_steps.note_second_step(tx.conn, whose.session)
    return True


def is_code_of(read: Read, keys: DerivedKeys, number: int, typed: str, now: datetime) -> bool:
    """Return whether it is a code that the phone of somebody tells now, and that was not taken yet."""
    factor = second_steps.factor_of(read, number)
    return factor is not None and _step_now(keys, factor, _normal(typed), now) is not None


def take_code(tx: Transaction, keys: DerivedKeys, number: int, typed: str, now: datetime) -> None:
    """Note that the code of a phone was taken: it is good for nothing more."""
    factor = second_steps.factor_of(tx.conn, number)
    step = None if factor is None else _step_now(keys, factor, _normal(typed), now)
    if step is not None:
        second_steps.note_step(tx.conn, number, step)


def codes_left(read: Read, number: int) -> int | None:
    """Return how many codes on paper a person has left, None when they have no second step."""
    return None if second_steps.factor_of(read, number) is None else second_steps.codes_left(read, number)


def _end(tx: Transaction, number: int, session: str | None, now: datetime, by: By) -> None:
    log = _log(tx, now)
    if second_steps.factor_of(tx.conn, number) is None:
        return
    second_steps.drop_factor(tx.conn, number)
    accounts.end_others(tx, number, session)
    log.record(SecondStepEnded(number, None if session is None else commitment(session)), by)


def _log(tx: Transaction, now: datetime) -> InstallationLog:
    move_auth(tx.conn)
    return InstallationLog(tx, now)


def _secret(key: DerivedKey, number: int, nonce: str) -> str:
    return b32encode(bytes.fromhex(key.mac(f"phone:{number}:{nonce}"))[:SECRET_BYTES]).decode()


def _seal(key: DerivedKey, whose: Whose, nonce: str) -> str:
    return key.mac(f"offer:{whose.number}:{whose.session}:{nonce}")


def _nonce_in(key: DerivedKey, whose: Whose, token: str) -> str | None:
    """Return the nonce that this session was offered, None for any other."""
    nonce, _, seal = token.partition(".")
    return nonce if hmac.compare_digest(seal.encode(), _seal(key, whose, nonce).encode()) else None


def _step_now(keys: DerivedKeys, factor: Factor, code: str, now: datetime) -> int | None:
    """Return the time step of a code of the phone that was not taken yet, None when it is none of now."""
    key = next((each for each in keys.accepted(Purpose.SECOND_STEP) if each.number == factor.key_number), None)
    step = None if key is None else _step(_secret(key, factor.staff_id, factor.nonce), code, now)
    return step if step is not None and step > factor.used_step else None


def _step(secret: str, code: str, now: datetime) -> int | None:
    """Return the latest time step whose code it is: the present one, the one before or, for a fast clock, the next."""
    present, phone = int(now.timestamp()) // STEP_S, pyotp.TOTP(secret)
    fitting = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(phone.generate_otp(step).encode(), code.encode())
    ]
    return max(fitting, default=None)


def _normal(typed: str) -> str:
    """Return a code as it was told: without what stands between its signs, in capitals, with digits of any script."""
    signs = unicodedata.normalize("NFKC", typed[:TYPED_MAX]).upper()
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in signs if sign.isalnum())


def _grouped(code: str) -> Iterator[str]:
    return (code[begin : begin + GROUP] for begin in range(0, len(code), GROUP))
