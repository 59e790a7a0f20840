"""Set wapiti and sqlmap on a server of ours: `python -m tests.scans FOLDER [WORD]`, where FOLDER holds the programs.

Both must first break into a page with planted holes. Then wapiti walks the pages as a manager and as a stranger, and
sqlmap tries every place of every operation in which somebody may write something, as one of the roles that may do it;
with a WORD only the operations whose name holds it. Exit status 0: nothing was found; 1: something; 2: a scanner sees
nothing.
"""

import html
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx

from tests.api.contract import Operation, operations
from tests.api.recipes import NOT_THERE, RECIPES, ROLES, THERE
from tests.conftest import new_database
from tests.processes import DemoProcess
from tests.scans.planted import FIND, planted
from tests.scans.scanners import ALLOWED, Request, Scanners

STARTS = ("/login", "/manager", "/manager/people", "/manager/devices", "/manager/trail", "/counter", "/account")
DBMS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
HERE = "*"
"""How sqlmap is told where to try."""


def main(folder: str, word: str = "") -> int:
    """Scan, and say what was found; returns the exit status."""
    scanners = Scanners(Path(folder))
    if blind := list(_blind(scanners)):
        print(f"no scan: {', '.join(blind)} found nothing where there is something")
        return 2
    found: list[str] = []
    for backend in DBMS:
        with (
            tempfile.TemporaryDirectory() as data,
            new_database(backend, Path(data)) as url,
            DemoProcess(Path(data), database_url=url) as server,
        ):
            for line in _findings(scanners, server, backend, word):
                print(f"FOUND on {backend}: {line}", flush=True)
                found.append(line)
    print(f"{len(found)} found")
    return 1 if found else 0


def _blind(scanners: Scanners) -> Iterator[str]:
    """Yield the scanners that do not see planted holes."""
    with planted() as url:
        found = scanners.wapiti(url)
        if not all(any(line.startswith(kind) for line in found) for kind in ("SQL Injection", "Reflected Cross Site")):
            yield "wapiti"
        if not scanners.sqlmap(Request("planted", "GET", url + FIND + HERE, {}), DBMS["sqlite"]):
            yield "sqlmap"


def _findings(scanners: Scanners, server: DemoProcess, backend: str, word: str) -> Iterator[str]:
    """Yield what the scanners find on a server."""
    if not word:
        cookie, _ = _signed_in(server, "manager")
        for who in (cookie, None):
            found = scanners.wapiti(server.url, STARTS, who)
            yield from (line for line in found if not line.startswith(tuple(ALLOWED)))
    chosen = [operation for operation in operations().values() if word in operation.name]
    for number, operation in enumerate(sorted(chosen, key=lambda one: one.method), 1):
        request, begin = _request(server, operation), time.monotonic()
        if HERE not in request.url + (request.body or ""):
            continue
        if scanners.sqlmap(request, DBMS[backend]):
            yield f"sqlmap: {operation.name}"
        print(f"{number}/{len(chosen)} {backend} {operation.name} {time.monotonic() - begin:.0f} s", flush=True)


def _request(server: DemoProcess, operation: Operation) -> Request:
    """Return a request of an operation, with a mark behind each value that somebody may choose."""
    recipe = RECIPES[operation.name]
    path = operation.path.format(**{name: quote(_named(name)) + HERE for name in operation.params})
    query = {name: recipe.query.get(name, "1") for name in operation.query}
    url = server.url + path + ("?" if query else "") + "&".join(f"{urlencode({n: v})}{HERE}" for n, v in query.items())
    body = None
    if operation.fields is not None:
        fields = {name: recipe.body.get(name, "1") for name in operation.fields}
        body = json.dumps({name: value + HERE if isinstance(value, str) else value for name, value in fields.items()})
    headers = {"Content-Type": "application/json"} if body else {}
    return Request(operation.name, operation.method, url, {**headers, **_credentials(server, operation)}, body)


def _named(name: str) -> str:
    return THERE.get(name) or NOT_THERE[name][0]


def _credentials(server: DemoProcess, operation: Operation) -> dict[str, str]:
    """Return what says that the first role sends it which may."""
    recipe = RECIPES[operation.name]
    if not recipe.roles:
        return {}
    role = ROLES[recipe.roles[-1]].value
    if not recipe.by_person:
        return {"Authorization": f"Bearer {server.facts['keys'][role]}"}
    cookie, csrf = _signed_in(server, role)
    return {"Cookie": cookie, "X-CSRF-Token": csrf}


def _signed_in(server: DemoProcess, role: str) -> tuple[str, str]:
    """Sign a person in; returns their cookie and its CSRF token."""
    with httpx.Client(base_url=server.url) as browser:
        browser.post("/login", data=server.facts["logins"][role])
        page = html.unescape(browser.get("/counter" if role in ("counter", "lead") else "/manager/people").text)
        csrf = re.search(r'"csrf": ?"([^"]+)"', page)
        return f"baari_staff={browser.cookies['baari_staff']}", csrf[1] if csrf else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
