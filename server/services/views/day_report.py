"""The reports of days, for the page, the API and the command line: each is computed once and kept."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from server.domain.derived import DerivedKey
from server.services.figures import reports
from server.services.figures.once import Once
from server.services.figures.reports import DayFacts, DayReport, Span
from server.storage.database import Database
from server.storage.sql.day_reports import ReportKey

KEPT = 8


class DayReports:
    """The reports of an installation. What was computed of a closed day is kept in the database, else for a moment.

    It holds the database because a report is computed outside the writer and then written; `key` signs the seals.
    """

    def __init__(self, db: Database, key: Callable[[], DerivedKey]) -> None:
        self._db, self._key = db, key
        self._facts: Once[ReportKey, DayFacts] = Once(KEPT)

    def report(self, code: str, day: date | None, now: datetime) -> DayReport:
        """Return the report of a centre's day; the last that was closed, else today, when `day` is None.

        Raises UnknownCentre, InvalidInput for a day that has not come, Unavailable while its figures are counted anew.
        """
        span = self._db.read(lambda read: reports.span_of(read, code, day, now))
        facts = self._facts.get(span.key, partial(self._closed if span.closed else self._computed, span))
        key = self._key()
        return self._db.read(lambda read: reports.signed(read, span, facts, now, key))

    def _closed(self, span: Span) -> DayFacts:
        kept = self._db.read(lambda read: reports.kept_facts(read, span))
        if kept is not None:
            return kept
        facts = self._computed(span)
        self._db.write(None, lambda tx: reports.keep_facts(tx, span, facts))
        return facts

    def _computed(self, span: Span) -> DayFacts:
        return self._db.read(lambda read: reports.facts_of(read, span))
