"""A backup as a file: a compressed tar of what it holds, the rows of the tables as JSON lines, and their checksums.

`age -d FILE | tar xz && sha256sum -c SHA256SUMS` opens it without Baari.
"""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self

from server.services.backups.sealing import CannotOpen

SUMS = "SHA256SUMS"
MODE, LEVEL = 0o600, 3
DAMAGED = "It is damaged: {why}."


class ArchiveWriter:
    """Writes members one after the other, and their checksums last."""

    def __init__(self, out: BinaryIO) -> None:
        self._packed = gzip.GzipFile(fileobj=out, mode="wb", compresslevel=LEVEL)
        self._tar = tarfile.open(fileobj=self._packed, mode="w|")  # noqa: SIM115 - closed with this
        self._sums: list[str] = []

    def add(self, name: str, content: bytes) -> None:
        """Add a member."""
        self._put(name, content)
        self._sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._put(SUMS, "".join(self._sums).encode())
            self._tar.close()
            self._packed.close()

    def _put(self, name: str, content: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), MODE
        self._tar.addfile(member, io.BytesIO(content))


def members(content: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Return the members by name, in order; raises CannotOpen, at the end when a checksum does not fit."""
    sums: list[str] = []
    kept_sums: str | None = None
    for name, data in _read(content):
        if kept_sums is not None:
            raise CannotOpen(DAMAGED.format(why=f"{name} follows the checksums"))
        if name == SUMS:
            kept_sums = data.decode("ascii", "replace")
        else:
            sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
            yield name, data
    if kept_sums is None:
        raise CannotOpen(DAMAGED.format(why="its end is missing"))
    if kept_sums != "".join(sums):
        raise CannotOpen(DAMAGED.format(why="the checksums do not fit"))


def _read(content: BinaryIO) -> Iterator[tuple[str, bytes]]:
    try:
        with gzip.GzipFile(fileobj=content, mode="rb") as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                for member in tar:
                    file = tar.extractfile(member)
                    yield member.name, b"" if file is None else file.read()
            while packed.read(tarfile.RECORDSIZE):
                pass  # to its own checksum, which stands at the end
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CannotOpen(DAMAGED.format(why=error)) from error
