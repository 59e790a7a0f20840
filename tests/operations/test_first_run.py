"""An empty server shows one page behind a code; a backup that is restored there makes it the centre's again."""

import io
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pyrage
import pytest
from flask.testing import FlaskClient

from server.config import Settings, load_settings
from server.domain.actors import CLI
from server.domain.derived import UNDERIVED, DerivedKeys
from server.domain.permissions import Role
from server.operations.first_run.door import COOKIE, WRONG_MOST, Door, new_code
from server.operations.first_run.page import build_page, is_empty
from server.services.backups.holding import write
from server.services.person_data import asking, erasures
from tests.conftest import new_database
from tests.factories import MORNING, Floor
from tests.processes import BAARI, free_port
from tests.services.people.people import PASSWORD, add_person

CODE = "ABCD-EFGH-JKLM"
SOON_S = 60.0
SECRET = b"a secret of one installation in tests"
IDENTITY = pyrage.x25519.Identity.generate()


@pytest.fixture
def empty(backend: str, tmp_path: Path) -> Iterator[str]:
    (tmp_path / "new").mkdir()
    with new_database(backend, tmp_path / "new") as url:
        yield url


def settings_of(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **more: str) -> Settings:
    environ = {"BAARI_DATABASE_URL": url, "BAARI_DATA_DIR": str(folder), **more}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return load_settings(environ)


def backup_of(floor: Floor) -> bytes:
    out = io.BytesIO()
    floor.db.read(lambda read: write(read, out, MORNING, SECRET, complete=True))
    return bytes(pyrage.encrypt(out.getvalue(), [IDENTITY.to_public()]))


def let_in(client: FlaskClient) -> None:
    assert client.post("/", data={"code": "abcd efgh jklm"}).status_code == 303


def restore(client: FlaskClient, backup: bytes, **fields: object) -> str:
    """Send a backup, and return what the page says when it is done with it."""
    files = {"upload": (io.BytesIO(backup), "b.baari"), "identity": (io.BytesIO(str(IDENTITY).encode()), "id.txt")}
    answer = client.post("/restore", data={**files, **fields}, content_type="multipart/form-data")
    assert answer.status_code == 303
    return until_said(client)


def until_said(client: FlaskClient) -> str:
    """Return what the page says when nothing is under way."""
    give_up = time.monotonic() + SOON_S
    while "is being restored" in (page := client.get("/").get_data(as_text=True)):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    return page


