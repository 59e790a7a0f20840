"""Whoever finds a weakness finds whom to tell."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import build_server
from server.config import ConfigError, load_settings
from tests.factories import MORNING, Floor, StillClock

CONTACT = "mailto:security@centre.example"


def browser(floor: Floor, folder: Path, **settings: str) -> FlaskClient:
    environ = {"BAARI_DATA_DIR": str(folder), **settings}
    return build_server(load_settings(environ), db=floor.db, clock=StillClock(MORNING)).app.test_client()


def test_whom_to_tell_of_a_weakness_stands_where_it_is_looked_for(sqlite_floor: Floor, tmp_path: Path) -> None:
    answer = browser(sqlite_floor, tmp_path, BAARI_SECURITY_CONTACT=CONTACT).get("/.well-known/security.txt")
    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert lines["Contact"] == CONTACT
    assert timedelta(days=30) < datetime.fromisoformat(lines["Expires"]) - datetime.now(UTC) < timedelta(days=365)


def test_nobody_is_named_who_was_not_set(sqlite_floor: Floor, tmp_path: Path) -> None:
    assert browser(sqlite_floor, tmp_path).get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("wrong", ["security@centre.example", "mailto:a@b.example\nContact: mailto:x@y", "https://a b"])
def test_a_contact_that_programs_cannot_read_stops_the_start(wrong: str) -> None:
    with pytest.raises(ConfigError, match="BAARI_SECURITY_CONTACT"):
        load_settings({"BAARI_SECURITY_CONTACT": wrong})
