"""Prints what waits in the outbox: one thread for each printer, so that none waits for another's trouble."""

import logging
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hardware.layout.fonts import shapes_indic
from hardware.layout.printout import prepare
from hardware.registry import open_printer
from hardware.settings import WrongSettings
from hardware.values import PrinterState, PrintResult, Verdict
from server.domain.errors import Refused
from server.domain.events.payloads import TokenIssued
from server.services.paper import slips
from server.services.views.places import centre_code, device
from server.storage.database import Committed, Database

LOOK_S = 0.5
RETRY_S = 1.5
OUTCOMES = {
    Verdict.PRINTED: slips.PRINTED,
    Verdict.SENT: slips.SENT,
    Verdict.UNCONFIRMED: slips.UNCONFIRMED,
    Verdict.REFUSED: slips.QUEUED,
}

Hint = Callable[[str, Mapping[str, Any]], None]
log = logging.getLogger(__name__)


class PrintWorker:
    """Watches the outbox and keeps a thread for each printer that has something to print."""

    def __init__(self, db: Database, hint: Hint) -> None:
        self._db, self._hint = db, hint
        self._name = secrets.token_hex(4)
        self._awake, self._stopped = threading.Event(), threading.Event()
        self._printers: dict[str, threading.Thread] = {}
        self._states: dict[str, PrinterState] = {}
        self._thread = threading.Thread(target=self._watch, name="print worker", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._db.on_commit(self._notice)
        self._thread.start()

    def stop(self) -> None:
        """Finish the slips under way and print no more."""
        self._stopped.set()
        self._awake.set()
        self._thread.join()
        for thread in list(self._printers.values()):
            thread.join()

    def _notice(self, committed: Sequence[Committed]) -> None:
        """Wake for tokens that get a slip; one that is printed again waits for the next look."""
        if any(isinstance(e.payload, TokenIssued) and e.payload.printer for one in committed for e in one.events):
            self._awake.set()

    def _watch(self) -> None:
        while not self._stopped.is_set():
            self._awake.wait(LOOK_S)
            self._awake.clear()
            try:
                for centre, printer in self._db.read(slips.waiting_printers):
                    self._engage(centre, printer)
            except Refused as refusal:
                log.warning("print worker waits: %s", refusal.message)

    def _engage(self, centre: int, printer: str) -> None:
        thread = self._printers.get(printer)
        if thread is None or not thread.is_alive():
            thread = threading.Thread(target=self._empty, args=(centre, printer), name=printer, daemon=True)
            self._printers[printer] = thread
            thread.start()

    def _empty(self, centre: int, printer: str) -> None:
        """Print until nothing is left; a printer in trouble is tried again after a pause."""
        try:
            while not self._stopped.is_set() and (result := self._print_one(centre, printer)) is not None:
                if result.verdict is Verdict.REFUSED:
                    self._stopped.wait(RETRY_S)
        except Exception:  # one printer's trouble must not end the printing; its job is settled by its lease
            log.exception("printing at %s failed", printer)

    def _print_one(self, centre: int, printer: str) -> PrintResult | None:
        job = self._db.write(centre, lambda tx: slips.lease_next(tx, printer, self._name))
        if job is None:
            return None
        result = self._send(centre, printer, job)
        state, detail = OUTCOMES[result.verdict], result.detail or result.state.value
        self._db.write(centre, lambda tx: slips.settle(tx, job.id, self._name, state, detail))
        self._tell(centre, printer, result.state)
        return result

    def _send(self, centre: int, printer: str, job: slips.Job) -> PrintResult:
        row = self._db.read(lambda conn: device(conn, centre, printer))
        try:
            driver = open_printer(row.settings if row is not None else {})
        except WrongSettings as error:
            return PrintResult(Verdict.REFUSED, PrinterState.OFF, str(error))
        slip = job.slip if shapes_indic() else job.english
        return driver.send(prepare(slip, driver.profile, f"{job.id % 10_000:04d}"))

    def _tell(self, centre: int, printer: str, state: PrinterState) -> None:
        """Tell staff when a printer changes: trouble, and its end."""
        if self._states.get(printer, PrinterState.READY) is not state:
            code = self._db.read(lambda conn: centre_code(conn, centre))
            self._hint(code, {"kind": "printer", "device": printer, "state": state.value})
        self._states[printer] = state
