"""A fresh demo centre: a whole floor with keys, logins and simulated citizens."""

import json
import logging
import random
import secrets
import socket
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from server.clock import Clock, ScaledClock, SystemClock
from server.config import Settings, write_private
from server.domain.errors import Refused
from server.domain.permissions import PEOPLE, Role
from server.services.people.keys import create_key
from server.services.people.passwords import hashed
from server.services.people.sign_in import add_staff
from server.services.setup.presets import always_open, install_centre
from server.services.setup.shapes import Preset
from server.simulation.demand import next_working_day, opening, working_day
from server.simulation.floor import Floor
from server.storage import schema
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.sql.devices import set_address

IDLE_LOOK_S = 2.0
LOOPBACK = "127.0.0.1"

log = logging.getLogger(__name__)


class NotADemo(Exception):
    """The database holds a centre that is not marked demo."""


Facts = dict[str, Any]  # what `demo.json` holds: made here, and read back as JSON


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo runs with; `start` is where its clock begins."""

    preset: Preset
    start: datetime
    speed: float
    simulate: bool

    def clock(self) -> Clock:
        """Return the demo's clock, beginning now."""
        return ScaledClock(self.start, self.speed) if self.simulate else SystemClock()


def plan_demo(preset: Preset, *, speed: float, simulate: bool, now: datetime) -> Demo:
    """Return a demo that begins at the opening of the latest working day, or one that lives in real time."""
    if not simulate:
        return Demo(always_open(preset), now, 1.0, simulate)
    today = now.astimezone(ZoneInfo(preset.centre.timezone)).date()
    return Demo(preset, opening(preset, working_day(preset, today)), speed, simulate)


def set_up(settings: Settings, demo: Demo) -> Facts:
    """Replace what the database holds by a fresh demo centre; returns what `var/demo.json` holds.

    Raises NotADemo when the database holds a centre that is not a demo, WrongSchema when it is not this program's.
    """
    _clear(settings.database)
    db = Database(settings.database)
    try:
        return _install(db, settings, demo)
    finally:
        db.close()


def _clear(url: str) -> None:
    db = Database(url)
    try:
        used = db.read(schema.schema_of) is not schema.Schema.EMPTY
        if used:
            db.read(schema.require_current)
        real = [c.code for c in db.read(centres.all_centres) if not c.demo] if used else []
    finally:
        db.close()
    if real:
        raise NotADemo(f"{', '.join(real)} is a real centre; a demo needs a database of its own")
    if used:
        schema.wipe(url)
    schema.migrate(url)


def _install(db: Database, settings: Settings, demo: Demo) -> Facts:
    preset = demo.preset
    valid_from = demo.start.date() - timedelta(days=1)
    epoch = secrets.token_hex(4)
    centre_id = db.write(None, lambda tx: install_centre(tx, preset, valid_from, epoch, demo=True))
    keys = {
        role.value: db.write(centre_id, lambda tx, r=role: create_key(tx, r, f"demo {r.value}", demo.start))  # type: ignore[misc]
        for role in Role
        if role is not Role.KIOSK
    }
    kiosk = preset.kiosks[0].id
    keys["kiosk"] = db.write(
        centre_id, lambda tx: create_key(tx, Role.KIOSK, f"demo kiosk {kiosk}", demo.start, device=kiosk)
    )
    logins = {role.value: {"user": role.value, "password": secrets.token_urlsafe(9)} for role in PEOPLE}
    for role in PEOPLE:
        kept = hashed(logins[role.value]["password"])
        db.write(centre_id, lambda tx, r=role, p=kept: add_staff(tx, r.value, r, p, demo.start))  # type: ignore[misc]
    ports = {f"printer-{kiosk.id.lower()}": free_port() for kiosk in preset.kiosks}
    for device, port in ports.items():
        db.write(centre_id, lambda tx, d=device, p=port: set_address(tx.conn, tx.centre.id, d, LOOPBACK, p))  # type: ignore[misc]
    return {
        "url": settings.url,
        "logins": logins,
        "keys": keys,
        "centre": preset.centre.code,
        "services": [service.code for service in preset.services],
        "kiosks": [kiosk.id for kiosk in preset.kiosks],
        "counters": {stage.code: preset.counters_of(stage) for stage in preset.stages},
        "boards": [f"board-{stage.code.lower()}" for stage in preset.stages],
        "printer": {"host": LOOPBACK, "port": next(iter(ports.values()))},
        "printers": ports,
    }


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def left_behind(settings: Settings) -> Facts:
    """Return what the demo before wrote; raises OSError when there was none."""
    facts: Facts = json.loads((settings.data_dir / "demo.json").read_text("utf-8"))
    return facts


def write_facts(settings: Settings, facts: Facts) -> None:
    """Write `demo.json` for tests and integrators, readable by the owner only."""
    settings.make_data_dir()
    write_private(settings.data_dir / "demo.json", json.dumps(facts, indent=2) + "\n")


def welcome(facts: Facts, file: Path) -> str:
    """Return every address, login and key of a demo, ready to open; `file` holds the same for programs."""
    url, keys = facts["url"], facts["keys"]
    lines = [f"{facts['centre']} is served at {url}", ""]
    lines += [
        f"  kiosk {facts['kiosks'][0]:<10} {url}/pair?key={keys['kiosk']}",
        f"  boards           {url}/pair?key={keys['display']}",
        *(f"  board {board:<10} {url}/display/{facts['centre']}/{board}" for board in facts["boards"]),
        f"  console          {url}/counter",
        f"  manager          {url}/manager",
        f"  paper            {url}/demo/printer",
        f"  API reference    {url}/api/docs",
        "  (the first two pair this browser, as the kiosk and for all boards)",
        "",
    ]
    lines += [f"  login {role:<10} {login['user']} / {login['password']}" for role, login in facts["logins"].items()]
    lines += [f"  key {role:<12} {key}" for role, key in keys.items()]
    lines += ["", f"All of this stands in {file}. Stop with Ctrl+C."]
    return "\n".join(lines)


class DemoFloor(threading.Thread):
    """Lives the days of the demo centre, one after the other, on the demo's clock."""

    def __init__(self, db: Database, demo: Demo, clock: ScaledClock) -> None:
        super().__init__(name="demo floor", daemon=True)
        self._db, self._demo, self._clock = db, demo, clock
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the simulated day where it is."""
        self._stopped.set()
        self.join()

    def run(self) -> None:
        """Live day after day until stopped."""
        preset = self._demo.preset
        centre = self._db.read(lambda conn: centres.centre_by_code(conn, preset.centre.code))
        floor = Floor(self._db, centre.id, preset, random.Random())
        day = self._demo.start.astimezone(ZoneInfo(preset.centre.timezone)).date()
        while not self._stopped.is_set():
            floor.begin_day(day)
            self._live(floor)
            if not self._stopped.is_set():
                floor.end_day(self._clock.now())
            day = next_working_day(preset, day)

    def _live(self, floor: Floor) -> None:
        while (due := floor.next_at) is not None:
            wait = self._clock.real_seconds_until(due)
            if self._stopped.wait(max(0.0, min(wait, IDLE_LOOK_S))):
                return
            try:
                if wait <= IDLE_LOOK_S:
                    floor.run_next(self._clock.now())
                else:
                    floor.wake_idle(self._clock.now())
            except Refused as refusal:
                log.warning("demo floor: %s", refusal.message)
