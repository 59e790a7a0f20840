"""Runs many clients against real servers and records what happened."""

import random
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from threading import Event, Thread

from sqlalchemy import Connection, select

from server.domain.events.views import event_view
from server.domain.instants import to_iso
from server.domain.permissions import Role
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.sql.events import events_between
from server.storage.tables import floor
from tests.factories import CENTRE, as_json
from tests.histories.clients import Kiosk, Manager, People
from tests.histories.floor import ROUTES
from tests.histories.history import Operation, Stands
from tests.histories.officers import Officer
from tests.histories.roster import Team, signed_in_for
from tests.histories.sender import Sender
from tests.histories.tape import Tape, milliseconds
from tests.histories.watcher import Watcher
from tests.processes import ServerProcess, make_key

DESKS = {"G": 6, "A": 12, "B": 6, "C": 4, "X": 2, "E": 2}
COUNTERS = tuple(f"{stage}{n}" for stage, count in DESKS.items() for n in range(1, count + 1))
KIOSKS = 8
JOIN_S, START_S = 90.0, 30.0
SLOWEST = 10.0


@dataclass(frozen=True, slots=True)
class Load:
    """How many commands are tried by whom, and whether the first server is killed and started again half way.

    It lasts until the manager has closed and reopened the day so often (`days`), and each of some `verbs` was carried
    out, however fast the commands come.
    """

    commands: int
    counters: Sequence[str] = COUNTERS
    kiosks: int = KIOSKS
    kill: bool = False
    seed: int = 1
    days: int = 0
    verbs: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """A history, and what has to be known to judge it.

    Since when somebody new waits, which no answer tells, is as the database says. `seq` is the number of the last
    event before the first operation; `failures` are answers of the kind 500.
    """

    history: list[Operation]
    counters: Sequence[str]
    seq: int
    wall_ms: Callable[[int], float]
    failures: list[str]


@dataclass(frozen=True, slots=True)
class Site:
    """What clients need to act: the tape, the servers, the key of devices and of a manager, and the officers."""

    tape: Tape
    urls: Sequence[str]
    bearer: str
    team: Team


def record(servers: Sequence[ServerProcess], load: Load) -> Recording:
    """Let kiosks, officers, a manager and screens act on servers of one floor, and return what they saw."""
    with closing(Database(servers[0].database_url)) as db:
        seq = db.read(lambda conn: centres.centre_by_code(conn, CENTRE).event_seq)
        tape, over = Tape(), Event()
        urls, bearer = [server.url for server in servers], make_key(servers[0].database_url, Role.MANAGER)
        team = signed_in_for(load.counters, db, urls[0])
        screens = _begin([Watcher(tape, url, bearer, seq, over).run for url in urls])
        try:
            _perform(Site(tape, urls, bearer, team), load, lambda: _direct(servers[0], load, tape))
        finally:
            over.set()
            _end(screens)
        _read_the_record(db, tape, seq)
        history = [*_with_arrivals(db, tape.commands), *tape.observations]
        return Recording(history, load.counters, seq, tape.wall_ms, tape.failures)


def _read_the_record(db: Database, tape: Tape, seq: int) -> None:
    """Hear at last of all that has happened, as a screen would that was never too far behind to catch up."""

    def read(conn: Connection) -> None:
        centre = centres.centre_by_code(conn, CENTRE)
        for event in events_between(conn, centre.id, seq, centre.event_seq):
            tape.hear(as_json(event_view(event, centre=centre.code, epoch=centre.epoch, staff=True)), "the record")

    db.read(read)


def _perform(site: Site, load: Load, direct: Callable[[], None]) -> None:
    """Let kiosks, officers and a manager work while `direct` lasts."""
    stop, people, led = Event(), People(), dict[tuple[str, str], str]()
    with ExitStack() as stack:

        def sender(name: str, counter: str = "") -> Sender:
            officer, rng = site.team.get(counter), random.Random(f"{load.seed} {name}")
            headers = officer.headers if officer else {"Authorization": f"Bearer {site.bearer}"}
            made = Sender(site.tape, site.urls, headers, name, rng, stop, officer.id if officer else "", led=led)
            return stack.enter_context(closing(made))

        kiosks = [Kiosk(sender(f"kiosk {n}"), people).run for n in range(load.kiosks)]
        officers = [Officer(sender(own, own), own, site.team, people).run for own in load.counters]
        clients = _begin([*kiosks, *officers, Manager(sender("manager"), people).run])
        try:
            direct()
        finally:
            stop.set()
            _end(clients)


def _begin(runs: Sequence[Callable[[], None]]) -> list[Thread]:
    threads = [Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    return threads


def _end(threads: Sequence[Thread]) -> None:
    for thread in threads:
        thread.join(JOIN_S)
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError("a client does not come to an end")


def _direct(first: ServerProcess, load: Load, tape: Tape) -> None:
    """Let the clients work, with a crash half way if there is to be one; raises TimeoutError when they get nowhere."""
    _wait(tape, load.commands // 2)
    if load.kill:
        first.kill()
        first.start()
    _wait(tape, load.commands, load.days, load.verbs)


def _wait(tape: Tape, commands: int, days: int = 0, verbs: Collection[str] = ()) -> None:
    deadline = time.monotonic() + START_S + commands / SLOWEST
    while len(tape.commands) < commands or _reopened(tape) < days or not _done(tape).issuperset(verbs):
        if time.monotonic() > deadline:
            seen = f"{len(tape.commands)} of {commands} commands, {_reopened(tape)} of {days} days"
            raise TimeoutError(f"{seen}, {sorted(_done(tape))} of {sorted(verbs)}")
        time.sleep(0.05)


def _done(tape: Tape) -> set[str]:
    """Return what was done with a token, and answered."""
    return {op.verb for op in tape.commands if op.said == op.token}


def _reopened(tape: Tape) -> int:
    return sum(op.verb == "reopen" and isinstance(op.said, str) for op in tape.commands)


def _with_arrivals(db: Database, commands: Sequence[Operation]) -> list[Operation]:
    """Return the commands, those that gave a token with where and since when it waits at first."""
    query = select(floor.TokenTable.label, floor.TokenTable.issued_at)
    rows = db.read(lambda conn: conn.execute(query).all())
    issued = {label: milliseconds(to_iso(at)) for label, at in rows}
    return [
        replace(op, stands=Stands(ROUTES[op.at][0], issued[op.said]))
        if op.verb == "issue" and op.said in issued
        else op
        for op in commands
    ]
