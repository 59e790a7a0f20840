"""Random days of a centre that never closes: what is promised at midnight, and the rule that goes across it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import rule

from server.services.setup.presets import always_open
from server.services.setup.shapes import Preset
from tests.services.machine.choices import DESK, ORDER, PICK, when
from tests.services.machine.floor import FloorModel
from tests.services.machine.plan import COUNTERS, small_centre
from tests.services.machine.rules import FloorMachine
from tests.services.machine.state import ZONE, Dict, refuse

DAY = timedelta(days=1)


class RoundModel(FloorModel):
    """A day that is over turns into that of the calendar: everybody who is here keeps label, place and age."""

    runs_on = True

    def works_on(self, day: date) -> bool:
        return True

    def gives_numbers(self, day: date) -> bool:
        return True

    def enter(self, day: date) -> None:
        if self.open_day is not None and self.open_day >= day:
            return
        if self.open_day is not None:
            self._turn(self.open_day)
        self.open_day, self.opened_at = day, self.now
        self.note("day_opened")

    def _turn(self, day: date) -> None:
        """End nobody but those who were missed before a day that is over began; counters stay as they are."""
        begin = datetime.combine(day, time(), UTC) - ZONE
        for t in [t for t in self.open_tokens() if t["state"] == "missed"]:
            if max(d["at"] for d in self.deeds if d["token"] == t["id"]) < begin:
                self.act("expired", t, None, ended=True, ends="no_show", ended_at=self.now)
        self.note("day_closed")
        self.closed_day, self.open_day, self.until = day, None, None

    def is_free(self, letter: str, number: int) -> bool:
        return self._is_nobodys(letter, number, self.today, self.closed_day)

    def free_on(self, day: date, letter: str, number: int) -> bool:
        before = self.closed_day if day == self.open_day else self.open_day or self.closed_day
        return self._is_nobodys(letter, number, day, before)

    def _is_nobodys(self, letter: str, number: int, day: date, before: date) -> bool:
        """Whether nobody of another day bears a label or may again, and no pad of the day before has it still."""
        bearers = [t for t in self.tokens.values() if t["label"] == f"{letter}{number:03d}" and t["day"] != day]
        entered = any(t["day"] == before for t in bearers)
        leased = bool(super().blocks(letter, number, before)) and not entered
        return not leased and not any(self._may_live(t) for t in bearers)

    def blocks(self, letter: str, number: int, day: date) -> list[Dict]:
        before = self.closed_day if day == self.open_day else self.open_day or self.closed_day
        return super().blocks(letter, number, day) or super().blocks(letter, number, before)

    def close_day(self, day: date, shown: object, then: str) -> None:
        refuse(centre_frozen=self.frozen, day_not_open=self.open_day != day, never_closes=True)

    def extend_day(self, day: date, until: datetime) -> None:
        """There is no time between the end of a day and the beginning of the next."""
        refuse(day_not_open=self.open_day != day, invalid_input=True)

    def keep_house(self) -> None:
        super().keep_house()
        if not self.frozen and self.open_day is not None and self.open_day < self.calendar:
            self.enter(self.calendar)

    def day_is_over(self) -> bool:
        return False


class RoundMachine(FloorMachine):
    """All that happens on a floor, where no evening ends it."""

    PRESET: ClassVar[Preset] = always_open(small_centre())
    MODEL: ClassVar[type[FloorModel]] = RoundModel

    @when(lambda self: self.model.seq > self.morning + 15)
    @rule(
        first=st.sampled_from(["clock", "order", "counter", "pad"]),
        before=st.sampled_from([1, 250, 3000]),
        after=st.sampled_from([0, 20, 400]),
        days=st.sampled_from([0, 0, 0, 1]),
        nights=st.sampled_from([0, 0, 2]),
        order=ORDER,
        desk=DESK,
        pick=PICK,
    )
    def pass_midnight(
        self, first: str, before: int, after: int, days: int, nights: int, order: Dict, desk: str | None, pick: int
    ) -> None:
        """Do something shortly before midnight, and what turns the day after it, or let the clock do that.

        When more nights follow, somebody was missed before them, who has until the end of the second.
        """
        midnight = self._midnight()
        self.model.now = max(self.model.now, midnight - timedelta(seconds=before))
        called = self.callable()[:1]
        for counter in called:
            self._call(counter)
        if first == "pad":
            self.use_paper("lease", "N", pick, 2, order, 0)
        self.model.now = midnight + timedelta(days=days, seconds=after)
        self._come_after_midnight(first, order, desk, pick)
        for counter in called:
            self._undo_at(counter, None)
        if nights:
            self.call_everywhere(starts=False)
            self.call_in_vain(pick, parks=False, minutes=8)
        for _ in range(nights):
            self.model.now = self._midnight()
            self.time_passes(1)

    def _come_after_midnight(self, first: str, order: Dict, desk: str | None, pick: int) -> None:
        if first == "clock":
            self.time_passes(1)
        elif first == "order":
            self._issue(order, desk=desk)
        elif first == "pad":
            self.use_paper("enter", "N", 0, 1, order, 0)
        else:
            counter = COUNTERS[pick % len(COUNTERS)]
            self.go("open", *self._to(counter, "open", after_current=False))

    def _midnight(self) -> datetime:
        return datetime.combine(self.model.calendar + DAY, time(), UTC) - ZONE
