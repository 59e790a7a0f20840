"""The security headers of every answer, word for word."""

import pytest

from tests.web.conftest import Api

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
TRUSTED_TYPES = "require-trusted-types-for 'script'"


@pytest.mark.parametrize(
    ("path", "policy", "cache"),
    [
        ("/", POLICY | {TRUSTED_TYPES}, "no-store"),
        ("/login", POLICY | {TRUSTED_TYPES}, "no-store"),
        ("/healthz", POLICY | {TRUSTED_TYPES}, "no-store"),
        ("/api/v1/nowhere", POLICY | {TRUSTED_TYPES}, "no-store"),
        ("/api/openapi.json", POLICY | {TRUSTED_TYPES}, "no-store"),
        ("/api/docs", POLICY, "no-store"),  # the vendored reference page writes its own markup
        ("/static/base.css", POLICY | {TRUSTED_TYPES}, "no-cache"),
        ("/counter/static/main.js", POLICY | {TRUSTED_TYPES}, "no-cache"),
        ("/socket.io/?EIO=4&transport=polling", POLICY | {TRUSTED_TYPES}, "no-store"),
        ("/socket.io/?EIO=1", POLICY | {TRUSTED_TYPES}, "no-store"),
    ],
)
def test_an_answer_may_load_nothing_foreign_stand_in_no_frame_and_stay_in_no_cache(
    api: Api, path: str, policy: set[str], cache: str
) -> None:
    with api.client.get(path) as answer:
        headers = answer.headers
    assert set(headers["Content-Security-Policy"].split("; ")) == policy
    assert headers["Cache-Control"] == cache
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_an_answer_to_a_key_stays_in_no_cache(api: Api) -> None:
    assert api.send("GET", "/api/v1/centres/PSK-DEMO/snapshot").headers["Cache-Control"] == "no-store"
