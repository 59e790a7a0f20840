"""How long a refused sign-in takes tells nobody whether a name exists (distributions, not single values)."""

import gc
import random
from pathlib import Path
from time import perf_counter_ns

import argon2
import pytest
from flask.testing import FlaskClient

from server.app import build_server
from server.config import load_settings
from server.services.people import passwords
from server.web import sign_in
from tests.factories import MORNING, Floor, StillClock
from tests.services.people.people import add_person

NAMES, FAR = 150, 0.62
"""Of two samples of 150 of one distribution the share lies beyond 0.5 ± 0.12 once in 3,000 times."""


@pytest.fixture
def client(sqlite_floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return a browser at a server with many people whose passwords take a tenth of the work, so that more is seen."""
    light = argon2.PasswordHasher(time_cost=1, memory_cost=4096, parallelism=1)
    monkeypatch.setattr(passwords, "PASSWORDS", light)
    monkeypatch.setattr(passwords, "NOBODY", light.hash("of nobody"))
    kept = light.hash("right")
    monkeypatch.setattr("tests.services.people.people.HASH", kept)
    for number in range(NAMES):
        add_person(sqlite_floor, f"known-{number}")
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    return build_server(settings, db=sqlite_floor.db, clock=StillClock(MORNING)).app.test_client()


def times(client: FlaskClient) -> tuple[list[int], list[int]]:
    """Return the nanoseconds of a wrong password for each known name and as many unknown ones, in a mixed order."""
    order = [f"{kind}-{number}" for kind in ("known", "other") for number in range(NAMES)]
    random.Random(5).shuffle(order)
    taken: dict[str, list[int]] = {"known": [], "other": []}
    gc.collect()
    for turn, user in enumerate(order):
        form, place = {"user": user, "password": "wrong"}, {"REMOTE_ADDR": f"127.0.{turn // 200}.{turn % 200 + 1}"}
        begin = perf_counter_ns()
        answer = client.post("/login", data=form, environ_base=place)
        taken[user[:5]].append(perf_counter_ns() - begin)
        assert answer.status_code == 401
    return taken["known"], taken["other"]


def share_slower(one: list[int], other: list[int]) -> float:
    """Return how often a random one takes longer than a random other: 0.5 for what cannot be told apart."""
    return sum(a > b for a in one for b in other) / len(one) / len(other)


def test_a_name_that_somebody_has_is_refused_as_quickly_as_one_that_nobody_has(client: FlaskClient) -> None:
    share = share_slower(*times(client))
    assert 1 - FAR < share < FAR, share


def test_the_same_look_sees_a_server_that_saves_the_hash_for_strangers(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "fits", lambda kept, password: kept is not None and passwords.fits(kept, password))
    assert share_slower(*times(client)) > FAR
