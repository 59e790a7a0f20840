"""Slips at printers: one comes out once, or a person decides; the token exists whatever happens to the paper."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from hardware.profiles.generic_escpos import GENERIC_58
from hardware.simulated.faults import Fault
from hardware.simulated.printer import SimulatedPrinter
from server.clock import ScaledClock
from server.domain.actors import By
from server.domain.token.token import Token
from server.services.floor import issue
from server.services.floor.forecasts import foretold
from server.services.paper import slips
from server.services.paper.slips import Printing, PrintState
from server.storage.database import Database
from server.storage.sql.devices import set_address, set_printer
from server.web.messages import HintOut
from server.workers.outbox import OutboxWorker
from server.workers.printing import Hint, Printers
from tests.factories import CENTRE, MORNING, Floor

PRINTER = "printer-k1"
SOON_S = 40.0  # beside other tests


@pytest.fixture
def hints() -> list[Mapping[str, Any]]:
    return []


@pytest.fixture
def printer(floor: Floor) -> Iterator[SimulatedPrinter]:
    simulated = SimulatedPrinter()
    simulated.start()
    floor.write(lambda tx: set_address(tx.conn, floor.centre_id, PRINTER, simulated.host, simulated.port))
    yield simulated
    simulated.stop()


def worker_on(db: Database, hint: Hint) -> OutboxWorker:
    sources = slips.Sources("http://centre.example", lambda: b"our secret", foretold, db.now)
    return OutboxWorker(db, [slips.print_kind(sources, Printers(hint).perform)], lambda: 0.0)


@pytest.fixture
def worker(floor: Floor, hints: list[Mapping[str, Any]]) -> Iterator[OutboxWorker]:
    floor.db.clock = ScaledClock(MORNING, 1.0)
    outbox = worker_on(floor.db, lambda _centre, hint: hints.append(hint))
    outbox.start()
    yield outbox
    outbox.stop()


def issue_slip(floor: Floor) -> Token:
    order = floor.order(printer=PRINTER)
    return floor.write(lambda tx: issue.issue(tx, order, By("test"))).token


def state_of(floor: Floor, token: Token) -> Printing:
    return floor.db.read(lambda conn: slips.token_and_slip(conn, floor.centre.id, token.id))[1]


def wait_for(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not check():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def test_a_slip_comes_out_and_is_printed_only_when_acknowledged(
    floor: Floor, printer: SimulatedPrinter, worker: OutboxWorker
) -> None:
    token = issue_slip(floor)
    wait_for(lambda: state_of(floor, token) == Printing(PrintState.PRINTED, 0, "ready"))
    assert printer.count == 1


def test_a_slip_at_a_printer_that_never_acknowledges_is_sent_and_laid_out_for_its_paper(
    floor: Floor, worker: OutboxWorker
) -> None:
    narrow = SimulatedPrinter(profile=GENERIC_58)
    narrow.start()
    settings = {"kind": "tcp", "profile": "generic-58", "host": narrow.host, "port": narrow.port}
    floor.write(lambda tx: set_printer(tx.conn, floor.centre_id, PRINTER, settings))
    token = issue_slip(floor)
    wait_for(lambda: state_of(floor, token) == Printing(PrintState.SENT, 0, "ready"))
    wait_for(lambda: narrow.count == 1)
    narrow.stop()
    assert narrow.papers[-1].width == 384


def test_a_printer_without_paper_keeps_the_job_until_it_has_some_and_staff_are_told(
    floor: Floor, printer: SimulatedPrinter, worker: OutboxWorker, hints: list[Mapping[str, Any]]
) -> None:
    printer.fault = Fault.PAPER_OUT
    token = issue_slip(floor)
    wait_for(lambda: bool(hints))
    assert hints == [{"kind": "printer", "device": PRINTER, "state": "paper_out"}]
    HintOut.model_validate({"centre": CENTRE, **hints[0]})
    wait_for(lambda: state_of(floor, token) == Printing(PrintState.QUEUED, 0, "paper_out"))
    printer.fault = Fault.NONE
    wait_for(lambda: state_of(floor, token).state == "printed")
    assert (printer.count, len(hints), hints[-1]["state"]) == (1, 2, "ready")


def test_a_job_that_waited_too_long_is_rejected_and_never_printed(
    floor: Floor, printer: SimulatedPrinter, worker: OutboxWorker
) -> None:
    printer.fault = Fault.OFF
    token = issue_slip(floor)
    wait_for(lambda: state_of(floor, token).detail is not None)
    floor.db.clock = ScaledClock(MORNING + timedelta(minutes=3), 1.0)
    wait_for(lambda: state_of(floor, token).state == "rejected")
    printer.fault = Fault.NONE
    later = issue_slip(floor)
    wait_for(lambda: state_of(floor, later).state == "printed")
    assert printer.count == 1


def test_the_slip_of_somebody_who_left_before_it_came_out_is_withdrawn(
    floor: Floor, printer: SimulatedPrinter, worker: OutboxWorker
) -> None:
    printer.fault = Fault.PAPER_OUT
    token = issue_slip(floor)
    wait_for(lambda: state_of(floor, token).detail == "paper_out")
    floor.cancel(token)
    printer.fault = Fault.NONE
    wait_for(lambda: state_of(floor, token) == Printing(PrintState.WITHDRAWN, 0, "the token was cancelled"))
    assert printer.count == 0


def test_a_job_cut_off_in_the_middle_is_unconfirmed_and_only_a_person_prints_it_again(
    floor: Floor, printer: SimulatedPrinter, worker: OutboxWorker
) -> None:
    printer.fault = Fault.RESET_MID_JOB
    token = issue_slip(floor)
    wait_for(lambda: state_of(floor, token).state == "unconfirmed")
    printer.fault = Fault.NONE
    time.sleep(1)
    assert printer.count == 0
    again = floor.write(lambda tx: slips.reprint(tx, token.id, None, By("test"), "torn"))
    assert again == Printing(PrintState.QUEUED, 1)
    wait_for(lambda: state_of(floor, token) == Printing(PrintState.PRINTED, 1, "ready"))
    assert set(black_bar(printer.papers[-1])) == {0}


def black_bar(paper: Image.Image) -> bytes:
    """Return the dots where a copy has its mark."""
    return paper.convert("L").crop((0, 12, 20, 80)).tobytes()


def test_a_printer_that_is_set_wrong_keeps_its_jobs_and_says_why(floor: Floor, worker: OutboxWorker) -> None:
    floor.write(lambda tx: set_printer(tx.conn, floor.centre_id, PRINTER, {"kind": "tcp"}))
    token = issue_slip(floor)
    wait_for(lambda: "host" in str(state_of(floor, token).detail))
    assert state_of(floor, token).state in ("queued", "printing")


def test_two_workers_on_one_database_print_each_slip_once(floor: Floor, printer: SimulatedPrinter) -> None:
    floor.db.clock = ScaledClock(MORNING, 1.0)
    second = Database(floor.db.url, clock=floor.db.clock)
    workers = [worker_on(db, lambda _centre, _hint: None) for db in (floor.db, second)]
    for worker in workers:
        worker.start()
    issued = [issue_slip(floor) for _ in range(4)]
    wait_for(lambda: all(state_of(floor, token).state == "printed" for token in issued))
    for worker in workers:
        worker.stop()
    second.close()
    assert printer.count == 4


@pytest.mark.provokes("staff could not be told of printer-k1 OSError")
def test_what_was_printed_stays_printed_when_staff_cannot_be_told(
    floor: Floor, printer: SimulatedPrinter, caplog: pytest.LogCaptureFixture
) -> None:
    def deaf(_centre: str, _hint: Mapping[str, Any]) -> None:
        raise OSError("nobody hears")

    floor.db.clock = ScaledClock(MORNING, 1.0)
    printer.fault = Fault.NEAR_END
    worker = worker_on(floor.db, deaf)
    worker.start()
    token = issue_slip(floor)
    wait_for(lambda: state_of(floor, token).state == "printed")
    worker.stop()
    assert "staff could not be told" in caplog.text
