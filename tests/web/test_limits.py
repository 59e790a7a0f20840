"""A device, a phone and a guesser are held to a measure, and nobody else for what they do."""

import contextlib
import secrets
import time
from pathlib import Path

import pytest
from limits import parse

from server.config import load_settings
from server.domain.errors import RateLimited
from server.domain.permissions import Role
from server.web.limits import Limit, Limits, OwnCounts
from tests.api.test_api import AT, Api

REDIS = "redis://127.0.0.1:6379/9"
NOBODY = "redis://127.0.0.1:1/0"


def count_until_refused(limits: Limits, limit: Limit, who: str) -> int:
    number = 0
    with contextlib.suppress(RateLimited):
        while number < 1000:
            limits.require(limit, who)
            number += 1
    return number


@pytest.mark.parametrize("redis", [None, REDIS])
def test_each_is_counted_by_itself(tmp_path: Path, redis: str | None) -> None:
    environ = {"BAARI_DATA_DIR": str(tmp_path)} | ({"BAARI_REDIS_URL": redis} if redis else {})
    one, other = Limits(load_settings(environ)), Limits(load_settings(environ))
    who = secrets.token_hex(8)
    assert count_until_refused(one, Limit.GOING_OUT, who) == 5
    assert count_until_refused(one, Limit.GOING_OUT, f"{who} beside") == 5
    assert count_until_refused(one, Limit.PHONE, who) == 10
    assert count_until_refused(other, Limit.GOING_OUT, who) == (0 if redis else 5)  # two processes, one count


def test_a_wall_clock_that_was_set_back_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits, passed = Limits(load_settings({"BAARI_DATA_DIR": str(tmp_path)})), 0.0
    wall, steady = time.time, time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: steady() + passed)
    monkeypatch.setattr(time, "time", lambda: wall() - 3 * 60 * 60 + passed if passed else wall())
    assert count_until_refused(limits, Limit.KIOSK, "hall") == 60
    passed = 61.0
    assert count_until_refused(limits, Limit.KIOSK, "hall") == 60


def test_whoever_did_nothing_lately_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    counts, passed, steady = OwnCounts(), 0.0, time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: steady() + passed)
    for stranger in range(100):
        counts.hit(parse("1/second"), "GUESSES", str(stranger))
    passed = 61.0
    counts.hit(parse("1/second"), "GUESSES", "another")
    assert len(counts._ends) == 1


def test_where_redis_does_not_answer_each_process_counts_by_itself(tmp_path: Path) -> None:
    limits = Limits(load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_REDIS_URL": NOBODY}))
    assert count_until_refused(limits, Limit.GOING_OUT, "somebody") == 5


def test_a_setting_lets_all_of_that_be(tmp_path: Path) -> None:
    limits = Limits(load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_RATE_LIMITS": "0"}))
    assert count_until_refused(limits, Limit.GOING_OUT, "somebody") == 1000


def test_a_kiosk_that_takes_numbers_without_end_is_refused_and_the_others_are_not(api: Api) -> None:
    answers = [api.send("POST", f"{AT}/tokens", Role.KIOSK, json={"service": "NORMAL"}) for _ in range(70)]
    assert [answer.status_code for answer in answers] == [201] * 60 + [429] * 10
    refused = answers[-1]
    assert (refused.content_type, refused.get_json()["code"]) == ("application/problem+json", "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    for role in (Role.COUNTER, Role.INTEGRATION):
        assert api.send("POST", f"{AT}/tokens", role, json={"service": "NORMAL"}).status_code == 201
    api.keys[Role.KIOSK] = api.floor.key(Role.KIOSK)
    assert api.send("POST", f"{AT}/tokens", Role.KIOSK, json={"service": "NORMAL"}).status_code == 201


def test_staff_are_never_limited_in_calling(api: Api) -> None:
    api.floor.open("G1")
    statuses = {api.send("POST", f"{AT}/counters/G1/call-next", Role.COUNTER).status_code for _ in range(200)}
    assert statuses == {409}


def test_a_phone_number_has_so_many_tokens(api: Api) -> None:
    body = {"service": "NORMAL", "phone": "+919800000001"}
    answers = [api.send("POST", f"{AT}/tokens", Role.COUNTER, json=body).status_code for _ in range(11)]
    assert answers == [201] * 10 + [429]
    assert api.send("POST", f"{AT}/tokens", Role.COUNTER, json={"service": "NORMAL"}).status_code == 201
    without_country = body | {"phone": "9800000001"}
    assert api.send("POST", f"{AT}/tokens", Role.COUNTER, json=without_country).status_code == 429


def test_whoever_goes_out_and_comes_back_without_end_is_held_in_line(api: Api) -> None:
    url = api.send("POST", f"{AT}/tokens", Role.COUNTER, json={"service": "NORMAL"}).get_json()["status_url"]
    secret = url.rpartition("/")[2]
    at, before = f"/api/v1/status/{secret}", api.floor.centre.event_seq
    answers = []
    for _ in range(300):
        answers += [api.send("POST", f"{at}/{what}", None).status_code for what in ("pause", "return")]
    assert answers[:10] == [200] * 10
    assert set(answers[10::2]) == {429}
    assert api.floor.centre.event_seq == before + 10
    assert api.send("GET", at, None).get_json()["state"] == "waiting"


def test_guesses_at_secrets_are_held_up_and_who_has_one_is_not(api: Api) -> None:
    """Three hundred phones share the address of the hall with whoever guesses."""
    url = api.send("POST", f"{AT}/tokens", Role.COUNTER, json={"service": "NORMAL"}).get_json()["status_url"]
    secret = url.rpartition("/")[2]
    paths = ("/api/v1/status/{}", "/t/{}")
    guesses = [api.send("GET", paths[n % 2].format(f"guess-{n:016}"), None).status_code for n in range(200)]
    assert guesses == [404] * 60 + [429] * 140
    for path in paths:
        assert api.send("GET", path.format(secret), None).status_code == 200
    assert api.send("POST", f"/api/v1/status/{secret}/pause", None).status_code == 200
    elsewhere = api.client.get("/api/v1/status/guess-of-another", environ_base={"REMOTE_ADDR": "198.51.100.4"})
    assert elsewhere.status_code == 404
