"""The inside of a simulated printer: it holds bytes while it is offline, carries them out in order, and cuts paper."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps

from hardware.profiles.profile import Profile
from hardware.simulated.faults import OFFLINE, Fault

BYTES_A_SECOND = 60_000
KEPT = 12


@dataclass(frozen=True, slots=True)
class _Command:
    """A command: how it begins, how many bytes tell its length, its length, and what it does."""

    begin: bytes
    head: int
    length: Callable[[bytes], int]
    act: Callable[[bytes], None]


class Mechanism:
    """The paper of a printer; `papers` are the slips that came out so far, the latest last."""

    def __init__(self, profile: Profile) -> None:
        self.profile, self.fault = profile, Fault.NONE
        self.papers: list[Image.Image] = []
        self.count = 0
        self._buffer = bytearray()
        self._strips: list[Image.Image] = []

    def cut(self, paper: Image.Image) -> None:
        """Let a slip fall out."""
        self.papers = [*self.papers[-KEPT + 1 :], paper]
        self.count += 1

    def take(self, piece: bytes) -> None:
        """Hold bytes until their turn."""
        self._buffer += piece

    def lose_power(self) -> None:
        """Forget what is held and what is printed halfway."""
        self._buffer.clear()
        self._strips.clear()

    def work(self, answer: Callable[[bytes], None]) -> None:
        """Carry out the whole commands held, while the printer is online; `answer` takes what it says."""
        while self._buffer and self.fault not in OFFLINE:
            used = self._execute(bytes(self._buffer[:8]), self._commands(answer))
            if used == 0:
                return
            del self._buffer[:used]

    def _execute(self, head: bytes, commands: tuple[_Command, ...]) -> int:
        """Carry out the command at the head and return its length, 0 when it has not arrived whole."""
        for command in commands:
            if head.startswith(command.begin):
                whole = len(head) >= command.head and len(self._buffer) >= command.length(head)
                if whole:
                    command.act(bytes(self._buffer[: command.length(head)]))
                return command.length(head) if whole else 0
            if command.begin.startswith(head):
                return 0
        return 1  # a byte of text or of a command that leaves no trace

    def _commands(self, answer: Callable[[bytes], None]) -> tuple[_Command, ...]:
        return (
            _Command(b"\x10\x04", 3, lambda head: 3, lambda job: None),
            _Command(b"\x1b@", 2, lambda head: 2, lambda job: self._strips.clear()),
            _Command(b"\x1dv0", 8, _raster_length, self._raster),
            _Command(b"\x1dV\x42", 4, lambda head: 4, lambda job: self._part(self.profile.cuts)),
            _Command(b"\x1d(H", 5, _function_length, lambda job: self._acknowledge(job, answer)),
            _Command(b"\x1bd", 3, lambda head: 3, lambda job: self._part(not self.profile.cuts)),
            _Command(b"\x1b", 3, lambda head: 3, lambda job: None),
        )

    def _raster(self, job: bytes) -> None:
        width, height = (job[4] + 256 * job[5]) * 8, job[6] + 256 * job[7]
        strip = Image.frombytes("1", (width, height), job[8:])
        self._strips.append(ImageOps.invert(strip.convert("L")).convert("1"))
        time.sleep(len(job) / BYTES_A_SECOND)

    def _part(self, parts: bool) -> None:
        """End the paper: by the knife, or at the edge by the hand of somebody who tears it off."""
        if parts and self._strips:
            self.cut(_joined(self._strips))
            self._strips.clear()

    def _acknowledge(self, job: bytes, answer: Callable[[bytes], None]) -> None:
        if self.profile.acknowledges and self.fault is not Fault.MUTE:
            answer(b"\x37\x22" + job[7:11] + b"\x00")


def _function_length(head: bytes) -> int:
    return 5 + head[3] + 256 * head[4]


def _raster_length(head: bytes) -> int:
    return 8 + (head[4] + 256 * head[5]) * (head[6] + 256 * head[7])


def _joined(strips: list[Image.Image]) -> Image.Image:
    paper = Image.new("1", (max(s.width for s in strips), sum(s.height for s in strips)), 1)
    y = 0
    for strip in strips:
        paper.paste(strip, (0, y))
        y += strip.height
    return paper
