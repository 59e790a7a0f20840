"""Heads that left the building find a record that was written anew as a whole."""

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from server.services.setup import secret
from server.storage.database import Database
from tests.factories import MORNING, Floor, install_floor
from tests.processes import ROOT, run_baari_here

SECRET = b"a secret of one installation in tests"
PAGE = (ROOT / "docs/verify.md").read_text("utf-8").partition("\n## Heads kept elsewhere\n")[2]


@pytest.fixture
def floor_of_db(db: Database) -> Floor:
    return install_floor(db)


@pytest.fixture
def place(
    floor_of_db: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Return what runs a command of `baari` beside a floor."""
    (tmp_path / "secret_key").write_bytes(SECRET)
    floor_of_db.db.write(None, lambda tx: secret.claim(tx, SECRET, MORNING))
    where = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": floor_of_db.db.url}
    monkeypatch.chdir(tmp_path)
    return partial(run_baari_here, monkeypatch, capsys, **where)


def test_a_record_passes_through_its_heads_as_the_page_says_and_a_rewritten_one_does_not(
    place: Any, floor_of_db: Floor
) -> None:
    floor_of_db.issue()
    keep, judge = [line.partition("#")[0].split()[1:] for line in re.findall(r"^baari .*", PAGE, re.MULTILINE)[:2]]
    printed = place(*keep[:1])
    Path(keep[-1]).write_text(printed.stdout)
    floor_of_db.issue()
    assert place(*judge).returncode == 0
    for chain in ("PSK-DEMO", r"\*"):
        other = re.sub(rf"(:{chain}:\d+:)[0-9a-f]{{8}}", r"\g<1>deadbeef", printed.stdout)
        Path(keep[-1]).write_text(f"From: baari\n\n> {other}")
        found = place(*judge)
        assert (found.returncode, "(anchor_missed)" in found.stdout) == (1, True), found
    Path(keep[-1]).write_text(re.sub(r"PSK-DEMO:\d+", "PSK-DEMO:999", printed.stdout))
    assert "the record ends at" in place(*judge).stdout
    Path(keep[-1]).write_text("nothing")
    assert "There is no line like baari-head" in place(*judge).stderr
