"""A client of the routes, with a key for each role and a clock that stands."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import build_server
from server.config import load_settings
from server.domain.roles import Role
from tests.factories import MORNING, Floor, StillClock

KEYS = itertools.count()


class Api:
    """A test client with a key for each role."""

    def __init__(self, floor: Floor, client: FlaskClient) -> None:
        self.floor, self.client = floor, client
        self.keys = {role: floor.key(role) for role in Role}

    def send(
        self, method: str, path: str, role: Role | None = Role.MANAGER, *, json: Any = None, **headers: str
    ) -> TestResponse:
        """Send a request with the key of a role and a new Idempotency-Key."""
        sent = {"Idempotency-Key": f"k{next(KEYS)}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if role is not None:
            sent["Authorization"] = f"Bearer {self.keys[role]}"
        return self.client.open(path, method=method, json=json, headers=sent)


@pytest.fixture
def api(sqlite_floor: Floor, tmp_path: Path) -> Iterator[Api]:
    """Return a client of a server that was not started."""
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    server = build_server(settings, db=sqlite_floor.db, clock=StillClock(MORNING))
    with server.app.test_client() as client:
        yield Api(sqlite_floor, client)
