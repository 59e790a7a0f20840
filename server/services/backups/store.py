"""Backups in a store that speaks S3: a copy of each that the folder holds, and of the lists beside them."""

import importlib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from server.domain.stores import StorePlace
from server.services.backups.files import replace, with_new_file
from server.services.backups.folder import Keep, backups_in, made_at, outdated

CONNECT_S, ANSWER_S, TRIES = 10, 120, 3
PART = 16 * 2**20
"""Bytes that are sent at once; S3 takes at least 5 MiB but for the last."""


class StoreFailed(OSError):
    """The store did not do what it was asked; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """With what a store is asked: the access key, its secret, and the region the store stands in."""

    key: str
    secret: str
    region: str


@dataclass(frozen=True, slots=True)
class Copied:
    """How many backups were sent to a store, and how many were removed there."""

    sent: int
    removed: int


class Store:
    """The files of one place in a store. Everything it is asked raises StoreFailed."""

    def __init__(self, place: StorePlace, account: Account) -> None:
        self._place = place
        # Both take a fifth of a second to import, for which only who has a store waits.
        minio, urllib3 = importlib.import_module("minio"), importlib.import_module("urllib3")
        # By the machine's own certificates, to which a centre adds its own, and not by those of a library.
        connections = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_S, read=ANSWER_S),
            retries=urllib3.Retry(TRIES, backoff_factor=0.5, status_forcelist=(500, 502, 503, 504)),
            ssl_context=ssl.create_default_context(),
        )
        signed = account.key, account.secret, None  # the last for accounts that are lent for a while
        self._s3 = minio.Minio(place.host, *signed, place.encrypted, account.region, connections)
        self._refused: type[Exception] = minio.error.S3Error
        self._silent: tuple[type[Exception], ...] = minio.error.MinioException, urllib3.exceptions.HTTPError

    def files(self) -> dict[str, int]:
        """Return the names of the files, and how many bytes each has."""
        begin = self._place.prefix
        with self._told():
            found = self._s3.list_objects(self._place.bucket, begin, recursive=True)
            return {str(each.object_name).removeprefix(begin): int(each.size or 0) for each in found}

    def put(self, name: str, content: BinaryIO, size: int) -> None:
        """Send a file of so many bytes, in the place of one of its name; it is there when it is whole."""
        with self._told():
            self._s3.put_object(self._place.bucket, self._named(name), content, size, part_size=PART)

    def get(self, name: str, out: BinaryIO) -> None:
        """Write what a file holds."""
        with self._told():
            answer = self._s3.get_object(self._place.bucket, self._named(name))
            try:
                for piece in answer.stream(PART):
                    out.write(piece)
            finally:
                answer.close()
                answer.release_conn()

    def remove(self, name: str) -> None:
        """Remove a file; one that is gone already is no fault."""
        with self._told():
            self._s3.remove_object(self._place.bucket, self._named(name))

    def _named(self, name: str) -> str:
        return f"{self._place.prefix}{name}"

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say of every failure in words which store it was, and why."""
        host = self._place.host
        try:
            yield
        except self._refused as error:
            raise StoreFailed(f"The store {host} refused: {error}") from error
        except self._silent as error:
            raise StoreFailed(f"The store {host} did not answer: {error}") from error


def backups_of(store: Store) -> dict[datetime, tuple[str, int]]:
    """Return the backups of a store by when they were made: name and bytes; other files are none."""
    files = store.files()
    return {made: (name, size) for name, size in files.items() if (made := made_at(name)) is not None}


def copy(folder: Path, store: Store, keep: Keep, lists: Iterable[str] = ()) -> Copied:
    """Send what a store lacks of a folder, and remove there what is not kept; raises StoreFailed, OSError.

    `lists` are files of lines that stand beside the backups and only grow, so in the store. Each step by itself is true
    at once: who is killed between two goes on the next time.
    """
    there = dict(backups_of(store).values())
    missing = [path for _, path in sorted(backups_in(folder).items()) if there.get(path.name) != path.stat().st_size]
    for path in missing:
        with path.open("rb") as content:
            store.put(path.name, content, path.stat().st_size)
    for name in lists:
        _add_there(store, name, _lines_in(folder / name))
    kept = backups_of(store)
    old = outdated(kept, keep)
    for made in old:
        store.remove(kept[made][0])
    return Copied(len(missing), len(old))


def fetch(store: Store, name: str, folder: Path, lists: Iterable[str] = ()) -> Path:
    """Bring a backup from a store into a folder, and what stands in the `lists` beside it; returns the file.

    Raises StoreFailed, and FileExistsError where there is a file of that name.
    """
    file = folder / name
    with with_new_file(file) as out:
        store.get(name, out)
    for each in lists:
        here, there = _lines_in(folder / each), _lines_of(store, each)
        if there - here:
            replace(folder / each, _text(here | there))
    return file


def _add_there(store: Store, name: str, lines: set[bytes]) -> None:
    there = _lines_of(store, name)
    if lines - there:
        content = _text(lines | there)
        store.put(name, BytesIO(content), len(content))


def _lines_in(file: Path) -> set[bytes]:
    return set(file.read_bytes().splitlines()) if file.exists() else set()


def _lines_of(store: Store, name: str) -> set[bytes]:
    if name not in store.files():
        return set()
    content = BytesIO()
    store.get(name, content)
    return set(content.getvalue().splitlines())


def _text(lines: set[bytes]) -> bytes:
    return b"\n".join([*sorted(lines), b""])
