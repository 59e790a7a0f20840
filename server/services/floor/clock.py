"""The floor's own clock: what a person chooses, what is heard of its programs, and what a start of them means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.domain.actors import CLOCK, By
from server.domain.centre import CentreState
from server.domain.events.payloads import ClockChosen
from server.domain.freezes import KEPT, with_gap
from server.domain.instants import to_iso
from server.domain.notice import POWER, NoticeKind
from server.domain.steady.choice import Choice, choose
from server.domain.steady.reading import Reading
from server.domain.steady.steady import Heard, Steady, from_json
from server.domain.steady.telling import Told
from server.services.floor import notice
from server.storage.sql import centres
from server.storage.transaction import Read, Transaction

SILENCE = timedelta(minutes=5)
"""After so long without a sign of the floor's programs, nobody knows what happened there meanwhile."""
HEARD_EVERY = timedelta(minutes=1)
Tell = Callable[[Read, CentreState], Told | None]
"""Returns what the next command in a centre will be told of the time; None where no clock is ever doubted."""


@dataclass(frozen=True, slots=True)
class ClockView:
    """How the clock of a floor stands: `now` is its own time, `shown` what people are shown, `wall` the server's.

    `doubted` while a person has to choose, since when on the floor's clock and why: `step`, `behind` or `late`.
    """

    now: str
    shown: str
    wall: str
    doubted: bool
    why: str | None
    since: str | None


def settle(tx: Transaction, choice: Choice, by: By) -> ClockView:
    """Go on with the clock that a person says is right; repeating it is harmless, and nothing written is rewritten.

    Time by which the floor's clock is set forward is no time in which anybody waited.
    """
    now, reading = tx.now, tx.machine
    if reading is None:
        return view(from_json(tx.centre.clock), now, now)
    told = choose(tx.steady, now, reading, choice, tx.facts)
    if told.steady == tx.steady:
        return view(from_json(tx.centre.clock), now, reading.wall)
    tx.turn(told)
    if told.step > timedelta():
        tx.change_centre(freezes=_with_gap(tx.centre, now, told.now))
    if tx.centre.closed_day is not None and tx.centre.closed_day > tx.today:
        tx.change_centre(closed_day=None)  # it was closed by a clock that was ahead
    tx.record(ClockChosen(choice.value, now, reading.latest, tx.wall), by)
    return view(from_json(tx.centre.clock), tx.now, reading.wall)


def look(tx: Transaction) -> ClockView:
    """Return how the clock stands, after it has followed or doubted what there is to follow or to doubt."""
    now, reading = tx.now, tx.machine
    return view(from_json(tx.centre.clock), now, now if reading is None else reading.wall)


def begin(tx: Transaction) -> bool:
    """Let the programs of the floor begin; returns whether that was after a power cut, so that the floor is paused.

    With several programs the first decides. Where nobody is there a start stops nothing.
    """
    now, steady, reading = tx.now, tx.steady, tx.machine
    if reading is None:
        return False
    cut = _is_cut(steady, reading, now, tx.centre.last_at)
    tx.change_steady(replace(steady, heard=Heard(reading.boot_id, now), decided=reading.boot_id))
    if not cut or tx.centre.frozen or not tx.facts.anybody_live():
        return False
    notice.set_notice(tx, NoticeKind.PAUSE, POWER, CLOCK)
    return True


def hear(tx: Transaction) -> None:
    """Note that the programs of the floor run, and what the clock follows or doubts meanwhile."""
    now, reading = tx.now, tx.machine
    if reading is not None:
        tx.change_steady(replace(tx.steady, heard=Heard(reading.boot_id, now)))


def to_hear_of(read: Read, tell: Tell) -> list[int]:
    """Return the ids of the centres where it is time for `hear`: after a minute, or when the clock went otherwise."""
    told = ((centre, tell(read, centre)) for centre in centres.all_centres(read))
    return [centre.id for centre, now in told if now is not None and _is_due(centre, now)]


def _is_due(centre: CentreState, told: Told) -> bool:
    heard = told.steady.heard
    late = heard is None or not told.now - HEARD_EVERY < heard.at <= told.now
    return late or told.steady != from_json(centre.clock)


def clock_of(read: Read, code: str, tell: Tell, now: datetime, wall: datetime) -> ClockView:
    """Return how the clock of a centre stands, a doubt that no command has seen yet included; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    told = tell(read, centre)
    return view(from_json(centre.clock), now, wall) if told is None else view(told.steady, told.now, wall)


def doubted_centres(read: Read, tell: Tell) -> Mapping[str, str]:
    """Return the codes of the centres whose clock waits for a person, each with why."""
    told = ((centre, tell(read, centre)) for centre in centres.all_centres(read))
    clocks = {centre.code: (from_json(centre.clock) if now is None else now.steady).doubt for centre, now in told}
    return {code: doubt.why.value for code, doubt in clocks.items() if doubt is not None}


def view(steady: Steady, now: datetime, wall: datetime) -> ClockView:
    """Return how a clock stands at `now`, its own time, while the wall clock says `wall`."""
    doubt = steady.doubt
    why, since = (None, None) if doubt is None else (doubt.why.value, to_iso(doubt.at))
    shown = now - steady.difference
    return ClockView(to_iso(now), to_iso(shown), to_iso(wall), doubt is not None, why, since)


def _is_cut(steady: Steady, reading: Reading, now: datetime, last_at: datetime | None) -> bool:
    """Whether the machine was started anew, while no program went on elsewhere, or nothing was heard for long."""
    heard = steady.heard
    signs = [at for at in (last_at, None if heard is None else heard.at) if at is not None]
    elsewhere = heard is not None and steady.doubt is None and heard.at > now - reading.boot
    anew = steady.decided not in (None, reading.boot_id) and not elsewhere
    return anew or (bool(signs) and now - max(signs) >= SILENCE)


def _with_gap(centre: CentreState, begin: datetime, end: datetime) -> list[list[str | None]]:
    """Return the freezes of a centre with the time that its clock has left out; those long past are let go."""
    kept = [freeze for freeze in centre.stops if freeze[1] is None or freeze[1] > begin - KEPT]
    return [[to_iso(start), None if over is None else to_iso(over)] for start, over in with_gap(kept, (begin, end))]
