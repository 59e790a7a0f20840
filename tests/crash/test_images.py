"""The simulation of a power cut: what a trace says, and what a disk may hold after it."""

import random
from pathlib import Path

import pytest

from tests.crash.images import SECTOR, Disk
from tests.crash.trace import Cut, Sync, Told, Unmodelled, Write, read_trace

FILE = "db"
OLD, NEW = b"o" * 4 * SECTOR, b"n" * 4 * SECTOR
TRIES = 200


def hexed(text: bytes) -> str:
    """Return bytes as strace writes them."""
    return "".join(f"\\x{byte:02x}" for byte in text)


def traced(folder: Path, *lines: str) -> Path:
    """Write a trace; `FILE` in it stands for a file that is looked at."""
    trace = folder / "trace"
    trace.write_text("\n".join(lines).replace("FILE", hexed(str(folder / FILE).encode())))
    return trace


def images(disk: Disk) -> set[bytes]:
    """Cut the power many times at the same instant."""
    rng = random.Random(1)
    return {disk.after_power_cut(rng)[FILE] for _ in range(TRIES)}


def test_a_trace_tells_what_was_written_synced_and_sent_in_order(tmp_path: Path) -> None:
    trace = traced(
        tmp_path,
        f'7 pwrite64(3<FILE>, "{hexed(b"ab")}", 2, 10) = 2',
        f'7 pwrite64(4<{hexed(b"/elsewhere")}>, "{hexed(b"x")}", 1, 0) = 1',
        "7 fdatasync(3<FILE> <unfinished ...>",
        f'8 sendto(9<{hexed(b"socket:[1]")}>, "{hexed(b"early")}", 5, 0, NULL, 0) = 5',
        "7 <... fdatasync resumed>)          = 0",
        f'8 sendto(9<{hexed(b"socket:[1]")}>, "{hexed(b"late")}", 4, 0, NULL, 0 <unfinished ...>',
        "7 ftruncate(3<FILE>, 4)             = 0",
        "8 <... sendto resumed>)             = 4",
        '7 unlink("FILE")                    = 0',
    )
    steps = list(read_trace(trace, [tmp_path / FILE]))
    assert steps == [Write(FILE, 10, b"ab"), Told(b"early"), Sync(FILE), Told(b"late"), Cut(FILE, 4), Cut(FILE, 0)]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('7 renameat2(AT_FDCWD, "FILE", AT_FDCWD, "FILE", 0) = 0', Unmodelled),
        ("7 fsync(3<FILE>) = -1 EIO (Input/output error)", OSError),
        (f'7 pwrite64(3<FILE>, "{hexed(b"ab")}", 2, 10) = 1', OSError),
    ],
    ids=["renamed", "not synced", "half written"],
)
def test_what_the_simulation_does_not_know_or_what_failed_is_refused(
    tmp_path: Path, line: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        list(read_trace(traced(tmp_path, line), [tmp_path / FILE]))


def test_what_was_synced_stands_whatever_happens() -> None:
    disk = Disk({FILE: OLD})
    for step in (Write(FILE, 0, NEW), Sync(FILE)):
        disk.take(step)
    assert images(disk) == {NEW}


def test_what_was_not_synced_is_kept_torn_at_sectors_or_gone() -> None:
    disk = Disk({FILE: OLD})
    disk.take(Write(FILE, 0, NEW))
    found = images(disk)
    assert {OLD, NEW} < found
    for image in found:
        sectors = {image[at : at + SECTOR] for at in range(0, len(image), SECTOR)}
        assert sectors <= {OLD[:SECTOR], NEW[:SECTOR]}


def test_a_later_write_may_be_there_without_an_earlier_one() -> None:
    disk = Disk({FILE: b""})
    for step in (Write(FILE, 0, b"first"), Write(FILE, 5, b"second")):
        disk.take(step)
    assert {b"", b"first", b"firstsecond", bytes(5) + b"second"} <= images(disk)


def test_a_removed_file_may_still_be_there() -> None:
    disk = Disk({FILE: OLD})
    disk.take(Cut(FILE, 0))
    assert images(disk) == {OLD, b""}
    assert disk.whole() == {FILE: b""}
