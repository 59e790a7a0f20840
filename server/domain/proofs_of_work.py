"""A challenge that costs a computer a moment and is checked at once, as the ALTCHA widget solves it (its version 2).

The widget counts up until PBKDF2 of the nonce and the count begins with `keyPrefix`. Nothing is kept of a challenge:
it carries the signature of who set it.
"""

import hashlib
import json
import secrets
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta
from hmac import compare_digest

from server.domain.derived import DerivedKey
from server.domain.json import Json, JsonObject, Stored

GOOD_FOR = timedelta(minutes=10)
LONGEST = 1200
"""Letters of a proof as it is sent; the widget's have about 700."""
COUNTS = 2**32
KEY_BYTES = 32
PASSES, PREFIX = 5000, "00"
"""How much work it is: 256 counts on average, half a second for a small computer; a proof is checked by one of them."""

NewToken = Callable[[int], str]


def challenge(key: DerivedKey, now: datetime, hexadecimal: NewToken = secrets.token_hex) -> JsonObject:
    """Return a new challenge as the widget reads it."""
    parameters: dict[str, Json] = {
        "algorithm": "PBKDF2/SHA-256",
        "cost": PASSES,
        "expiresAt": int((now + GOOD_FOR).timestamp()),
        "keyLength": KEY_BYTES,
        "keyPrefix": PREFIX,
        "nonce": hexadecimal(16),
        "salt": hexadecimal(16),
    }
    return {"parameters": parameters, "signature": _signature(key, parameters)}


def proven(proof: str, key: DerivedKey, now: datetime) -> str | None:
    """Return the nonce of the challenge that a proof solves, None where it is none, too old, or not of ours."""
    try:
        sent = json.loads(b64decode(proof, validate=True)) if len(proof) <= LONGEST else {}
        parameters, signature = sent["challenge"]["parameters"], sent["challenge"]["signature"]
        count = sent["solution"]["counter"]
        right = compare_digest(str(signature).encode(), _signature(key, parameters).encode())
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    if not right or now.timestamp() >= parameters["expiresAt"] or type(count) is not int or not 0 <= count < COUNTS:
        return None
    return str(parameters["nonce"]) if derived(parameters, count).startswith(bytes.fromhex(PREFIX)) else None


def derived(parameters: Stored, count: int) -> bytes:
    """Return the key that a count gives: one step of the work."""
    counted = bytes.fromhex(parameters["nonce"]) + count.to_bytes(4, "big")
    return hashlib.pbkdf2_hmac("sha256", counted, bytes.fromhex(parameters["salt"]), PASSES, KEY_BYTES)


def _signature(key: DerivedKey, parameters: JsonObject) -> str:
    return key.mac(json.dumps(parameters, sort_keys=True, separators=(",", ":")))
