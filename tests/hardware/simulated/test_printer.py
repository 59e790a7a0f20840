"""The simulated printer does what a real one does that the driver cannot see."""

import time
from collections.abc import Callable, Iterator

import pytest

from hardware.layout.printout import prepare
from hardware.printers.tcp import TcpPrinter
from hardware.profiles.generic_escpos import GENERIC_58
from hardware.simulated.faults import Fault
from hardware.simulated.printer import SimulatedPrinter
from hardware.values import Verdict
from tests.hardware.slips import SLIP


@pytest.fixture
def printer() -> Iterator[SimulatedPrinter]:
    simulated = SimulatedPrinter(profile=GENERIC_58)
    simulated.start()
    yield simulated
    simulated.stop()


def print_slip(printer: SimulatedPrinter) -> Verdict:
    driver = TcpPrinter(GENERIC_58, printer.host, printer.port)
    return driver.send(prepare(SLIP, GENERIC_58, "J001")).verdict


def wait_for(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not check():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_a_slip_is_torn_off_where_nothing_cuts(printer: SimulatedPrinter) -> None:
    assert print_slip(printer) is Verdict.SENT
    wait_for(lambda: printer.count == 1)
    assert printer.papers[-1].width == 384


def test_a_job_sent_without_paper_comes_out_when_there_is_some_though_its_sender_has_gone(
    printer: SimulatedPrinter,
) -> None:
    printer.fault = Fault.PAPER_OUT
    assert print_slip(printer) is Verdict.SENT
    assert printer.count == 0
    printer.fault = Fault.NONE
    wait_for(lambda: printer.count == 1)


def test_what_it_held_is_lost_with_its_power(printer: SimulatedPrinter) -> None:
    printer.fault = Fault.PAPER_OUT
    print_slip(printer)
    printer.fault = Fault.OFF
    time.sleep(0.5)
    printer.fault = Fault.NONE
    assert print_slip(printer) is Verdict.SENT
    wait_for(lambda: printer.count > 0)
    time.sleep(0.5)
    assert printer.count == 1
