"""PostgreSQL beside SQLite in one process, and eight centres on two processes that share a PostgreSQL database."""

import os
import secrets
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError

from bench import two_processes
from bench.part import Aim, Outcome, Setting, at_least, rate_lines
from bench.scene import HALL, STAGE, Scene, counter_names, preset_m
from bench.timing import Rate, middle, timed

ADMIN_URL = os.environ.get("BAARI_TEST_PG_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
CALLERS = (1, 32)
WANTED = {"issue": 0.7, "call + start + finish": 0.55}
Slices = dict[str, list[Rate]]


def measure(setting: Setting) -> Outcome:
    """Measure both; without a PostgreSQL server nothing is measured, and the report says so."""
    try:
        _admin("SELECT 1")
    except (OperationalError, ModuleNotFoundError) as error:
        return Outcome({}, [f"PostgreSQL was not measured: {str(error).splitlines()[0]}"])
    with database() as url:
        rates = _one_process(setting, url)
    with database() as url:
        centres = two_processes.measure(setting, url)
    lines = [*rate_lines("one process", rates), "", *rate_lines("eight centres, PostgreSQL", centres)]
    figures = {name: asdict(rate) for name, rate in (rates | centres).items()}
    return Outcome(figures, lines, [*_aims(rates), *two_processes.aims(centres)])


@contextmanager
def database() -> Iterator[str]:
    """Give the address of an empty PostgreSQL database, which is dropped afterwards."""
    name = f"baari_bench_{secrets.token_hex(6)}"
    _admin(f'CREATE DATABASE "{name}"')
    try:
        yield f"{ADMIN_URL.rsplit('/', 1)[0]}/{name}"
    finally:
        _admin(f'DROP DATABASE "{name}" WITH (FORCE)')


def _admin(statement: str) -> None:
    """Run a statement on the server; raises OperationalError, and ModuleNotFoundError without a driver."""
    address = make_url(ADMIN_URL).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


def _one_process(setting: Setting, url: str) -> dict[str, Rate]:
    """Return rates by `database what callers`; both databases take turns."""
    urls = {"SQLite": f"sqlite:///{setting.folder / 'postgresql'}.sqlite", "PostgreSQL": url}
    hall = preset_m(STAGE, counters=HALL)
    scenes = {name: Scene(url, preset=hall) for name, url in urls.items()}
    slices: Slices = defaultdict(list)
    for _ in range(setting.size(5, 1)):
        for callers in CALLERS:
            for name, scene in scenes.items():
                _slice(scene, name, callers, setting.size(300, 40), slices)
    for scene in scenes.values():
        scene.db.close()
    return {name: middle(rates) for name, rates in slices.items()}


def _slice(scene: Scene, name: str, callers: int, count: int, slices: Slices) -> None:
    counter = counter_names(last=HALL)
    issues, serves = f"{name} issue {callers}", f"{name} call + start + finish {callers}"
    slices[issues].append(timed(lambda _: scene.issue(), count, callers))
    slices[serves].append(timed(lambda number: scene.serve(counter(number)), count, callers))


def _aims(rates: Mapping[str, Rate]) -> Iterator[Aim]:
    for what, wanted in WANTED.items():
        for callers in CALLERS:
            share = rates[f"PostgreSQL {what} {callers}"].per_s / rates[f"SQLite {what} {callers}"].per_s
            yield at_least(f"{what}, {callers} callers: PostgreSQL ÷ SQLite", share, wanted)
