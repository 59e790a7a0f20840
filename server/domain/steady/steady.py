"""How the clock of a floor stands to those of its machines, as the row of the centre keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from server.domain.instants import whole_ms
from server.domain.json import Json, JsonObject, Stored
from server.domain.steady.reading import NONE, Reading

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
BOOTS_KEPT = 16


class Why(StrEnum):
    """Why a clock is doubted."""

    STEP = "step"
    """The wall clock was set by more than may be followed."""
    BEHIND = "behind"
    """A machine was started, and its clock says a time before the last event."""
    LATE = "late"
    """A machine was started after the next planned opening, and nothing says that its clock is right."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A clock that waits for a person: `at` on the floor's own clock, which went on, the wall clock said `wall`."""

    why: Why
    at: datetime
    wall: datetime


@dataclass(frozen=True, slots=True)
class Followed:
    """A step of the wall clock that the floor's clock has taken, and when."""

    at: datetime
    step: timedelta


@dataclass(frozen=True, slots=True)
class Heard:
    """When the programs of the floor were last heard, and on which start of a machine."""

    boot_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Steady:
    """The clock of a floor: it runs with the BOOTTIME clocks of its machines, whatever is done to their wall clocks.

    `zeros` has for each start of a machine the floor's time at which it was started, the latest start last. `ahead` is
    how far the floor's clock is ahead of the wall clock by decision of a person; where `shown`, it is the wall clock
    that is right, and days, hours, screens and slips go by it. `began` is the number of the last event when the
    latest start was seen, `decided` the start after which it was decided whether the floor is paused.
    """

    zeros: Mapping[str, datetime] = field(default_factory=dict)
    ahead: timedelta = NONE
    shown: bool = False
    doubt: Doubt | None = None
    followed: tuple[Followed, ...] = ()
    began: int = 0
    heard: Heard | None = None
    decided: str | None = None

    def now(self, reading: Reading) -> datetime | None:
        """Return the floor's time, None on a start of a machine that is not known yet."""
        zero = self.zeros.get(reading.boot_id)
        return None if zero is None else whole_ms(zero + reading.boot)

    @property
    def difference(self) -> timedelta:
        """How far the floor's clock is ahead of the time that people are shown."""
        return self.ahead if self.shown else NONE

    def stepped(self, step: timedelta) -> "Steady":
        """Return the clock set forward, or back where `step` is negative."""
        return replace(self, zeros={boot_id: zero + step for boot_id, zero in self.zeros.items()})

    def started(self, reading: Reading, now: datetime, seq: int) -> "Steady":
        """Return the clock that goes on at `now` on a start of a machine that was not known."""
        known = list(self.zeros.items())[-BOOTS_KEPT + 1 :]
        return replace(self, zeros=dict([*known, (reading.boot_id, whole_ms(now - reading.boot))]), began=seq)


def difference_of(clock: JsonObject) -> timedelta:
    """Return `Steady.difference` of a clock as it is kept."""
    stored: Stored = clock
    return stored["ahead"] * MILLISECOND if stored.get("shown") else NONE


def to_json(steady: Steady) -> dict[str, Json]:
    """Return a clock as its row keeps it: instants in milliseconds since 1970."""
    return {
        "zeros": [[boot_id, _ms(zero)] for boot_id, zero in steady.zeros.items()],
        "ahead": steady.ahead // MILLISECOND,
        "shown": steady.shown,
        "doubt": _doubt(steady.doubt),
        "followed": [[_ms(one.at), one.step // MILLISECOND] for one in steady.followed],
        "began": steady.began,
        "heard": None if steady.heard is None else [steady.heard.boot_id, _ms(steady.heard.at)],
        "decided": steady.decided,
    }


def _doubt(doubt: Doubt | None) -> Json:
    return None if doubt is None else {"why": doubt.why.value, "at": _ms(doubt.at), "wall": _ms(doubt.wall)}


def from_json(stored: Stored | None) -> Steady:
    """Return the clock that a row keeps; where it keeps none, no machine was seen yet."""
    if not stored:
        return Steady()
    doubt, heard = stored["doubt"], stored["heard"]
    return Steady(
        zeros={boot_id: _instant(zero) for boot_id, zero in stored["zeros"]},
        ahead=stored["ahead"] * MILLISECOND,
        shown=stored["shown"],
        doubt=doubt and Doubt(Why(doubt["why"]), _instant(doubt["at"]), _instant(doubt["wall"])),
        followed=tuple(Followed(_instant(at), step * MILLISECOND) for at, step in stored["followed"]),
        began=stored["began"],
        heard=heard and Heard(heard[0], _instant(heard[1])),
        decided=stored["decided"],
    )


def _ms(moment: datetime) -> int:
    return (moment - EPOCH) // MILLISECOND


def _instant(stored: int) -> datetime:
    return EPOCH + stored * MILLISECOND
