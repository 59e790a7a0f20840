"""Copies of the tree in which mutants are tried, so that the tree itself is never touched."""

import compileall
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from py_compile import PycInvalidationMode

SAID = "said"
LEFT_OUT = shutil.ignore_patterns(".*", "node_modules", "var", "build", "__pycache__", "*.egg-info", "*.sqlite*")
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--db", "sqlite")


def copy_tree(root: Path, to: Path) -> Path:
    """Copy the tree and compile it; returns the folder.

    What is compiled is compared by its content: by time and size a mutant made in the same second would be taken
    for the original.
    """
    shutil.copytree(root, to, ignore=LEFT_OUT)
    compileall.compile_dir(to, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
    return to


def begin_tests(copy: Path, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Begin pytest in a copy, in a process group of its own; what it says goes to a file `said` beside the copy."""
    env = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *PYTEST, *arguments]
    with (copy.parent / SAID).open("wb") as said:
        return subprocess.Popen(command, cwd=copy, env=env, start_new_session=True, stdout=said, stderr=said)
