"""What a server says at its start: what it serves, where, and with which database."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.addresses import Place, own_addresses
from server.operations.opening import database_in_words
from server.storage.database import Database
from tests.factories import install_floor
from tests.migrations.head import HEAD
from tests.processes import ServerProcess

EVERY = "0.0.0.0"  # noqa: S104
Said = Callable[..., tuple[ServerProcess, list[str]]]


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str], db: Database, tmp_path: Path) -> Said:
    """Return what serves a floor with some settings, and gives what was said."""
    install_floor(db, always=True)

    def serve(**settings: str) -> tuple[ServerProcess, list[str]]:
        with ServerProcess(db.url, tmp_path, port=None, **settings) as server:
            return server, capfd.readouterr().out.splitlines()

    return serve


def test_a_server_tells_what_it_serves_where_and_with_which_database(said: Said, backend: str, tmp_path: Path) -> None:
    server, lines = said()
    assert lines[0].startswith("Baari ")
    assert lines[0].endswith(" serves PSK-DEMO")
    assert f"  {server.url}" in lines
    kept = f"SQLite in {tmp_path}/baari.sqlite" if backend == "sqlite" else "PostgreSQL baari_test_"
    assert any(line.startswith(f"  database: {kept}") and line.endswith(f", schema {HEAD}") for line in lines)
    assert "  Only this machine can open it; BAARI_HOST=0.0.0.0 lets others in." in lines


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_server_tells_each_address_that_a_screen_could_use(said: Said) -> None:
    names = {"BAARI_PUBLIC_URL": "https://psk1.example", "BAARI_TRUSTED_HOSTS": "board.example"}
    server, lines = said(BAARI_HOST=EVERY, **names)
    own = [address for address in own_addresses() if ":" not in address]
    places = ["https://psk1.example", *(f"http://{Place(host, server.port)}" for host in (*own, "127.0.0.1"))]
    assert lines[1 : 2 + len(own) + 2] == [f"  {url}" for url in (*places, f"http://board.example:{server.port}")]
    assert lines[-1] == "  Staff of other machines sign in over HTTPS only; BAARI_PLAIN_HTTP=1 lets them in without."


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_server_tells_names_to_which_a_proxy_leads(said: Said) -> None:
    lines = said(BAARI_PUBLIC_URL="https://psk1.example", BAARI_TRUSTED_HOSTS="psk1.example, board.example")[1]
    assert lines[3] == "  board.example, through a proxy"


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_server_tells_that_passwords_may_be_read(said: Said) -> None:
    assert "BAARI_PLAIN_HTTP" in said(BAARI_PLAIN_HTTP="1")[1][-1]


def test_a_password_of_the_database_is_told_to_nobody() -> None:
    assert "secret" not in database_in_words("postgresql://baari:secret@db.example:5433/baari?sslmode=require")
