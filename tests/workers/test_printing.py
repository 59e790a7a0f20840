"""The outbox: a slip comes out once, or a person decides; the token exists whatever happens to the paper."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from hardware.profiles.generic_escpos import GENERIC_58
from hardware.simulated.faults import Fault
from hardware.simulated.printer import SimulatedPrinter
from server.domain.actors import By
from server.domain.errors import UnknownPrinter
from server.domain.token.token import Token
from server.services.floor import issue
from server.services.paper import slips
from server.storage.sql.devices import set_address, set_printer
from server.workers.printing import PrintWorker
from tests.factories import MORNING, Floor, at_time

SOON_S = 15.0


class Now:
    """The clock of a test, moved by hand."""

    def __init__(self) -> None:
        self.at = MORNING

    def now(self) -> Any:
        return self.at


@pytest.fixture
def clock() -> Now:
    return Now()


@pytest.fixture
def hints() -> list[Mapping[str, Any]]:
    return []


@pytest.fixture
def printer(floor: Floor) -> Iterator[SimulatedPrinter]:
    simulated = SimulatedPrinter()
    simulated.start()
    floor.write(lambda tx: set_address(tx.conn, floor.centre_id, "printer-k1", simulated.host, simulated.port))
    yield simulated
    simulated.stop()


@pytest.fixture
def worker(floor: Floor, clock: Now, hints: list[Mapping[str, Any]]) -> Iterator[PrintWorker]:
    one = PrintWorker(floor.db, lambda _centre, hint: hints.append(hint))
    one.start()
    yield one
    one.stop()


def issue_slip(floor: Floor, clock: Now) -> Token:
    order = floor.order(printer="printer-k1", address="http://127.0.0.1/t/secret")
    return floor.write(lambda tx: issue.issue(at_time(tx, clock.now()), order, By("test"))).token


def state_of(floor: Floor, token: Token) -> slips.JobState:
    return floor.db.read(lambda conn: slips.state_of(conn, token.id))


def wait_for(check: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not check():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def test_a_slip_comes_out_and_is_printed_only_when_acknowledged(
    floor: Floor, clock: Now, printer: SimulatedPrinter, worker: PrintWorker
) -> None:
    token = issue_slip(floor, clock)
    wait_for(lambda: state_of(floor, token).state == "printed")
    assert printer.count == 1


def test_a_slip_at_a_printer_that_never_acknowledges_is_sent_and_laid_out_for_its_paper(
    floor: Floor, clock: Now, worker: PrintWorker
) -> None:
    narrow = SimulatedPrinter(profile=GENERIC_58)
    narrow.start()
    settings = {"kind": "tcp", "profile": "generic-58", "host": narrow.host, "port": narrow.port}
    floor.write(lambda tx: set_printer(tx.conn, floor.centre_id, "printer-k1", settings))
    token = issue_slip(floor, clock)
    wait_for(lambda: state_of(floor, token) == slips.JobState("sent", 0, "ready"))
    wait_for(lambda: narrow.count == 1)
    narrow.stop()
    assert narrow.papers[-1].width == 384


def test_a_slip_is_printed_into_a_folder(floor: Floor, clock: Now, worker: PrintWorker, tmp_path: Path) -> None:
    floor.write(
        lambda tx: set_printer(tx.conn, floor.centre_id, "printer-k1", {"kind": "file", "folder": str(tmp_path)})
    )
    token = issue_slip(floor, clock)
    wait_for(lambda: state_of(floor, token).state == "printed")
    (kept,) = tmp_path.glob("*.png")
    with Image.open(kept) as picture:
        assert picture.width == 576


def test_a_printer_that_is_set_wrong_keeps_the_job_and_says_why(
    floor: Floor, clock: Now, worker: PrintWorker, tmp_path: Path
) -> None:
    floor.write(lambda tx: set_printer(tx.conn, floor.centre_id, "printer-k1", {"kind": "pigeon"}))
    token = issue_slip(floor, clock)
    wait_for(lambda: "no kind of printer “pigeon”" in (state_of(floor, token).detail or ""))
    floor.write(
        lambda tx: set_printer(tx.conn, floor.centre_id, "printer-k1", {"kind": "file", "folder": str(tmp_path)})
    )
    wait_for(lambda: state_of(floor, token).state == "printed")


def test_a_printer_without_paper_keeps_the_job_until_it_has_some_and_staff_are_told(
    floor: Floor, clock: Now, printer: SimulatedPrinter, worker: PrintWorker, hints: list[Mapping[str, Any]]
) -> None:
    printer.fault = Fault.PAPER_OUT
    token = issue_slip(floor, clock)
    wait_for(lambda: bool(hints))
    assert (hints[0]["device"], hints[0]["state"]) == ("printer-k1", "paper_out")
    assert state_of(floor, token).state in ("queued", "printing")
    printer.fault = Fault.NONE
    wait_for(lambda: state_of(floor, token).state == "printed")
    assert (printer.count, hints[-1]["state"]) == (1, "ready")


def test_a_job_that_waited_too_long_is_rejected_and_never_printed(
    floor: Floor, clock: Now, printer: SimulatedPrinter, worker: PrintWorker
) -> None:
    printer.fault = Fault.OFF
    token = issue_slip(floor, clock)
    clock.at += timedelta(minutes=3)
    wait_for(lambda: state_of(floor, token).state == "rejected")
    printer.fault = Fault.NONE
    later = issue_slip(floor, clock)
    wait_for(lambda: state_of(floor, later).state == "printed")
    assert printer.count == 1


def test_a_job_cut_off_in_the_middle_is_unconfirmed_and_only_a_person_prints_it_again(
    floor: Floor, clock: Now, printer: SimulatedPrinter, worker: PrintWorker
) -> None:
    printer.fault = Fault.RESET_MID_JOB
    token = issue_slip(floor, clock)
    wait_for(lambda: state_of(floor, token).state == "unconfirmed")
    printer.fault = Fault.NONE
    time.sleep(1)
    assert printer.count == 0
    again = floor.write(lambda tx: slips.reprint(at_time(tx, clock.now()), token.id, None))
    assert (again.state, again.copy) == ("queued", 1)
    wait_for(lambda: state_of(floor, token) == slips.JobState("printed", 1, "ready"))
    mark = printer.papers[-1].convert("L").crop((0, 12, 20, 80))
    assert set(mark.tobytes()) == {0}


def test_a_worker_that_died_in_the_middle_leaves_the_job_unconfirmed(floor: Floor, clock: Now) -> None:
    token = issue_slip(floor, clock)

    def lease(worker: str) -> slips.Job | None:
        return floor.write(lambda tx: slips.lease_next(at_time(tx, clock.now()), "printer-k1", worker))

    assert lease("dead") is not None
    assert lease("other") is None
    clock.at += timedelta(seconds=61)
    assert lease("other") is None
    assert state_of(floor, token).state == "unconfirmed"


def test_a_settlement_after_the_lease_ran_out_changes_nothing(floor: Floor, clock: Now) -> None:
    token = issue_slip(floor, clock)
    job = floor.write(lambda tx: slips.lease_next(at_time(tx, clock.now()), "printer-k1", "slow"))
    assert job is not None
    clock.at += timedelta(seconds=61)
    floor.write(lambda tx: slips.lease_next(at_time(tx, clock.now()), "printer-k1", "other"))
    floor.write(lambda tx: slips.settle(at_time(tx, clock.now()), job.id, "slow", "queued", None))
    assert state_of(floor, token).state == "unconfirmed"


def test_two_workers_print_each_slip_once(floor: Floor, clock: Now, printer: SimulatedPrinter) -> None:
    workers = [PrintWorker(floor.db, lambda _c, _h: None) for _ in range(2)]
    for worker in workers:
        worker.start()
    issued = [issue_slip(floor, clock) for _ in range(4)]
    wait_for(lambda: all(state_of(floor, token).state == "printed" for token in issued))
    for worker in workers:
        worker.stop()
    assert printer.count == 4


def test_a_token_without_a_slip_cannot_be_printed_again(floor: Floor) -> None:
    token = floor.issue()
    with pytest.raises(UnknownPrinter):
        floor.write(lambda tx: slips.reprint(at_time(tx, MORNING), token.id, None))
