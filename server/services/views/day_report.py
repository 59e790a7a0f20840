"""The reports of days, for the page, the API and the command line: each is computed once and kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from server.domain.derived import DerivedKey
from server.domain.figures.spread import Wait
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

        Raises UnknownCentre, InvalidInput for a day that has not come, UnknownDay.
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


@dataclass(frozen=True, slots=True)
class Promise:
    """What became of the promise to citizens: of so many stays, so many were shorter than the promised minutes."""

    minutes: int
    kept: int
    stays: int

    @property
    def percent(self) -> int:
        """The share that was kept, rounded down: it is a hundred only where each was."""
        return self.kept * 100 // self.stays


def promise_of(report: DayReport) -> Promise | None:
    """Return what became of the promise; None where nobody stayed to the end."""
    stay = report.figures.stay.get("all")
    kept = next((one.people for one in report.inside if one.minutes == report.promise_min), 0)
    return None if stay is None else Promise(report.promise_min, kept, stay.n)


@dataclass(frozen=True, slots=True)
class StageWait:
    """The waits at a stage, with its name."""

    code: str
    name: str
    wait: Wait


def stage_waits(stages: Mapping[str, str], report: DayReport) -> list[StageWait]:
    """Return the waits by stage in the order of the floor; one that is there no more is told by its code."""
    order = [*stages, *(code for code in report.figures.wait if code not in stages)]
    waits = report.figures.wait
    return [StageWait(code, stages.get(code, code), waits[code]) for code in order if code in waits]
