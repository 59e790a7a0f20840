"""The doctor opens every address as a screen would, writes to the database, and tells each fault with its cure."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.config import load_settings
from server.domain.permissions import Role
from server.operations.doctor import machine
from server.operations.doctor.command import look_at
from server.operations.doctor.finding import CURES, Finding, Level, Patient
from server.storage import schema
from server.storage.database import Database
from tests.conftest import new_database
from tests.factories import CENTRE, install_floor
from tests.processes import ServerProcess, free_port, run_baari
from tests.proxies import NO_UPGRADE, UPGRADE, nginx, plain, released

PASS_ON = ("proxy_set_header Host $http_host", "proxy_set_header X-Forwarded-Proto $scheme", *UPGRADE)


class House:
    """An installation: a database with a floor, a data folder, and what runs."""

    def __init__(self, url: str, folder: Path, stack: ExitStack) -> None:
        self.url, self.folder, self.stack = url, folder, stack
        self.port, self.proxy = free_port(), free_port()

    def settings(self, **settings: str) -> dict[str, str]:
        """Return the environment of its programs."""
        own = {"BAARI_DATABASE_URL": self.url, "BAARI_DATA_DIR": str(self.folder), "BAARI_PORT": str(self.port)}
        return {**own, **{f"BAARI_{name.upper()}": value for name, value in settings.items()}}

    def serve(self, **settings: str) -> ServerProcess:
        """Serve it."""
        own = self.settings(**settings)
        own.pop("BAARI_DATA_DIR"), own.pop("BAARI_DATABASE_URL")
        return self.stack.enter_context(ServerProcess(self.url, self.folder, port=self.port, **own))

    def behind(self, site: str) -> None:
        """Let nginx stand before it."""
        self.stack.enter_context(nginx(site, self.proxy, self.folder))

    def found(self, **settings: str) -> dict[str, Finding]:
        """Return the last finding of each code."""
        return {finding.code: finding for finding in look_at(load_settings(self.settings(**settings)))}


@pytest.fixture
def house(tmp_path: Path, migrated: Callable[[str], str]) -> Iterator[House]:
    with new_database("sqlite", tmp_path, migrated("sqlite")) as url, ExitStack() as stack:
        db = Database(url)
        install_floor(db, always=True)
        db.close()
        yield House(url, tmp_path, stack)


def faults(found: dict[str, Finding]) -> set[str]:
    """Return the codes of what stops people."""
    return {code for code, finding in found.items() if finding.level is Level.FAULT}


def test_a_healthy_installation_has_no_fault_and_says_what_it_looked_at(house: House) -> None:
    house.serve()
    told = run_baari(house.folder, "doctor", "--json", **house.settings())
    answer: Any = json.loads(told.stdout)
    assert (told.returncode, answer["ok"]) == (0, True), told.stdout
    levels = {finding["code"]: finding["level"] for finding in answer["findings"]}
    assert {"disk", "fonts", "database", "schema", "secret", "address"} <= levels.keys()
    assert all(finding["text"] for finding in answer["findings"])
    assert all(bool(finding["cure"]) == (finding["level"] != "fine") for finding in answer["findings"])
    assert f"http://127.0.0.1:{house.port} opens, with its socket and its cookie." in told.stdout


def test_a_fault_is_told_with_its_cure_and_the_exit_status(house: House) -> None:
    told = run_baari(house.folder, "doctor", **house.settings())
    assert told.returncode == 1
    assert f"FAULT    address_silent: Nobody answers at http://127.0.0.1:{house.port}" in told.stdout
    assert f"→ {CURES['address_silent']}" in told.stdout


def test_boards_are_told_that_the_server_has_really_heard_of(house: House) -> None:
    server = house.serve()
    assert house.found()["board_silent"].text.endswith("is not connected.")
    assert "board" not in house.found()
    key = server.client(Role.DISPLAY, device="board-g")
    answer = key.http.get("/socket.io/?EIO=4&transport=polling").text
    sid, secret = json.loads(answer[1:])["sid"], key.http.headers["Authorization"].removeprefix("Bearer ")
    at = f"/socket.io/?EIO=4&transport=polling&sid={sid}"
    key.http.post(at, content=f"40/live,{json.dumps({'key': secret})}")
    key.http.get(at)
    assert house.found()["board"].text == f"board-g of {CENTRE} is connected."


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"public_url": "http://nowhere.invalid"}, "address_unknown"),
        ({"host": "192.0.2.200"}, "address_silent"),
        ({"plain_http": "1"}, "plain_http"),
        ({}, "public_missing"),
        ({"secret_key": "x" * 32}, "secret_wrong"),
    ],
)
def test_a_setting_that_keeps_screens_out_is_found(house: House, settings: dict[str, str], code: str) -> None:
    house.serve()
    assert code in house.found(**settings)


def test_the_released_proxy_is_found_good_once_its_certificate_is_trusted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = {"public_url": f"https://localhost:{house.proxy}"}
    house.serve(**public)
    house.behind(released(house.proxy, house.port, house.folder))
    distrusted = house.found(**public)
    assert faults(distrusted) == {"tls_untrusted"}
    monkeypatch.setenv("SSL_CERT_FILE", str(house.folder / "site.pem"))
    trusted = house.found(**public)
    assert faults(trusted) == set()
    assert trusted["tls"].text in {f"The certificate of localhost is good for {days} days." for days in (29, 30)}


def test_a_proxy_that_does_not_say_that_it_encrypts_is_found(house: House) -> None:
    public = {"public_url": f"https://localhost:{house.proxy}"}
    house.serve(**public)
    site = released(house.proxy, house.port, house.folder)
    house.behind(site.replace("proxy_set_header X-Forwarded-Proto $scheme;", ""))
    assert faults(house.found(**public)) == {"tls_untrusted", "proxy_silent"}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (PASS_ON, "address"),
        ((NO_UPGRADE,), "socket_polls"),
        (("proxy_set_header Host hall.example",), "address_refused"),
        (("proxy_set_header Origin http://hall.example", *PASS_ON), "socket_refused"),
        (("proxy_hide_header Set-Cookie", *PASS_ON), "cookie_lost"),
        (("return 200 '<h1>Welcome</h1>'",), "address_foreign"),
        (("return 404",), "address_foreign"),
    ],
)
def test_what_a_proxy_keeps_from_screens_is_found(house: House, words: tuple[str, ...], code: str) -> None:
    public = {"public_url": f"http://localhost:{house.proxy}"}
    house.serve(**public)
    house.behind(plain(house.proxy, house.port, *words))
    found = [each for each in look_at(load_settings(house.settings(**public))) if f":{house.proxy}" in each.text]
    assert [each.code for each in found if each.code != "public_plain"] == [code]


def test_a_further_name_is_opened_through_the_proxy_or_told_to_lead_nowhere(house: House) -> None:
    names = {"public_url": f"http://localhost:{house.proxy}", "trusted_hosts": "127.0.0.2, nowhere.invalid"}
    house.serve(**names)
    house.behind(plain(house.proxy, house.port, *PASS_ON).replace("listen 127.0.0.1", "listen 0.0.0.0"))
    told = [finding.text for finding in look_at(load_settings(house.settings(**names)))]
    assert f"http://127.0.0.2:{house.proxy} opens, with its socket and its cookie." in told
    assert house.found(**names)["name_silent"].text.startswith("Baari does not answer at http://nowhere.invalid:")


def test_a_database_that_is_not_there_or_not_ours_is_found_and_nothing_is_made(house: House, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.sqlite"
    assert "database_missing" in house.found(database_url=f"sqlite:///{nowhere}")
    assert not nowhere.exists()
    assert "database_silent" in house.found(database_url="postgresql://127.0.0.1:1/baari")
    nowhere.touch()
    assert house.found(database_url=f"sqlite:///{nowhere}")["schema_wrong"].text.startswith("The database is empty.")
    schema.migrate(f"sqlite:///{nowhere}")
    assert "centre_missing" in house.found(database_url=f"sqlite:///{nowhere}")


def test_a_printer_that_nobody_reaches_is_found(house: House) -> None:
    assert house.found()["printer_unset"].cure.startswith("Say how it is reached: “baari printer set --device printer-")
    words = ("printer", "set", "--device", "printer-k1", "--host", "127.0.0.1", "--port", "1")
    assert run_baari(house.folder, *words, **house.settings()).returncode == 0
    assert house.found()["printer_trouble"].text == f"printer-k1 of {CENTRE} is off."


def test_backups_are_told_by_what_is_in_their_folder(house: House) -> None:
    assert "backup_unset" in house.found()
    folder = house.folder / "backups"
    own = {"backup_dir": str(folder), "backup_recipients": str(house.folder / "nobody.txt")}
    (house.folder / "nobody.txt").write_text("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n")
    assert house.found(**own)["backup_no_folder"].level is Level.FAULT
    folder.mkdir()
    assert house.found(**own)["backup_stale"].level is Level.FAULT
    (folder / f"{datetime.now(UTC):baari-%Y%m%dT%H%M%SZ}.backup").touch()
    assert house.found(**own)["backup"].level is Level.FINE
    (folder / "failed.txt").touch()
    assert "failed.txt" in house.found(**own)["backup_failed"].cure


@pytest.mark.parametrize(("free", "code"), [(100 << 20, "disk_full"), (1 << 30, "disk_filling"), (9 << 30, "disk")])
def test_a_disk_is_told_before_it_is_full(house: House, monkeypatch: pytest.MonkeyPatch, free: int, code: str) -> None:
    class Usage:
        """A disk with so much room."""

        def __init__(self) -> None:
            self.free = free

    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage())
    assert code in house.found()


def test_a_folder_that_others_look_into_is_found(house: House) -> None:
    house.folder.chmod(0o755)
    assert "folder_open" in house.found()
    house.folder.chmod(0o700)
    assert "folder_open" not in house.found()


def test_a_look_that_fails_itself_hides_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_patient: Patient) -> bool:
        raise RuntimeError("no fonts")

    monkeypatch.setattr(machine, "shapes_indic", lambda: broken(Patient(load_settings({}), None)))
    found = house.found()
    assert found["look_failed"].text == "The look at fonts failed: RuntimeError: no fonts"
    assert {"database", "secret"} & found.keys()
