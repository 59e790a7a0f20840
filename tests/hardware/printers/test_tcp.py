"""The protocol with a printer of the network in every state it can be in."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PIL import ImageChops

from hardware.layout.printout import prepare
from hardware.layout.slip import render
from hardware.printers import tcp
from hardware.printers.tcp import TcpPrinter
from hardware.profiles.epson_tm import TM_T20
from hardware.profiles.generic_escpos import GENERIC_58, GENERIC_80
from hardware.profiles.profile import Profile
from hardware.simulated.faults import Fault
from hardware.simulated.printer import SimulatedPrinter
from hardware.values import PrinterState, PrintResult, Verdict
from tests.hardware.slips import SLIP

Start = Callable[[Profile], SimulatedPrinter]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[SimulatedPrinter] = []

    def begin(profile: Profile) -> SimulatedPrinter:
        running.append(SimulatedPrinter(profile=profile))
        running[-1].start()
        return running[-1]

    yield begin
    for simulated in running:
        simulated.stop()


@pytest.fixture
def printer(start: Start) -> SimulatedPrinter:
    return start(TM_T20)


def driver(printer: SimulatedPrinter) -> TcpPrinter:
    return TcpPrinter(printer.profile, printer.host, printer.port)


def print_slip(printer: SimulatedPrinter) -> PrintResult:
    return driver(printer).send(prepare(SLIP, printer.profile, "J001"))


def test_what_the_printer_receives_is_the_picture_to_the_dot(printer: SimulatedPrinter) -> None:
    assert print_slip(printer) == PrintResult(Verdict.PRINTED, PrinterState.READY)
    difference = ImageChops.difference(printer.papers[-1].convert("L"), render(SLIP, TM_T20).convert("L"))
    assert difference.getbbox() is None


@pytest.mark.parametrize(
    ("fault", "verdict", "state", "papers"),
    [
        (Fault.NONE, Verdict.PRINTED, PrinterState.READY, 1),
        (Fault.NEAR_END, Verdict.PRINTED, PrinterState.NEAR_END, 1),
        (Fault.PAPER_OUT, Verdict.REFUSED, PrinterState.PAPER_OUT, 0),
        (Fault.COVER_OPEN, Verdict.REFUSED, PrinterState.COVER_OPEN, 0),
        (Fault.OFF, Verdict.REFUSED, PrinterState.OFF, 0),
        (Fault.MUTE, Verdict.REFUSED, PrinterState.SILENT, 0),
        (Fault.RESET_MID_JOB, Verdict.UNCONFIRMED, PrinterState.OFF, 0),
    ],
)
def test_each_state_of_a_printer_has_its_verdict(
    printer: SimulatedPrinter, fault: Fault, verdict: Verdict, state: PrinterState, papers: int
) -> None:
    printer.fault = fault
    result = print_slip(printer)
    assert (result.verdict, result.state) == (verdict, state)
    assert printer.count == papers


@pytest.mark.parametrize(
    ("fault", "verdict", "state"),
    [
        (Fault.NONE, Verdict.SENT, PrinterState.READY),
        (Fault.MUTE, Verdict.SENT, PrinterState.READY),
        (Fault.OFF, Verdict.REFUSED, PrinterState.OFF),
        (Fault.RESET_MID_JOB, Verdict.UNCONFIRMED, PrinterState.OFF),
    ],
)
def test_a_printer_without_acknowledgement_has_its_own_verdicts(
    start: Start, fault: Fault, verdict: Verdict, state: PrinterState
) -> None:
    printer = start(GENERIC_80)
    printer.fault = fault
    result = print_slip(printer)
    assert (result.verdict, result.state) == (verdict, state)


def test_a_printer_without_acknowledgement_may_still_be_asked_how_it_is(start: Start) -> None:
    printer = start(replace(GENERIC_80, status=(1, 4)))
    printer.fault = Fault.PAPER_OUT
    assert print_slip(printer) == PrintResult(Verdict.REFUSED, PrinterState.PAPER_OUT)
    printer.fault = Fault.NEAR_END
    assert print_slip(printer) == PrintResult(Verdict.SENT, PrinterState.NEAR_END)


def test_a_printer_that_answers_less_than_its_profile_says_is_silent(start: Start) -> None:
    printer = start(replace(TM_T20, status=(1, 4)))
    assert TcpPrinter(TM_T20, printer.host, printer.port).look() is PrinterState.SILENT


def test_a_printer_that_never_acknowledges_leaves_the_job_unconfirmed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hardware.conversation.ACK_S", 3.0)
    printer = start(replace(TM_T20, acknowledges=False))
    result = TcpPrinter(TM_T20, printer.host, printer.port).send(prepare(SLIP, TM_T20, "J001"))
    assert result == PrintResult(Verdict.UNCONFIRMED, PrinterState.READY, "no acknowledgement")


def test_bytes_that_only_the_network_holds_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A printer that takes a connection and reads nothing: the kernel would hold a small job for ever."""
    monkeypatch.setattr(tcp, "SETTLE_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        printer = TcpPrinter(GENERIC_58, "127.0.0.1", stuck.getsockname()[1])
        result = printer.send(prepare(SLIP, GENERIC_58, "J001"))
    assert result.verdict is Verdict.UNCONFIRMED
    assert result.detail == "the printer stopped taking bytes"


def test_a_printer_tells_how_it_is_without_a_job(printer: SimulatedPrinter) -> None:
    assert driver(printer).look() is PrinterState.READY
    printer.fault = Fault.COVER_OPEN
    assert driver(printer).look() is PrinterState.COVER_OPEN


@pytest.mark.parametrize("profile", [TM_T20, GENERIC_80], ids=lambda profile: profile.name)
def test_nothing_at_an_address_is_off(profile: Profile) -> None:
    nowhere = TcpPrinter(profile, "127.0.0.1", 1)
    assert nowhere.look() is PrinterState.OFF
    result = nowhere.send(prepare(SLIP, profile, "J001"))
    assert (result.verdict, result.state) == (Verdict.REFUSED, PrinterState.OFF)
