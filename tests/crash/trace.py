"""What a traced server did to its files and told its clients, in order."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

NAME = rb"(?:\d+)<(?P<path>[^>]*)>"
BYTES = rb'"(?P<data>[^"]*)"'
RESULT = rb"(?P<end> <unfinished \.\.\.>|\) += (?P<result>-?\d+))"
CALL = re.compile(rb"(?P<thread>\d+) +(?P<call>\w+)\((?P<rest>.*)")
RESUMED = re.compile(rb"(?P<thread>\d+) +<\.\.\. \w+ resumed>.*\) += (?P<result>-?\d+)")
FORMS = {
    b"pwrite64": re.compile(NAME + b", " + BYTES + rb", (?P<size>\d+), (?P<offset>\d+)" + RESULT),
    b"ftruncate": re.compile(NAME + rb", (?P<size>\d+)" + RESULT),
    b"fsync": re.compile(NAME + RESULT),
    b"fdatasync": re.compile(NAME + RESULT),
    b"unlink": re.compile(rb'"(?P<path>[^"]*)"' + RESULT),
    b"sendto": re.compile(NAME + b", " + BYTES),
}


class Unmodelled(Exception):
    """The trace holds something that the simulation of a power cut does not know."""


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written to a file; not yet on the disk."""

    file: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file cut to a size; a file removed is one cut to nothing."""

    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """What was done to a file before is on the disk."""

    file: str


@dataclass(frozen=True, slots=True)
class Told:
    """Bytes sent to a client."""

    data: bytes


Step = Write | Cut | Sync | Told


def read_trace(trace: Path, files: Iterable[Path]) -> Iterator[Step]:
    """Return what happened to `files`, and all that was sent; raises Unmodelled, OSError for a call that failed.

    A write counts from its beginning, a sync from its end: a cut in between may have done the one and not the other.
    """
    names = {str(file): file.name for file in files}
    syncing: dict[bytes, Sync] = {}
    with trace.open("rb") as lines:
        for line in lines:
            if resumed := RESUMED.match(line):
                yield from _ended(syncing.pop(resumed["thread"], None), resumed["result"])
            elif called := CALL.match(line):
                step, over = _step(called["call"], called["rest"], names)
                if isinstance(step, Sync) and not over:
                    syncing[called["thread"]] = step
                elif step is not None:
                    yield step


def _step(call: bytes, rest: bytes, names: dict[str, str]) -> tuple[Step | None, bool]:
    """Return what a call does, None when it is about other files, and whether it was over at once."""
    form = FORMS.get(call)
    found = form.match(rest) if form else None
    if found is None:
        _require_other_files(rest, names)
        return None, True
    told = found.groupdict()
    if call == b"sendto":
        return Told(_bytes(told["data"])), True
    file = names.get(_bytes(told["path"]).decode())
    if file is None:
        return None, True
    _require_done(told)
    return _change(call, file, told), told["result"] is not None


def _change(call: bytes, file: str, told: dict[str, bytes]) -> Step:
    if call == b"pwrite64":
        return Write(file, int(told["offset"]), _bytes(told["data"]))
    if call == b"ftruncate":
        return Cut(file, int(told["size"]))
    if call == b"unlink":
        return Cut(file, 0)
    return Sync(file)


def _ended(sync: Sync | None, result: bytes) -> Iterator[Sync]:
    if sync is not None:
        if result != b"0":
            raise OSError(f"{sync} failed")
        yield sync


def _require_done(told: dict[str, bytes]) -> None:
    """Raise OSError for a call that failed or wrote less than it was given."""
    result, data = told["result"], told.get("data")
    if result is not None and result != (told["size"] if data else b"0"):
        raise OSError(f"a call on {_bytes(told['path']).decode()} returned {result.decode()}")


def _require_other_files(rest: bytes, names: dict[str, str]) -> None:
    for path in names:
        if path.encode().hex() in rest.replace(rb"\x", b"").decode():
            raise Unmodelled(rest[:200].decode())


def _bytes(text: bytes) -> bytes:
    """Return bytes from the form `\\x2f\\x74…` in which strace writes them."""
    return bytes.fromhex(text.replace(rb"\x", b"").decode())
