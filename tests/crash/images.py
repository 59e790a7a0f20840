"""What may stand on a disk after the power went: all that was synced, and any part of the rest."""

import random
from collections.abc import Mapping, Sequence
from itertools import chain

from tests.crash.trace import Cut, Step, Sync, Told, Write

SECTOR = 512
KEPT = (0.0, 0.5, 0.9, 1.0)
TORN = 0.25


class Disk:
    """The files of a server as they certainly are on the disk, and what was done to them since."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._synced = {name: bytearray(content) for name, content in files.items()}
        self._since: dict[str, list[Write | Cut]] = {name: [] for name in files}

    def take(self, step: Step) -> None:
        """Go on by one step of the trace."""
        if isinstance(step, Sync):
            for change in self._since[step.file]:
                _apply(self._synced[step.file], change)
            self._since[step.file].clear()
        elif not isinstance(step, Told):
            self._since[step.file].append(step)

    def whole(self) -> dict[str, bytes]:
        """Return the files as programs see them while the power is there."""
        return {name: _with(content, self._since[name]) for name, content in self._synced.items()}

    def after_power_cut(self, rng: random.Random) -> dict[str, bytes]:
        """Return the files as they may be when the power goes now.

        Of what was not synced each write is kept, torn at sectors, or gone, whatever came before or after it; how many
        of them are kept differs from image to image, from none to all.
        """
        share = rng.choice(KEPT)
        return {
            name: _with(content, _survivors(self._since[name], share, rng)) for name, content in self._synced.items()
        }


def _with(content: bytearray, changes: Sequence[Write | Cut]) -> bytes:
    changed = bytearray(content)
    for change in changes:
        _apply(changed, change)
    return bytes(changed)


def _apply(content: bytearray, change: Write | Cut) -> None:
    if isinstance(change, Cut):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    content.extend(bytes(max(0, change.offset - len(content))))
    content[change.offset : change.offset + len(change.data)] = change.data


def _survivors(changes: Sequence[Write | Cut], share: float, rng: random.Random) -> list[Write | Cut]:
    kept = [change for change in changes if rng.random() < share]
    return list(chain.from_iterable(_torn(change, rng) for change in kept))


def _torn(change: Write | Cut, rng: random.Random) -> list[Write | Cut]:
    """Return a change whole, or some of the sectors of a write."""
    if isinstance(change, Cut) or rng.random() >= TORN:
        return [change]
    return [sector for sector in _sectors(change) if rng.random() < 0.5]


def _sectors(write: Write) -> list[Write]:
    """Return a write as one for each sector that it touches."""
    end = write.offset + len(write.data)
    starts = [write.offset, *range(write.offset // SECTOR * SECTOR + SECTOR, end, SECTOR)]
    ends = [*starts[1:], end]
    data, base = write.data, write.offset
    return [Write(write.file, a, data[a - base : b - base]) for a, b in zip(starts, ends, strict=True)]
