"""A released revision is never edited, nor anything that it needs: whoever ran it has what it made."""

import ast
import hashlib
import json
from pathlib import Path

import pytest

from server.release import RELEASE

ROOT = Path(__file__).parents[2]
RELEASED: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "released.json").read_text("utf-8"))
"""Release by release, the files that came with it, and their SHA-256."""
HASHES = {file: sha for files in RELEASED.values() for file, sha in files.items()}
LATER = [
    path
    for path in sorted((ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    if str(path.relative_to(ROOT)) not in HASHES
]


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("file", HASHES)
def test_a_released_revision_is_as_it_was(file: str) -> None:
    name = Path(file).stem.split("_")[0]
    assert (ROOT / file).is_file(), f"{name} is released: put {file} back"
    assert sha256(ROOT / file) == HASHES[file], f"{name} is released: leave {file}, and write a new revision instead"


@pytest.mark.parametrize("file", HASHES)
def test_what_a_released_revision_imports_is_released_with_it(file: str) -> None:
    tree = ast.walk(ast.parse((ROOT / file).read_text("utf-8")))
    modules = {node.module for node in tree if isinstance(node, ast.ImportFrom) and node.module}
    ours = {f"{module.replace('.', '/')}.py" for module in modules if module.startswith("migrations")}
    assert ours <= set(HASHES)


def test_each_release_names_the_revisions_that_came_with_it() -> None:
    files = {str(path.relative_to(ROOT)): sha256(path) for path in LATER}
    assert RELEASE in RELEASED, f"write into released.json: {json.dumps({RELEASE: files}, indent=2)}"


def test_what_is_not_released_comes_behind_what_is() -> None:
    released = max(Path(file).name for file in HASHES if "versions" in file)
    assert [path.name for path in LATER if path.name < released] == []
