"""What is promised of days: what opens one, who may end whom, and how a closed one goes on."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from tests.services.machine.state import AT, ZONE, Dict, FloorState, refuse

HOUR, UNDO_MAX = timedelta(hours=1), 3600
OPENS, LAST_TOKEN, CLOSES = timedelta(hours=9, minutes=30), timedelta(hours=16), timedelta(hours=16, minutes=30)
LIVE = ("waiting", "called", "serving", "held", "paused")


class DayModel(FloorState):
    """Open, lengthen, close, open again."""

    runs_on = False
    """Whether each day goes into the next, and nobody is asked about who is there."""

    def live(self) -> list[Dict]:
        return [t for t in self.open_tokens() if t["state"] in LIVE]

    def works_on(self, day: date) -> bool:
        return day.weekday() < 5

    def gives_numbers(self, day: date) -> bool:
        """Whether a number is given now, on the day that is due."""
        return OPENS <= self.clock < LAST_TOKEN and self.works_on(day)

    def stays(self) -> bool:
        """Whether the open day has somebody about whom a person decides before another one opens."""
        return not self.runs_on and self.open_day is not None and bool(self.live())

    def is_free(self, letter: str, number: int) -> bool:
        """Whether a label is nobody's of an earlier day, nor may be again."""
        bearers = (t for t in self.tokens.values() if t["label"] == f"{letter}{number:03d}" and t["day"] < self.today)
        return (letter, number) not in self.taken or not any(self._may_live(t) for t in bearers)

    def _may_live(self, t: Dict) -> bool:
        return not t["ended"] or self.active(t["ended_at"]) <= UNDO_MAX

    def may_enter(self, day: date, also: bool = True) -> dict[str, object]:
        """Return the reasons, by their codes, for which a day cannot be the open one now."""
        begun = self.open_day is not None and self.open_day >= day
        return {
            "day_closed": also and not begun and self.closed_day >= day,
            "day_not_open": also and not begun and self.stays(),
        }

    @property
    def day_due(self) -> date:
        return max(self.calendar, self.open_day or date.min)

    def enter(self, day: date) -> None:
        if self.open_day is not None and self.open_day >= day:
            return
        if self.open_day is not None:
            self.end_day("end", ())
        self.taken = {(t["label"][0], int(t["label"][1:])) for t in self.open_tokens()}
        self.stop_between(self.night)
        self.open_day, self.opened_at, self.night = day, self.now, None
        self.note("day_opened")

    def stop_between(self, begin: datetime | None) -> None:
        """Let the time since a moment count for nobody."""
        if begin is not None:
            self.freezes.insert(len(self.freezes) - self.frozen, [begin, self.now])

    def closes_at(self) -> datetime:
        planned = self.planned_close()
        return max(planned, self.until or planned)

    def close_day(self, day: date, shown: Sequence[str], then: str) -> None:
        refuse(centre_frozen=self.frozen)
        if self.open_day is None and self.closed_day == day:
            return
        unseen = any(t["id"] not in shown for t in self.live())
        refuse(day_not_open=self.open_day != day, people_live=unseen)
        self.end_day(then, shown)

    def end_day(self, then: str, shown: Sequence[str]) -> None:
        assert self.open_day is not None
        self.closing, self.closed_at = self.seq, self.now
        for t in self.open_tokens():
            if t["state"] == "missed" or then == "end":
                ends = "no_show" if t["state"] == "missed" else "expired"
                self.act("expired", t, None, ended=True, ends=ends, ended_at=self.now)
        for t in [t for t in self.open_tokens() if t["state"] in AT and then == "carry_over"]:
            self.act("put_back", t, None, state="waiting", counter=None, beside=())
        for counter in [c for c, state in self.counters.items() if state != "closed"]:
            self.note("closed")
            self.counters[counter] = "closed"
        self.note("day_closed")
        self.ends.append((self.open_day, self.seq))
        self.night = self.now if self.open_tokens() else None
        self.closed_day, self.sealed, self.open_day, self.until = self.open_day, self.seq, None, None

    def extend_day(self, day: date, until: datetime) -> None:
        refuse(day_not_open=self.open_day != day)
        refuse(invalid_input=not max(self.now, self.planned_close()) < until <= self._next_opening())
        self.note("day_extended")
        self.until = until

    def _next_opening(self) -> datetime:
        assert self.open_day is not None
        following = next(d for n in range(1, 9) if self.works_on(d := self.open_day + timedelta(days=n)))
        return datetime.combine(following, time(), UTC) - ZONE + OPENS

    def planned_close(self) -> datetime:
        assert self.open_day is not None
        closing = datetime.combine(self.open_day, time(), UTC) - ZONE + CLOSES
        return max(closing, self.opened_at + HOUR)

    def reopen_day(self, day: date) -> None:
        if self.open_day == day:
            return
        refuse(another_day_open=self.open_day is not None)
        refuse(day_not_open=self.closed_day != day)
        earlier = [end for end in self.ends if end[0] < day]
        self.closed_day, self.sealed = earlier[-1] if earlier else (date.min, 0)
        closing = datetime.combine(day, time(), UTC) - ZONE + CLOSES
        self.stop_between(self.closed_at)
        self.open_day, self.night = day, None
        self.until = self.now + HOUR / 2 if self.now + HOUR / 2 > closing else None
        self.note("day_reopened")
        for deed in [d for d in self.deeds[self.closing :] if d["kind"] in ("expired", "put_back")]:
            if deed["undone"] or any(d["token"] == deed["token"] for d in self.deeds[deed["seq"] :]):
                continue  # who was carried over and has left since stays gone
            self.act("undone", self.tokens[deed["token"]], None, **deed["before"])
            deed["undone"] = True
        for t in [t for t in self.open_tokens() if t["state"] in AT]:
            for counter in (t["counter"], *t["beside"]):
                if self.counters[counter] == "closed":
                    self.note("paused")
                    self.counters[counter] = "paused"

    def day_is_over(self) -> bool:
        """Whether the open day may be closed by itself: it is over, and nobody is here or was missed lately."""
        if self.open_day is None or self.now < self.closes_at() or self.live():
            return False
        latest = [max(d["at"] for d in self.deeds if d["token"] == t["id"]) for t in self.open_tokens()]
        return all(at <= self.now - HOUR for at in latest)
