"""What is said over a wire, byte by byte, where the simulated printer cannot bring it about."""

from collections.abc import Iterator

import pytest

from hardware import conversation
from hardware.profiles.epson_tm import TM_T20
from hardware.profiles.generic_escpos import GENERIC_80
from hardware.profiles.profile import Profile
from hardware.values import PrinterState, Printout, PrintResult, Verdict

WELL = (0x12, 0x12, 0x12, 0x12)
JOB = Printout("J001", b"x" * 3000, b"")


class ScriptedWire:
    """Answers DLE EOT n with the n-th status, says `after` behind the job, and breaks at a byte of it."""

    def __init__(self, status: tuple[int, ...] = WELL, after: tuple[bytes, ...] = (), breaks_at: int = 10**6) -> None:
        self.status, self.after, self.breaks_at = status, after, breaks_at
        self.written, self.closed = b"", False
        self._answers: list[bytes] = []

    def write(self, piece: bytes) -> None:
        if piece[:2] == b"\x10\x04":
            self._answers = [bytes((self.status[piece[2] - 1],))]
            return
        if len(self.written) + len(piece) > self.breaks_at:
            raise ConnectionResetError("reset")
        self.written += piece
        self._answers = list(self.after)

    def settle(self) -> None:
        """Everything is taken at once."""

    def listen(self, seconds: float) -> Iterator[bytes]:
        answers, self._answers = self._answers, []
        yield from answers

    def close(self) -> None:
        self.closed = True


def send(wire: ScriptedWire, profile: Profile = TM_T20) -> PrintResult:
    result = conversation.send(lambda: wire, profile, JOB)
    assert wire.closed
    return result


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ((0x12, 0x12, 0x12, 0x12), PrinterState.READY),
        ((0x12, 0x12, 0x12, 0x1E), PrinterState.NEAR_END),
        ((0x1A, 0x32, 0x12, 0x12), PrinterState.PAPER_OUT),
        ((0x1A, 0x12, 0x12, 0x7E), PrinterState.PAPER_OUT),
        ((0x1A, 0x36, 0x12, 0x7E), PrinterState.COVER_OPEN),  # an open cover lifts the paper's sensor too
        ((0x1A, 0x12, 0x12, 0x12), PrinterState.FAULT),
        ((0x12, 0x52, 0x12, 0x12), PrinterState.FAULT),
        ((0x12, 0x12, 0x1A, 0x12), PrinterState.FAULT),  # the knife
        ((0x12, 0x12, 0x32, 0x12), PrinterState.FAULT),  # for good
        ((0x12, 0x12, 0x52, 0x12), PrinterState.FAULT),  # the head is hot
    ],
)
def test_the_four_answers_tell_one_state(status: tuple[int, ...], state: PrinterState) -> None:
    wire = ScriptedWire(status)
    assert conversation.look(lambda: wire, TM_T20) is state
    assert wire.closed


def test_an_acknowledgement_is_found_behind_and_across_other_answers() -> None:
    wire = ScriptedWire(after=(b"\x12\x37\x22J000\x00\x37", b"\x22J0", b"01\x00"))
    assert send(wire) == PrintResult(Verdict.PRINTED, PrinterState.READY)
    assert wire.written == JOB.commands


@pytest.mark.parametrize("answer", [b"\x37\x22J002\x00", b"\x37\x22J001"])
def test_the_acknowledgement_of_another_job_or_half_of_it_is_none(answer: bytes) -> None:
    result = send(ScriptedWire(after=(answer,)))
    assert result == PrintResult(Verdict.UNCONFIRMED, PrinterState.READY, "no acknowledgement")


@pytest.mark.parametrize("profile", [TM_T20, GENERIC_80], ids=lambda profile: profile.name)
@pytest.mark.parametrize("breaks_at", [0, 2048])
def test_a_wire_that_breaks_once_the_job_has_begun_leaves_it_unconfirmed(profile: Profile, breaks_at: int) -> None:
    assert send(ScriptedWire(breaks_at=breaks_at), profile) == PrintResult(
        Verdict.UNCONFIRMED, PrinterState.OFF, "reset"
    )


def test_a_printer_that_cannot_print_gets_no_byte_of_the_job() -> None:
    wire = ScriptedWire((0x1A, 0x16, 0x12, 0x12))
    assert send(wire) == PrintResult(Verdict.REFUSED, PrinterState.COVER_OPEN)
    assert wire.written == b""


def test_hanging_up_badly_after_the_job_never_makes_it_one_to_send_again() -> None:
    class Stubborn(ScriptedWire):
        def close(self) -> None:
            raise OSError("close")

    with pytest.raises(OSError, match="close"):
        conversation.send(Stubborn, GENERIC_80, JOB)
