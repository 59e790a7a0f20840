"""Clients that strangers generate from the contract: they compile, and serve a citizen at a real server."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.domain.permissions import Role
from server.storage import schema
from server.storage.database import Database
from tests.conftest import skip_or_fail
from tests.factories import CENTRE, install_floor
from tests.processes import ROOT, ServerProcess, make_key

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
CLIENTS = Path(__file__).with_name("clients")
BIN = Path(sys.executable).parent
SERVED = {"reason": "longest_wait", "next": "A", "klass": "N", "refusal": "422 invalid_input"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str]]]:
    """Return a folder with the contract of a running server, and what a client is told: address, place and key."""
    folder = tmp_path_factory.mktemp("clients")
    url = f"sqlite:///{folder / 'baari.sqlite'}"
    schema.migrate(url)
    db = Database(url)
    install_floor(db, always=True)
    db.close()
    with ServerProcess(url, folder) as process:
        (folder / "contract.json").write_bytes(httpx.get(f"{process.url}/api/openapi.json").content)
        yield folder, [process.url, CENTRE, "G1", make_key(url, Role.COUNTER)]


def run(*words: str | Path, folder: Path) -> str:
    """Return what a program says; fails the test with what it complains of."""
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_client_in_typescript_compiles_strictly_and_serves_a_citizen(site: tuple[Path, list[str]]) -> None:
    folder, told = site
    node, tools = shutil.which("node") or "", ROOT / "node_modules"
    if not node or not (tools / "openapi-typescript").exists():
        skip_or_fail("Node or its packages are missing: npm ci")
    run(node, tools / "openapi-typescript/bin/cli.js", "contract.json", "-o", "baari.d.ts", folder=folder)
    for name in ("serve_one.ts", "tsconfig.json"):
        shutil.copy(CLIENTS / name, folder)
    run(node, tools / "typescript/bin/tsc", folder=folder)
    served(run(node, "serve_one.js", *told, folder=folder))


def test_a_client_in_python_is_generated_whole_and_serves_a_citizen(site: tuple[Path, list[str]]) -> None:
    folder, told = site
    (folder / "client.json").write_text(json.dumps({"package_name_override": "baari_client", "post_hooks": []}))
    words = ["generate", "--path", "contract.json", "--output-path", "baari_client", "--meta", "none"]
    said = run(BIN / "openapi-python-client", *words, "--config", "client.json", "--fail-on-warning", folder=folder)
    assert "Warning" not in said
    shutil.copy(CLIENTS / "serve_one.py", folder)
    served(run(sys.executable, "serve_one.py", *told, folder=folder))


def served(said: str) -> None:
    """Hold what a client tells to what must have become of its citizen."""
    told: dict[str, Any] = json.loads(said)
    label = told.pop("issued")
    assert (told.pop("called"), told.pop("told")) == (label, [label])
    assert told == SERVED
