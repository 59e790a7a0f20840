"""One whole day of a preset from a seed, and what it looked like."""

import random
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from server.services.presets import Preset, install_centre
from server.services.statistics import figures
from server.services.verification import verify
from server.simulation.demand import bookings
from server.simulation.floor import Floor
from server.storage import queries, schema
from server.storage.database import Database

DAY = date(2026, 1, 5)  # a Monday; which one does not matter


def simulate_day(preset: Preset, seed: int, opened: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Run one day on a temporary database and return its figures and the verdict of its replay.

    Returns `{seed, open, issued, completed, no_show, stay, wait, calls, seconds, verify}`; minutes.
    """
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="baari-") as folder:
        url = f"sqlite:///{Path(folder) / 'day.sqlite'}"
        schema.migrate(url, synchronous="OFF")
        db = Database(url, synchronous="OFF")
        try:
            return _run(db, preset, seed, opened or {}) | {"seconds": round(time.perf_counter() - began, 1)}
        finally:
            db.close()


def _run(db: Database, preset: Preset, seed: int, opened: Mapping[str, int]) -> dict[str, Any]:
    rng = random.Random(seed)
    epoch = rng.randbytes(4).hex()
    centre_id = db.write(None, lambda tx: install_centre(tx, preset, DAY, epoch, demo=True))
    floor = Floor(db, centre_id, preset, rng, opened)
    floor.begin_day(DAY)
    while (last := floor.next_at) is not None:
        floor.run_next()
        end = last
    floor.end_day(end)
    told = db.read(lambda conn: figures(conn, centre_id, DAY, DAY))
    verdict = db.read(lambda conn: verify(conn, queries.centre_by_code(conn, preset.centre.code)))
    usual = {stage.code: stage.counters if stage.open is None else stage.open for stage in preset.stages}
    return {
        "seed": seed,
        "open": usual | dict(opened),
        "issued": told["issued"],
        "completed": told["completed"],
        "no_show": bookings(preset, DAY) - told["issued"],
        "stay": told["stay"],
        "wait": told["wait"],
        "calls": floor.calls,
        "verify": {"ok": verdict.ok, "faults": [fault.text for fault in verdict.faults]},
    }
