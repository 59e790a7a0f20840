"""A release, built once and signed by a key of its own."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.machine import require_machine

ROOT = Path(__file__).parents[2]
CONTACT = "mailto:security@release.example"


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the archive, its signature, the key, the installer and answers to its questions."""
    require_machine()
    folder = tmp_path_factory.mktemp("release")
    tree, key, out = folder / "tree", folder / "key.pem", folder / "out"
    subprocess.run(["git", "clone", "-q", ROOT, tree], check=True)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    subprocess.run(
        [tree / "deploy" / "build", key, out],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHON": sys.executable, "CONTACT": CONTACT},
    )
    (out / "key.pem").write_bytes(key.read_bytes())  # to sign a later release by
    known = hashlib.sha256((out / "release.pem").read_bytes()).hexdigest()
    answers = ("NAME=Centre One", "SERVER_NAME=psk1.test", "OTHER_NAMES=10.1.2.3", f"RELEASE_KEY_SHA256={known}")
    (out / "answers").write_text("\n".join(answers) + "\n")
    return out
