"""A floor with simulated citizens and staff: what is due, in the order of time."""

import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial

from server.domain.actors import By
from server.domain.errors import AppointmentEarly, Conflict
from server.domain.events.kinds import TokenStarted
from server.domain.ids import status_secret, token_id
from server.domain.instants import whole_ms
from server.domain.references import TAIL, Reference
from server.domain.token.lifecycle import CounterState
from server.services.bookings.book import NewBooking, book
from server.services.floor import call, counters, serve
from server.services.floor.day import Closing, DayClose, close_day, people_here
from server.services.floor.issue import Order, issue
from server.services.setup.shapes import Preset, StageShape
from server.simulation import demand
from server.simulation.commands import attempt
from server.storage.database import Database
from server.storage.sql import line
from server.storage.sql.counters import counter_by_id
from server.storage.transaction import Transaction

ACTOR = "simulation"
Act = Callable[[Transaction, datetime], None]


class Floor:
    """Citizens who come and counters that serve them; every step is a real command.

    People may act on the same floor: a refusal that their actions cause is taken as it comes.
    """

    def __init__(
        self,
        db: Database,
        centre_id: int,
        preset: Preset,
        rng: random.Random,
        opened: Mapping[str, int] | None = None,
    ) -> None:
        self._db, self._centre, self._preset, self._rng = db, centre_id, preset, rng
        self._opened = opened or {}
        self._stages = {stage.code: stage for stage in preset.stages}
        self._due: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()
        self._idle: dict[str, list[str]] = defaultdict(list)
        self.calls = 0

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens; None when nothing is left to happen."""
        return self._due[0][0] if self._due else None

    def begin_day(self, day: date) -> None:
        """Expect the citizens of a day, the early ones before the doors of the counters open."""
        self._idle.clear()
        self._at(demand.opening(self._preset, day), self._open_counters)
        coming = list(demand.arrivals(self._preset, day, self._rng))
        references = [_reference(self._rng.randbytes(16).hex()) for _ in coming]
        booked = [
            NewBooking(reference, arrival.slot, arrival.service, arrival.need)
            for reference, arrival in zip(references, coming, strict=True)
        ]
        begins = min([demand.opening(self._preset, day), *(arrival.at for arrival in coming)])
        self._db.write(self._centre, lambda tx: attempt(tx, begins, lambda tx: book(tx, booked, By(ACTOR))))
        for reference, arrival in zip(references, coming, strict=True):
            self._at(arrival.at, partial(self._arrive, arrival, reference))

    def run_next(self, now: datetime | None = None) -> None:
        """Let the next thing happen, at its time or at `now`: its commands are committed together."""
        at, _, act = heapq.heappop(self._due)
        moment = now or at
        self._db.write(self._centre, lambda tx: act(tx, moment))

    def run_together(self, within: timedelta) -> datetime:
        """Let the next thing happen and all that is due `within` a while of it, each at its time, in one commit.

        Returns the time of the last.
        """
        return self._db.write(self._centre, lambda tx: self._run_together(tx, self._due[0][0] + within))

    def _run_together(self, tx: Transaction, end: datetime) -> datetime:
        while self._due and self._due[0][0] < end:
            last, _, act = heapq.heappop(self._due)
            act(tx, last)
        return last

    def end_day(self, now: datetime) -> DayClose:
        """Close the day as a manager does, who looks at who is still here and lets them come again."""
        self._idle.clear()
        self._due.clear()
        here = self._db.read(lambda conn: people_here(conn, self._centre))
        closing = Closing(tuple(token.id for token in here), reason="simulated")
        return self._db.write(self._centre, lambda tx: attempt(tx, now, partial(self._close, closing=closing)))

    def _close(self, tx: Transaction, closing: Closing) -> DayClose:
        return close_day(tx, tx.today, closing, By(ACTOR))

    def wake_idle(self, now: datetime) -> None:
        """Let idle counters look again: somebody else may have put a token in line."""
        waiting = self._db.read(lambda conn: line.waiting_stages(conn, self._centre))
        for stage in sorted(stage for stage in waiting if self._idle[stage]):
            self._db.write(self._centre, lambda tx, s=stage: self._dispatch(tx, s, now))  # type: ignore[misc]

    def _at(self, moment: datetime, act: Act) -> None:
        heapq.heappush(self._due, (whole_ms(moment), next(self._order), act))

    def _open_counters(self, tx: Transaction, now: datetime) -> None:
        for stage in self._preset.stages:
            wanted = self._opened.get(stage.code, stage.open if stage.open is not None else stage.counters)
            for counter in self._preset.counters_of(stage)[:wanted]:
                by = By(ACTOR, counter)
                attempt(tx, now, partial(counters.set_state, counter_id=counter, state=CounterState.OPEN, by=by))
                self._idle[stage.code].append(counter)
            self._dispatch(tx, stage.code, now)

    def _arrive(self, arrival: demand.Arrival, reference: Reference, tx: Transaction, now: datetime) -> None:
        """Let a citizen check in; one who is held at the gate tries again when it says."""
        order = Order(
            token_id=token_id(now, self._rng.randbytes),
            secret=status_secret(self._rng.randbytes),
            service=arrival.service,
            need=arrival.need,
            language=arrival.language,
            reference=reference,
        )
        try:
            issued = attempt(tx, now, lambda tx: issue(tx, order, By(ACTOR)))
        except AppointmentEarly as early:
            again = datetime.fromisoformat(early.details["admitted_from"]).astimezone(UTC)
            self._at(max(again, now + timedelta(minutes=1)), partial(self._arrive, arrival, reference))
            return
        self._dispatch(tx, issued.token.step.stage, now, newcomers=1)

    def _dispatch(self, tx: Transaction, stage: str, now: datetime, newcomers: int | None = None) -> None:
        """Let each idle counter of a stage call once, until as many were called as have come."""
        for counter in list(self._idle[stage]):
            if newcomers == 0:
                return
            self._idle[stage].remove(counter)
            called = self._serve_next(tx, stage, counter, now)
            if newcomers is not None:
                newcomers -= called

    def _serve_next(self, tx: Transaction, stage: str, counter: str, now: datetime) -> bool:
        """Call and start the next citizen; False, and the counter idles, when it cannot."""
        if not self._call_and_start(tx, stage, counter, now):
            self._idle[stage].append(counter)
            return False
        self.calls += 1
        due = now + demand.service_time(self._preset, self._stages[stage], self._rng)
        self._at(due, partial(self._finish, self._stages[stage], counter))
        return True

    def _call_and_start(self, tx: Transaction, stage: str, counter: str, now: datetime) -> bool:
        waiting, _ = line.ahead_and_open(tx.conn, self._centre, stage)
        if not waiting or _is_taken(tx, counter):
            return False
        try:
            attempt(tx, now, lambda tx: call.call_next(tx, By(ACTOR, counter)))
        except Conflict:  # those who wait are for others, or a person has paused this counter
            return False
        attempt(tx, now, lambda tx: serve.act(tx, By(ACTOR, counter), TokenStarted))
        return True

    def _finish(self, stage: StageShape, counter: str, tx: Transaction, now: datetime) -> None:
        chosen = demand.outcome(self._preset, stage, self._rng)
        if _is_taken(tx, counter):
            self._idle[stage.code].append(counter)
            return
        try:
            token = attempt(tx, now, lambda tx: serve.finish(tx, By(ACTOR, counter), outcome=chosen))
        except Conflict:  # a person has finished it
            token = None
        self._serve_next(tx, stage.code, counter, now)
        if token is not None and not token.ended:
            self._dispatch(tx, token.step.stage, now, newcomers=1)


def _is_taken(tx: Transaction, counter: str) -> bool:
    """Whether a person sits at a counter: what happens there is theirs."""
    return counter_by_id(tx.conn, tx.centre.id, counter).operator is not None


def _reference(characters: str) -> Reference:
    return Reference(characters, tail=characters[-TAIL:])
