"""Work is proven once it is done, and by nothing else."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from server.domain.derived import DerivedKey
from server.domain.proofs_of_work import PREFIX, challenge, derived, proven

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
KEY = DerivedKey(1, b"k" * 32)


def solved(given: Any) -> dict[str, Any]:
    """Return what the widget sends when it has counted up to the answer."""
    parameters = given["parameters"]
    right = next(n for n in count() if derived(parameters, n).startswith(bytes.fromhex(PREFIX)))
    return {"challenge": dict(given), "solution": {"counter": right, "derivedKey": "", "time": 12.5}}


def sent(proof: object) -> str:
    return b64encode(json.dumps(proof).encode()).decode()


@pytest.fixture(scope="module")
def proof() -> dict[str, Any]:
    return solved(challenge(KEY, NOW))


def test_a_challenge_that_is_solved_in_time_is_proven_by_its_nonce(proof: dict[str, Any]) -> None:
    nonce = proof["challenge"]["parameters"]["nonce"]
    assert proven(sent(proof), KEY, NOW) == nonce
    assert proven(sent(proof), KEY, NOW + timedelta(seconds=599)) == nonce
    assert proven(sent(proof), KEY, NOW + timedelta(seconds=600)) is None
    assert proven(sent(proof), DerivedKey(1, b"another"), NOW) is None


def test_every_challenge_is_a_new_one() -> None:
    nonces = {str(challenge(KEY, NOW)["parameters"]["nonce"]) for _ in range(100)}  # type: ignore[index, call-overload]
    assert len(nonces) == 100


@pytest.mark.parametrize(
    "changed",
    [{"cost": 1}, {"keyPrefix": ""}, {"expiresAt": 9_999_999_999}, {"nonce": "00" * 16}, {"more": 1}, {"salt": "é"}],
)
def test_a_challenge_that_was_made_easier_proves_nothing(proof: dict[str, Any], changed: dict[str, Any]) -> None:
    before = proof["challenge"]
    easier = {**before, "parameters": {**before["parameters"], **changed}}
    assert proven(sent({**proof, "challenge": easier}), KEY, NOW) is None


@pytest.mark.parametrize("counter", [-1, 2**32, 2**64, 1.5, "1", True, None, [], {}])
def test_a_count_that_is_none_proves_nothing(proof: dict[str, Any], counter: object) -> None:
    assert proven(sent({**proof, "solution": {"counter": counter}}), KEY, NOW) is None


def test_a_wrong_count_proves_nothing(proof: dict[str, Any]) -> None:
    wrong = {"counter": proof["solution"]["counter"] + 1}
    assert proven(sent({**proof, "solution": wrong}), KEY, NOW) is None


@pytest.mark.parametrize(
    "garbage",
    ["", "é", "====", "bm9wZQ==", sent(None), sent([]), sent({}), sent({"challenge": 1}), sent("[" * 800), "W1tb" * 300]
    + [
        sent({"challenge": {"parameters": {}, "signature": sign}, "solution": {"counter": 1}})
        for sign in ("é", 1, None)
    ]
    + [b64encode(b'{"a":NaN}').decode(), b64encode(b"\xff\xfe").decode(), "A" * 10_000_000],
)
def test_what_is_no_proof_is_none_and_no_error(garbage: str) -> None:
    assert proven(garbage, KEY, NOW) is None
