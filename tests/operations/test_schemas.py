"""Whatever schema a database has: `baari` works on its own, and else names the command to run in one sentence."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import text

from server.storage import schema
from server.storage.engines import open_connections
from tests.migrations.head import HEAD
from tests.migrations.test_pilot import fill
from tests.processes import run_baari, run_baari_here

Baari = Callable[..., CompletedProcess[str]]
COMMANDS = {
    "serve": ("serve", "--port", "0"),
    "verify": ("verify",),
    "report": ("report",),
    "key create": ("key", "create", "--role", "manager", "--name", "x"),
    "demo": ("demo", "--port", "0"),
}
NEWER = "The database has the schema of a newer Baari, or of another program. "
REFUSALS = {
    "older": "The database has the schema of an older Baari. Back it up, then run “baari migrate”.",
    "too old": "The database is from early in the pilot. Run “baari migrate” of the pilot's last Baari first.",
    "foreign": f"{NEWER}Run the Baari that made it, or its “baari migrate --back-to {HEAD}”.",
}
REVISIONS = {"older": "0003", "too old": "0002", "foreign": "a1b2c3"}


@pytest.fixture
def baari(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Baari:
    env = {"BAARI_DATABASE_URL": database_url, "BAARI_DATA_DIR": str(tmp_path)}
    return lambda *words: run_baari_here(monkeypatch, capsys, *words, **env)


@contextmanager
def writing(url: str, statement: str, **values: str) -> Iterator[None]:
    """Run a statement in a transaction that is open while the block runs."""
    writer, reader = open_connections(url)
    with writer.transaction() as connection:
        connection.execute(text(statement), values)
        yield
    writer.close()
    reader.close()


def stamp(url: str, revision: str) -> None:
    with writing(url, "UPDATE alembic_version SET version_num = :revision", revision=revision):
        pass


@pytest.fixture
def other(request: pytest.FixtureRequest, database_url: str, backend: str) -> str:
    """Return how the schema of the database stands to that of this program."""
    state = str(request.param)
    fill(database_url, backend)
    stamp(database_url, REVISIONS[state])
    return state


@pytest.mark.parametrize("other", REFUSALS, indirect=True)
@pytest.mark.parametrize("command", COMMANDS)
def test_another_schema_is_refused_in_a_sentence_that_names_the_command(baari: Baari, other: str, command: str) -> None:
    refused = baari(*COMMANDS[command])
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", f"baari: {REFUSALS[other]}\n")


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_server_of_its_own_process_refuses_as_well(
    database_url: str, backend: str, tmp_path: Path, revision: str
) -> None:
    fill(database_url, backend)
    stamp(database_url, REVISIONS[revision])
    refused = run_baari(tmp_path, "serve", "--port", "0", BAARI_DATABASE_URL=database_url)
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", f"baari: {REFUSALS[revision]}\n")


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - {"demo", "serve"}))  # these two begin with nothing
def test_an_empty_database_is_refused_with_the_command_that_sets_a_centre_up(baari: Baari, command: str) -> None:
    refused = baari(*COMMANDS[command])
    sentence = "baari: The database is empty. Set a centre up with “baari init”.\n"
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", sentence)


def test_after_the_command_that_was_named_the_database_is_worked_with(
    baari: Baari, database_url: str, backend: str
) -> None:
    fill(database_url, backend)
    assert baari("migrate").stdout == "The database has the newest schema.\n"
    assert baari("verify").returncode == 0
    assert baari("migrate").returncode == 0


@pytest.mark.parametrize("other", ["too old", "foreign"], indirect=True)
@pytest.mark.parametrize("command", ["migrate", "init"])
def test_what_cannot_be_carried_over_is_left_as_it_is(baari: Baari, other: str, command: str) -> None:
    refused = baari(command)
    assert (refused.returncode, refused.stderr) == (1, f"baari: {REFUSALS[other]}\n")


@pytest.mark.parametrize("words", [(), ("--back-to", "0100")])
def test_the_way_back_is_refused_from_a_schema_that_is_not_ours(
    baari: Baari, database_url: str, words: tuple[str, ...]
) -> None:
    schema.migrate(database_url)
    stamp(database_url, "9200")
    assert baari("migrate", *words).stderr == f"baari: {REFUSALS['foreign']}\n"


def test_tables_of_ours_that_no_revision_accounts_for_are_not_written_over(
    baari: Baari, database_url: str, backend: str
) -> None:
    fill(database_url, backend)
    with writing(database_url, "DELETE FROM alembic_version"):
        pass
    refused = baari("init")
    assert (refused.returncode, refused.stderr) == (1, f"baari: {REFUSALS['foreign']}\n")


def test_a_database_that_somebody_writes_to_is_not_migrated_and_says_so(
    baari: Baari, database_url: str, backend: str
) -> None:
    fill(database_url, backend)
    with writing(database_url, "UPDATE centre SET event_seq = event_seq"):
        refused = baari("migrate")
    why = "database is locked" if backend == "sqlite" else "canceling statement due to lock timeout"
    sentence = f"The database is busy or does not answer: {why}. Stop the servers that use it, then try again."
    assert (refused.returncode, refused.stderr) == (1, f"baari: {sentence} Nothing was changed.\n")
    assert baari("migrate").returncode == 0


@pytest.mark.parametrize("command", [("migrate",), ("init",), ("serve", "--port", "0"), ("verify",)])
def test_a_file_that_is_no_database_is_named_and_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no database, but letters enough for the head of one " * 100)
    env = {"BAARI_DATABASE_URL": f"sqlite:///{file}", "BAARI_DATA_DIR": str(tmp_path)}
    refused = run_baari_here(monkeypatch, capsys, *command, **env)
    sentence = f"baari: {file} cannot be read as a database: file is not a database.\n"
    assert (refused.returncode, refused.stderr) == (1, sentence)
    assert file.read_text().startswith("no database")
