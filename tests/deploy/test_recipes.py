"""The scripts, the image and the settings of a release hold against those who read them for a living."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import skip_or_fail

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRIPTS = ("install", "build", "screen/install", "screen/show", "../.ci/run", "../.ci/system")
CONTAINER = DEPLOY / "container"


def lint(name: str) -> str:
    """Return the path of a program that came with the development extras."""
    return shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or name


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_has_what_shellcheck_warns_of(script: str) -> None:
    done = subprocess.run([lint("shellcheck"), "--severity=warning", DEPLOY / script], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_has_nothing_that_hadolint_warns_of() -> None:
    words = (lint("hadolint"), "--failure-threshold", "warning", CONTAINER / "Containerfile")
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.returncode, [line for line in done.stdout.splitlines() if "info" not in line]) == (0, [])


def test_what_the_image_takes_in_is_in_the_archive() -> None:
    taken = re.findall(r"^COPY (\S+) ", (CONTAINER / "Containerfile").read_text(), re.MULTILINE)
    build = (DEPLOY / "build").read_text()
    assert taken == ["wheels", "requirements.lock"]
    assert all(re.search(rf"\$stage/({name}|\")", build) for name in taken)


def test_the_containers_get_all_they_name() -> None:
    compose = yaml.safe_load((CONTAINER / "compose.yaml").read_text())
    said = (CONTAINER / "README.md").read_text()
    for service in compose["services"].values():
        assert set(service.get("depends_on", ())) <= compose["services"].keys()
        assert set(service.get("secrets", ())) <= compose["secrets"].keys()
        named = [volume.split(":")[0] for volume in service.get("volumes", ())]
        assert {name for name in named if not name.startswith(".")} <= compose["volumes"].keys()
        files = {name for name in named if name.startswith(".")}
        assert all((CONTAINER / name).exists() or Path(name).name in said for name in files)
    for name, secret in compose["secrets"].items():
        assert f"> {name}" in said, secret
    for name in re.findall(r"\$\{(\w+):\?", (CONTAINER / "compose.yaml").read_text()):
        assert f"{name}=" in said


def test_chrony_takes_the_settings_of_the_clock(tmp_path: Path) -> None:
    program = shutil.which("chronyd", path="/usr/sbin:/usr/bin")
    if program is None:
        skip_or_fail("chrony is not installed: apt-get install chrony")
    done = subprocess.run([str(program), "-p", "-f", DEPLOY / "chrony" / "baari.conf"], capture_output=True, text=True)
    assert (done.returncode, "makestep 1.0 3" in done.stdout) == (0, True), done.stderr