@pytest.mark.provokes("HTTP 503 GET /readyz")
def test_a_backup_is_restored_on_the_page_and_only_by_who_knows_the_code(
    floor: Floor, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.issue()
    settings, done = settings_of(empty, tmp_path / "new", monkeypatch), list[bool]()
    assert is_empty(settings)
    app = build_page(settings, Door(CODE), lambda: done.append(True))
    stranger, client = app.test_client(), app.test_client()
    assert "Code" in stranger.get("/").get_data(as_text=True)
    assert stranger.post("/restore", data={"path": "/etc/passwd"}).status_code == 403
    assert stranger.get("/readyz").status_code == 503
    let_in(client)
    page = restore(client, backup_of(floor), last="N=387")
    assert ("every promise is kept" in page, "N after 387" in page, done) == (True, True, [True]), page
    assert "PSK-DEMO" not in stranger.get("/").get_data(as_text=True)
    assert not is_empty(settings)
    assert [path.name for path in (tmp_path / "new").iterdir() if path.name.startswith(("upload", "scratch"))] == []
    again = client.post("/restore", data={"path": str(tmp_path)}, content_type="multipart/form-data")
    assert (again.status_code, done) == (303, [True])


@pytest.mark.parametrize("backend", ["sqlite"])
def test_two_people_of_the_backup_let_it_be_in_force_on_the_page_where_the_setting_asks_for_it(
    floor: Floor, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in ("asha", "ravi"):
        add_person(floor, user, Role.ADMINISTRATOR)
    settings = settings_of(empty, tmp_path / "new", monkeypatch, BAARI_SECOND_PERSON="restore")
    app = build_page(settings, Door(CODE), lambda: None)
    stranger, client = app.test_client(), app.test_client()
    let_in(client)
    page = restore(client, backup_of(floor), last="N=387")
    assert ("Two people let it be in force" in page, 'http-equiv="refresh"' in page) == (True, False)
    assert is_empty(settings)
    assert stranger.post("/in-force", data=both("asha", "ravi")).status_code == 403
    page = let(client, both("asha", "asha"))
    assert "Nobody approves their own" in page
    page = let(client, both("asha", "ravi") | {"second_password": "wrong"})
    assert "of the second person is another" in page
    page = let(client, both("asha", "ravi"))
    assert "every promise is kept" in page, page
    assert not is_empty(settings)
    assert client.post("/in-force", data=both("asha", "ravi")).status_code == 303


def both(first: str, second: str) -> dict[str, str]:
    users = {"first_user": first, "second_user": second}
    return users | {"first_password": PASSWORD, "second_password": PASSWORD}


def let(client: FlaskClient, given: dict[str, str]) -> str:
    """Say who lets the backup be in force, and return what the page says to it."""
    assert client.post("/in-force", data=given).status_code == 303
    return until_said(client)


@pytest.mark.parametrize("lies", ["sent", "with our backups"])
def test_what_was_erased_since_the_backup_is_erased_again(
    sqlite_floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lies: str
) -> None:
    """PSK-DEMO gave a token to a phone; the backup is older than its owner's letter."""
    keys, asked = DerivedKeys(SECRET, (UNDERIVED, 1)), asking.Asked("9876543210")
    sqlite_floor.issue(phone="+919876543210")
    sqlite_floor.close_day()
    backup, folder = backup_of(sqlite_floor), tmp_path / "backups"
    folder.mkdir()
    found = sqlite_floor.db.read(lambda read: asking.find(read, sqlite_floor.centre_id, asked, keys))
    sqlite_floor.write(lambda tx: asking.erase(tx, found, keys, "asked by letter", MORNING, CLI))
    erasures.keep(sqlite_floor.db, [folder])
    ours = {"BAARI_BACKUP_DIR": str(folder), "BAARI_BACKUP_PASSPHRASE": "correct horse"}
    (tmp_path / "new").mkdir()
    url, more = f"sqlite:///{tmp_path}/new/baari.sqlite", {"BAARI_PERSONAL_DAYS": "300"}
    settings = settings_of(url, tmp_path / "new", monkeypatch, **more, **({} if lies == "sent" else ours))
    client = build_page(settings, Door(CODE), lambda: None).test_client()
    let_in(client)
    page = client.get("/").get_data(as_text=True)
    assert "List of what was erased since" in page
    sent = {"erasures": (io.BytesIO((folder / "erasures.txt").read_bytes()), "erasures.txt")}
    page = restore(client, backup, nothing="yes", **(sent if lies == "sent" else {}))
    assert "Erased again: what was known by 1 tokens" in page, page
    assert b"9876543210" not in (tmp_path / "new" / "baari.sqlite").read_bytes()


def test_what_stands_against_a_restore_is_said_and_changes_nothing(
    sqlite_floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    settings = settings_of(f"sqlite:///{tmp_path}/new/baari.sqlite", tmp_path / "new", monkeypatch)
    client = build_page(settings, Door(CODE), lambda: pytest.fail("nothing was restored")).test_client()
    let_in(client)
    backup = backup_of(sqlite_floor)
    for content, fields, why in (
        (b"no backup", {}, "It is damaged"),
        (backup[:-100], {}, "damaged"),
        (backup, {"last": "N"}, "is not like N=387"),
        (backup, {"last": "N=9", "nothing": "yes"}, "either --last or --nothing-since"),
        (backup, {"tail": str(tmp_path)}, "There is no tail"),
    ):
        page = restore(client, content, **fields)
        assert ("Nothing was changed." in page, why in page) == (True, True), (why, page)
    for data, why in (({}, "Choose the file"), ({"path": "/no/such"}, "There is nothing at /no/such")):
        answer = client.post("/restore", data=data, content_type="multipart/form-data")
        assert (answer.status_code, why in answer.get_data(as_text=True)) == (422, True)
    assert is_empty(settings)


def test_who_guesses_the_code_waits() -> None:
    now = [0.0]
    door = Door(CODE, clock=lambda: now[0])
    assert [door.opens_by("WRONG") for _ in range(WRONG_MOST)] == [False] * WRONG_MOST
    assert (door.is_closed(), door.opens_by(CODE)) == (True, False)
    now[0] = 61
    assert door.opens_by(CODE.lower())
    assert len({new_code() for _ in range(100)}) == 100


def test_nothing_secret_is_taken_in_the_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(
        f"sqlite:///{tmp_path}/b.sqlite", tmp_path, monkeypatch, BAARI_PUBLIC_URL="https://psk1.example"
    )
    client = build_page(settings, Door(CODE), lambda: None).test_client()
    there = {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}
    page = client.get("/", **there)
    assert "not encrypted" in page.get_data(as_text=True)
    assert (client.post("/", data={"code": CODE}, **there).status_code, page.headers["Cache-Control"]) == (
        403,
        "no-store",
    )
    assert client.get_cookie(COOKIE) is None
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_server_that_is_started_empty_serves_the_centre_once_it_is_restored(
    floor: Floor, empty: str, tmp_path: Path
) -> None:
    (tmp_path / "backup").write_bytes(backup_of(floor))
    (tmp_path / "id").write_text(str(IDENTITY))
    port = free_port()
    environ = {"BAARI_DATABASE_URL": empty, "BAARI_DATA_DIR": str(tmp_path / "new"), "BAARI_RATE_LIMITS": "0"}
    words = [BAARI, "serve", "--port", str(port)]
    process = subprocess.Popen(
        words, env={**os.environ, **environ}, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        code = next(line.split()[-1] for line in process.stdout if "The code" in line)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=30) as browser:
            browser.post("/", data={"code": code})
            fields = {"path": str(tmp_path / "backup"), "last": "N=387"}
            browser.post("/restore", data=fields, files={"identity": (tmp_path / "id").read_bytes()})
            wait_until_served(browser)
            assert "Sign in" in browser.get("/login").text
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=30)


def wait_until_served(browser: httpx.Client) -> None:
    """Wait until the server that began on the page is ready."""
    give_up = time.monotonic() + SOON_S
    while time.monotonic() < give_up:
        with suppress(httpx.TransportError):
            if browser.get("/readyz").status_code == 200:
                return
        time.sleep(0.2)
    pytest.fail("the server did not begin")
