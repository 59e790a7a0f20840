"""The page itself: it asks for the code, then for a backup, and tells how far it is."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask, Request, redirect, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from server.config import Settings
from server.operations.backups import Opening
from server.operations.first_run.door import COOKIE, Door, new_code
from server.operations.first_run.work import Tell, Work
from server.operations.in_force import Ask
from server.operations.restores import go_on_from
from server.services.people.restoring import Given
from server.storage import copies
from server.storage.database import Database
from server.storage.schema import WrongSchema
from server.web.entrance import Entrance, is_private
from server.web.headers import secured

READ_S = 6.0
"""How long what came of it can be read before the server begins."""
WRONG = "This is not the code. It stands where “baari serve” was started, and in its log."
Shown = tuple[str, int]


def is_empty(settings: Settings) -> bool:
    """Whether nothing is in the database yet, so that the page is shown; raises Unavailable."""
    db = Database(settings.database)
    try:
        db.read(copies.require_free)
    except WrongSchema:
        return False
    finally:
        db.close()
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """The page of an empty server; `done` is called once a backup was restored."""

    settings: Settings
    door: Door
    done: Callable[[], None]
    work: Work = field(default_factory=Work)

    def show(self, status: int = 200, notice: str = "") -> Shown:
        """Show what somebody may see."""
        private = self._is_private()
        known = private and self.door.knows(request)
        facts = {"private": private, "known": known, "work": self.work, "notice": notice, "address": self.settings.url}
        return render_template("first_run.html", lang="en", asked=request.form if known else {}, **facts), status

    def enter(self) -> Shown | Response:
        """Let in whoever knows the code."""
        if not self._is_private():
            return self.show(403)
        if self.door.is_closed():
            return self.show(429, "Too many wrong codes. Please wait a minute.")
        if not self.door.opens_by(request.form.get("code", "")):
            return self.show(403, WRONG)
        answer = redirect("/", 303)
        answer.set_cookie(COOKIE, self.door.key, httponly=True, samesite="Strict", secure=request.is_secure)
        return answer

    def restore(self) -> Shown | Response:
        """Begin to restore what was sent or named; nothing is read of a stranger."""
        if not self.door.knows(request):
            return self.show(403)
        if self.work.lines or self.work.is_under_way:
            return redirect("/", 303)
        folder = TemporaryDirectory(prefix="upload-", dir=self.settings.data_dir)
        try:
            asked = _asked(Path(folder.name), request)
        except ValueError as error:
            folder.cleanup()
            return self.show(422, str(error))

        def run(tell: Tell, ask: Ask) -> list[str]:
            with folder:
                return go_on_from(self.settings, *asked, ask=ask, tell=tell)

        if not self.work.begin(run, self.done):
            folder.cleanup()
        return redirect("/", 303)

    def let(self) -> Shown | Response:
        """Take who lets the restored database be in force, and who stands beside them."""
        if not self.door.knows(request):
            return self.show(403)
        self.work.give((_given("first"), _given("second")))
        return redirect("/", 303)

    def health(self) -> tuple[dict[str, str], int]:
        """Answer programs: the process lives, and is not ready."""
        return {"status": "empty"}, 200 if request.path == "/healthz" else 503

    def elsewhere(self, _else: str) -> Response:
        """Lead every address to the page."""
        return redirect("/", 303)

    def _is_private(self) -> bool:
        return self.settings.plain_http or is_private(request)


def build_page(settings: Settings, door: Door, done: Callable[[], None]) -> Flask:
    """Return the app of the page."""
    app, page = Flask("server"), Page(settings, door, done)
    app.add_url_rule("/", "page", page.show)
    app.add_url_rule("/", "enter", page.enter, methods=["POST"])
    app.add_url_rule("/restore", "restore", page.restore, methods=["POST"])
    app.add_url_rule("/in-force", "in_force", page.let, methods=["POST"])
    for path in ("/healthz", "/readyz"):
        app.add_url_rule(path, path, page.health)
    app.add_url_rule("/<path:_else>", "elsewhere", page.elsewhere)
    inside = Entrance(app.wsgi_app, settings)
    app.wsgi_app = secured(inside)  # type: ignore[assignment, method-assign]  # as Flask has it
    return app


Asked = tuple[Path, Opening, tuple[str, ...], bool, Path | None]
"""The backup, what opens it, the highest numbers that are out, whether nothing was done since, and what was erased."""


def _asked(folder: Path, sent: Request) -> Asked:
    """Return what somebody asks for; raises ValueError, which says what is missing."""
    form, files = sent.form, sent.files
    backup = _kept(folder / "backup", files.get("upload")) or _there(form, "path")
    if backup is None:
        raise ValueError("Choose the file of the backup, or write where it is on the server.")
    identity = _kept(folder / "identity", files.get("identity"))
    passphrase = None
    if phrase := form.get("passphrase", "").strip():
        passphrase = folder / "passphrase"
        with open(passphrase, "w", encoding="utf-8", opener=_private) as file:
            file.write(f"{phrase}\n")
    stated = tuple(form.get("last", "").replace(",", " ").split())
    erasures = _kept(folder / "erasures", files.get("erasures"))
    return backup, Opening(identity, passphrase, _there(form, "tail")), stated, form.get("nothing") == "yes", erasures


def _given(which: str) -> Given:
    """Return what one of the two gives."""
    user, password, code = (request.form.get(f"{which}_{name}", "") for name in ("user", "password", "code"))
    return Given(user, password, code)


def _there(form: Mapping[str, str], name: str) -> Path | None:
    """Return the path in a field, None for an empty one; raises ValueError where nothing is."""
    text = form.get(name, "").strip()
    if not text:
        return None
    if not Path(text).exists():
        raise ValueError(f"There is nothing at {text} on the server.")
    return Path(text)


def _kept(file: Path, sent: FileStorage | None) -> Path | None:
    if sent is None or not sent.filename:
        return None
    with open(file, "wb", opener=_private) as out:
        sent.save(out)
    return file


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def first_run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve the page until a backup was restored."""
    door = Door(new_code())
    servers: list[BaseWSGIServer] = []

    def done() -> None:
        time.sleep(READ_S)
        servers[0].shutdown()

    servers.append(
        make_server(
            settings.host, settings.port, build_page(settings, door, done), threaded=True, request_handler=Quiet
        )
    )
    say(f"Nothing is here yet. Restore a backup at {settings.url}, or set a centre up with “baari init”.")
    say(f"  The code that the page asks for: {door.code}")
    servers[0].serve_forever()
    servers[0].server_close()
