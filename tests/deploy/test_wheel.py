"""The wheel of the product holds all that the tree holds."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("server", "kiosk", "counter", "display", "hardware", "migrations")


def test_every_file_of_the_product_is_in_its_wheel(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    subprocess.run(
        ["git", "clone", "-q", ROOT, tree], check=True
    )  # setuptools leaves what it builds beside the sources
    build = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "-w")
    subprocess.run([*build, tmp_path, tree], check=True, capture_output=True)
    [wheel] = tmp_path.glob("baari-*.whl")
    tracked = subprocess.run(["git", "ls-files", *PACKAGES], cwd=tree, check=True, capture_output=True, text=True)
    assert set(tracked.stdout.split()) - set(zipfile.ZipFile(wheel).namelist()) == set()
