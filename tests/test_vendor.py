"""What is vendored is what its packages hold."""

import shutil
import subprocess
from pathlib import Path

from tests.conftest import skip_or_fail

ROOT = Path(__file__).parents[1]


def test_no_vendored_file_differs_from_its_package() -> None:
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules" / "preact").exists():
        skip_or_fail("Node and the packages are not installed: npm ci")
    checked = subprocess.run([str(node), ".ci/vendor.mjs", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_every_vendored_folder_keeps_its_licences() -> None:
    for folder in (
        "server/static/vendor",
        "server/static/vendor/swagger-ui",
        "server/static/vendor/altcha",
        "server/static/fonts",
        "hardware/fonts",
    ):
        assert [path for path in (ROOT / folder).iterdir() if "LICENSE" in path.name], folder


def test_no_vendored_script_loads_anything_from_elsewhere() -> None:
    for path in (ROOT / "server" / "static" / "vendor").glob("*.js"):
        assert "sourceMappingURL" not in path.read_text("utf-8"), path.name
