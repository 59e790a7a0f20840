"""Files that are whole or not there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def with_new_file(file: Path) -> Iterator[BinaryIO]:
    """Give a file, for its owner alone, that gets its name when it is whole and on the disk; raises FileExistsError."""
    if os.path.lexists(file):
        raise FileExistsError(f"{file} is there already. A backup overwrites nothing: give another name.")
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        _name(partial, file)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(file.parent)


def _name(partial: Path, file: Path) -> None:
    """Give a whole file its name; raises FileExistsError where there is one of that name by now."""
    try:
        os.link(partial, file)  # and not a rename, which would overwrite
    except FileExistsError:
        raise
    except OSError:  # a stick that knows no links
        if os.path.lexists(file):
            raise FileExistsError(f"{file} is there already.") from None
        partial.rename(file)


def sync_folder(folder: Path) -> None:
    """Let what a folder names be on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(file: Path, content: bytes) -> None:
    """Write a file in the place of the one that is there, which stays until this one is whole."""
    partial = file.with_name(f".{file.name}.{secrets.token_hex(4)}.partial")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        partial.rename(file)
    finally:
        partial.unlink(missing_ok=True)
