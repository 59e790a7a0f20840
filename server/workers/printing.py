"""Prints slips: what a job of the outbox does at its printer."""

import logging
from collections.abc import Callable, Mapping

from hardware.layout.fonts import shapes_indic
from hardware.layout.printout import prepare
from hardware.registry import open_printer
from hardware.settings import WrongSettings
from hardware.values import PrinterState, PrintResult, Verdict
from server.domain.jobs import JobState, Result
from server.services.paper.slips import Sheet

OUTCOMES = {
    Verdict.PRINTED: JobState.DONE,
    Verdict.SENT: JobState.SENT,
    Verdict.UNCONFIRMED: JobState.UNCONFIRMED,
    Verdict.REFUSED: JobState.QUEUED,
}

log = logging.getLogger(__name__)

Hint = Callable[[str, Mapping[str, object]], None]
"""Tells the staff of a centre, by its code, something that may be lost."""


class Printers:
    """The printers of all centres: prints sheets, and tells staff when a printer changes."""

    def __init__(self, hint: Hint) -> None:
        self._hint = hint
        self._states: dict[tuple[str, str], PrinterState] = {}

    def perform(self, sheet: Sheet) -> Result:
        """Print a sheet and tell what came of it."""
        printed = _send(sheet)
        self._tell(sheet.centre, sheet.printer, printed.state)
        return Result(OUTCOMES[printed.verdict], printed.detail or printed.state.value)

    def _tell(self, centre: str, printer: str, state: PrinterState) -> None:
        """Tell staff when a printer changes: trouble, and its end."""
        before = self._states.get((centre, printer), PrinterState.READY)
        self._states[centre, printer] = state
        if before is state:
            return
        try:
            self._hint(centre, {"kind": "printer", "device": printer, "state": state.value})
        except Exception:  # what was printed stays printed, whoever is told
            log.exception("staff could not be told of %s", printer)


def _send(sheet: Sheet) -> PrintResult:
    try:
        printer = open_printer(sheet.settings)
    except WrongSettings as error:
        return PrintResult(Verdict.REFUSED, PrinterState.OFF, str(error))
    slip = sheet.slip if shapes_indic() else sheet.english
    return printer.send(prepare(slip, printer.profile, f"{sheet.job_id % 10_000:04d}"))
