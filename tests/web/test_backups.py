"""What is told of backups by the clock: beside the readiness, and to the manager's page."""

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient

from server.app import build_server
from server.config import load_settings
from server.domain.permissions import Role
from server.services.backups.folder import FAILED, NOT_COPIED, backups_in
from server.storage.database import Database
from tests.factories import Floor, install_floor
from tests.processes import ServerProcess
from tests.services.people.people import PASSWORD, add_person

SOON_S = 60.0


def facts(client: FlaskClient) -> Any:
    """Return what the manager's page knows."""
    page = client.get("/manager").get_data(as_text=True)
    found = re.search(r'<script[^>]*id="page"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found is not None, page
    return json.loads(found[1])


@pytest.mark.provokes("HTTP 503 GET /readyz")  # the relay of this server is never started
def test_what_is_wrong_is_told_beside_the_readiness_and_to_the_manager(sqlite_floor: Floor, tmp_path: Path) -> None:
    add_person(sqlite_floor, "asha", Role.MANAGER)
    failed, not_copied = tmp_path / "failed", tmp_path / "not copied"
    for place, told in ((failed, FAILED), (not_copied, NOT_COPIED)):
        place.mkdir()
        (place / told).write_text("The disk is full.")
    for folder, wrong in (
        (None, None),
        (failed, "failed"),
        (not_copied, "not_copied"),
        (tmp_path / "none", "no_folder"),
    ):
        own = {} if folder is None else {"BAARI_BACKUP_DIR": str(folder), "BAARI_BACKUP_PASSPHRASE": "correct horse"}
        server = build_server(load_settings({"BAARI_DATA_DIR": str(tmp_path), **own}), db=sqlite_floor.db)
        client = server.app.test_client()
        client.post("/login", data={"user": "asha", "password": PASSWORD})
        assert client.get("/readyz").get_json()["backups"] == wrong
        assert facts(client)["backups_wrong"] == wrong


@pytest.mark.provokes("HTTP 503 GET /readyz")  # the relay of this server is never started
def test_what_is_wrong_with_the_tail_is_told_as_well(sqlite_floor: Floor, tmp_path: Path) -> None:
    add_person(sqlite_floor, "asha", Role.MANAGER)
    (tmp_path / "tail").mkdir()
    own = {"BAARI_TAIL_DIR": str(tmp_path / "tail"), "BAARI_BACKUP_PASSPHRASE": "correct horse"}
    server = build_server(load_settings({"BAARI_DATA_DIR": str(tmp_path), **own}), db=sqlite_floor.db)
    client = server.app.test_client()
    client.post("/login", data={"user": "asha", "password": PASSWORD})
    assert (client.get("/readyz").get_json()["tail"], facts(client)["tail_wrong"]) == ("stale", "stale")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_server_makes_the_first_backup_as_soon_as_it_runs(db: Database, tmp_path: Path) -> None:
    install_floor(db, always=True)
    folder = tmp_path / "backups"
    folder.mkdir()
    with ServerProcess(
        db.url, tmp_path, BAARI_BACKUP_DIR=str(folder), BAARI_BACKUP_PASSPHRASE="correct horse"
    ) as server:
        give_up = time.monotonic() + SOON_S
        while not backups_in(folder):
            assert time.monotonic() < give_up
            time.sleep(0.1)
        assert httpx.get(f"{server.url}/readyz").json()["backups"] is None
