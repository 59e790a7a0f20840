"""How much the report of a day has to say that not every day has, so that it is printed on one sheet."""

from server.services.figures.reports import DayReport

NOTICES, CLOCK_CHANGES_NAMED, FAULTS = 12, 4, 5
"""So many changes of a notice and of the clock, and faults, are named."""
NARROW = 70
"""So many characters of a sentence fill a line of the sheet at least, in the widest letters."""


def lines_of(report: DayReport, stages: int) -> int:
    """Return how many lines the tables of a report, its notices, faults and changes of the clock fill at most."""
    certificate = report.certificate
    tables = max(len(report.figures.stay), stages)
    tables += max(len(certificate.overtaken) + 2, len(certificate.out_of_order) + 3)
    notices = sum(len(change.note or "") + NARROW // 2 for change in report.notices[:NOTICES])
    faults = sum(len(fault.text) // NARROW + 1 for fault in certificate.faults[:FAULTS])
    return tables + notices // NARROW + faults + min(len(report.clock), CLOCK_CHANGES_NAMED)
