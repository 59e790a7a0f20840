"""The next revision is written by one command, from what the models have and the revisions do not."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table

from migrations import new
from server.storage import schema
from server.storage.database import Database
from server.storage.metadata import METADATA
from server.storage.types import UtcDateTime, Words
from tests.migrations.head import HEAD, NEXT
from tests.migrations.shape import Part, shape

ROOT = Path(__file__).parents[2]


def changed_models() -> MetaData:
    """Return the models with a column, a column of our own types and a table more."""
    models = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(models)
    zone = models.tables["zone"]
    zone.append_column(Column("colour", String, nullable=False, server_default="blue", index=True))
    zone.append_column(Column("words", Words))
    Table("errand", models, Column("id", Integer, primary_key=True), Column("at", UtcDateTime, nullable=False))
    return models


def shape_of(database: Database) -> dict[str, dict[str, Part]]:
    return database.read(shape)


def test_the_command_writes_a_revision_that_makes_what_the_models_say(
    migrations: Path, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    models = changed_models()
    schema.migrate(database_url)
    database = Database(database_url)
    before = shape_of(database)
    file = new.write("Zones have a colour", models)
    assert file == migrations / "versions" / f"{NEXT}_zones_have_a_colour.py"
    assert str(file) in capsys.readouterr().out
    assert "server" not in file.read_text("utf-8").replace("server_default", "")
    schema.migrate(database_url)
    by_revision = shape_of(database)
    schema.revert(database_url, HEAD)
    assert shape_of(database) == before
    schema.wipe(database_url)
    database.write(None, lambda tx: models.create_all(tx.conn))
    assert by_revision == shape_of(database)
    database.close()


def test_with_nothing_to_write_it_writes_an_empty_one_for_rows(migrations: Path) -> None:
    """Run as the guide says, but on a copy of the tree."""
    shutil.copytree(ROOT / "server", migrations.parent / "server", ignore=shutil.ignore_patterns("static"))
    command = [sys.executable, "-m", "migrations.new", "Old rows are told"]
    subprocess.run(command, cwd=migrations.parent, check=True, capture_output=True)
    file = migrations / "versions" / f"{NEXT}_old_rows_are_told.py"
    assert f'revision = "{NEXT}"\ndown_revision = "{HEAD}"' in file.read_text("utf-8")
    assert "pass" in file.read_text("utf-8")
