"""Whole days of a preset from a seed, and what they looked like."""

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from server.domain.centre import CentreState
from server.services.figures.cells import roll_up
from server.services.figures.statistics import Period, period_figures
from server.services.proof.verify import verify
from server.services.setup.presets import install_centre
from server.services.setup.shapes import Preset
from server.simulation.demand import bookings, next_working_day
from server.simulation.floor import Floor
from server.storage import schema
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.sql.tokens import count_tokens

DAY = date(2026, 1, 5)  # a Monday; which one does not matter
TOGETHER = timedelta(minutes=1)  # what happens within a minute is committed together


@dataclass(frozen=True, slots=True)
class Span:
    """What to simulate: a seed, how many business days, and the counters open by stage where not the usual ones."""

    seed: int = 1
    days: int = 1
    opened: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a simulation is: days done of all, the tokens and events so far, and the seconds it took."""

    day: int
    days: int
    tokens: int
    events: int
    seconds: float


Tell = Callable[[Progress], None]
Result = dict[str, Any]  # one JSON object, as `baari simulate --json` prints it


def simulate_day(preset: Preset, seed: int, opened: Mapping[str, int] | None = None) -> Result:
    """Run one day on a temporary database; returns what `simulate` does."""
    return simulate(preset, Span(seed, opened=opened or {}))


def simulate(preset: Preset, span: Span, *, keep: Path | None = None, tell: Tell = lambda progress: None) -> Result:
    """Run business days through the real services, replay them, and return their figures.

    Returns `{seed, days, open, issued, completed, no_show, stay, wait, calls, events, seconds, verify}`; times in
    minutes, but `seconds` and `verify.seconds` as named. `verify.peak_mb` is the most memory this process ever held
    until then, of which the replay added `verify.grew_mb`. The SQLite database is left in `keep`, else it is temporary;
    `tell` hears of each day that is over.
    Raises FileExistsError rather than write over a file.
    """
    began = time.perf_counter()
    with temporary_database(keep) as db:
        return _run(db, preset, span, tell) | {"seconds": round(time.perf_counter() - began, 1)}


@contextmanager
def temporary_database(keep: Path | None) -> Iterator[Database]:
    """Give an empty database that need not survive a power cut."""
    with tempfile.TemporaryDirectory(prefix="baari-") as folder:
        file = Path(folder) / "days.sqlite" if keep is None else keep.absolute()
        if file.exists():
            raise FileExistsError(f"{file} is there already; name another file or remove it")
        url = f"sqlite:///{file}"
        schema.migrate(url, synchronous="OFF")
        db = Database(url, synchronous="OFF")
        try:
            yield db
        finally:
            db.close()


def _run(db: Database, preset: Preset, span: Span, tell: Tell) -> Result:
    rng = random.Random(span.seed)
    epoch = rng.randbytes(4).hex()
    centre_id = db.write(None, lambda tx: install_centre(tx, preset, DAY, epoch, demo=True))
    floor = Floor(db, centre_id, preset, rng, span.opened)
    days = list(_days(preset, span.days))
    began = time.perf_counter()
    for number, day in enumerate(days, 1):
        live(floor, day)
        roll_up(db, centre_id)
        tell(_progress(db, centre_id, number, span.days, time.perf_counter() - began))
    verdict = _judge(db, centre_id)
    period = Period(days[0], days[-1])
    counted = db.read(lambda read: period_figures(read, centres.centre_by_id(read, centre_id), period))
    usual = {stage.code: stage.counters if stage.open is None else stage.open for stage in preset.stages}
    return {
        "seed": span.seed,
        "days": span.days,
        "open": usual | dict(span.opened),
        "issued": counted.issued,
        "completed": counted.completed,
        "no_show": sum(bookings(preset, day) for day in days) - counted.issued,
        "stay": {klass: asdict(spread) for klass, spread in counted.stay.items()},
        "wait": {stage: asdict(spread) for stage, spread in counted.wait.items()},
        "calls": floor.calls,
        "events": _centre(db, centre_id).event_seq,
        "verify": verdict,
    }


def _days(preset: Preset, count: int) -> Iterator[date]:
    day = DAY
    for _ in range(count):
        yield day
        day = next_working_day(preset, day)


def live(floor: Floor, day: date) -> None:
    """Let a day pass and close it when its last thing has happened."""
    floor.begin_day(day)
    while floor.next_at is not None:
        last = floor.run_together(TOGETHER)
    floor.end_day(last)


def _progress(db: Database, centre_id: int, day: int, days: int, seconds: float) -> Progress:
    tokens = db.read(lambda conn: count_tokens(conn, centre_id))
    return Progress(day, days, tokens, _centre(db, centre_id).event_seq, seconds)


def _centre(db: Database, centre_id: int) -> CentreState:
    return db.read(lambda conn: centres.centre_by_id(conn, centre_id))


def _judge(db: Database, centre_id: int) -> Result:
    """Replay everything; returns `{ok, faults, seconds, peak_mb, grew_mb}`."""
    began, held = time.perf_counter(), _most_held_mb()
    verdict = db.read(lambda conn: verify(conn, centres.centre_by_id(conn, centre_id)))
    return {
        "ok": verdict.ok,
        "faults": [fault.text for fault in verdict.faults],
        "seconds": round(time.perf_counter() - began, 1),
        "peak_mb": _most_held_mb(),
        "grew_mb": _most_held_mb() - held,
    }


def _most_held_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
