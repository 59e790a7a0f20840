"""Sends committed events to the screens of this process, in order and each once."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from server.clocks import Clock
from server.domain.errors import Unavailable
from server.domain.events import Event, event_view
from server.domain.token_records import to_iso
from server.services.snapshots import events_between
from server.storage import queries
from server.storage.database import Committed, Database
from server.storage.transaction import CentreState

POLL_S = 0.5
HEARTBEAT_S = 3.0
STUCK_S = 10.0

Tell = Callable[[str, str, Callable[[], Mapping[str, Any]]], None]
"""Sends a message to a room; it is made only when somebody is there to hear it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a centre's events have gone out."""

    epoch: str
    seq: int


def room_of(centre: str, *, staff: bool) -> str:
    """Return the room of a centre's screens; staff screens have one of their own."""
    return f"{centre}:{'staff' if staff else 'public'}"


class Relay:
    """One thread: commits of this process are handed to it, and every half second it looks for those of others.

    What is handed goes out as it is when it follows the last number sent; else the database is asked for all between.
    """

    def __init__(self, db: Database, tell: Tell, clock: Clock) -> None:
        self._db, self._tell, self._clock = db, tell, clock
        self._sent: dict[int, Sent] = {}
        self._handed: queue.SimpleQueue[Committed] = queue.SimpleQueue()
        self._awake = threading.Event()
        self._stopped = threading.Event()
        self._beat = self._round = self._looked = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin with what is committed now: older events are for catch-up."""
        self._sent = {c.id: Sent(c.epoch, c.event_seq) for c in self._db.read(queries.centres)}
        self._db.on_commit(self._take)
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join()

    def alive(self) -> bool:
        """Whether events are going out."""
        return self._thread.is_alive() and time.monotonic() - self._round < STUCK_S

    def _take(self, committed: Sequence[Committed]) -> None:
        for one in committed:
            self._handed.put(one)
        self._awake.set()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._awake.wait(POLL_S)
            self._awake.clear()
            try:
                self._send_handed()
                if time.monotonic() - self._looked >= POLL_S:
                    self._look()
            except Unavailable as error:
                log.warning("relay waits for the database: %s", error.message)
            except Exception:  # the relay must survive; the next round asks again from the last number sent
                log.exception("relay round failed")
            self._round = time.monotonic()

    def _send_handed(self) -> None:
        while not self._handed.empty():
            one = self._handed.get()
            sent = self._sent.get(one.centre.id)
            if sent == Sent(one.centre.epoch, one.events[0].seq - 1):
                self._send_events(one.centre, one.events)
            else:
                self._look()

    def _look(self) -> None:
        """Send what is committed and was not handed: another process's commits, or what a failed round left."""
        self._looked = time.monotonic()
        self._db.read(self._send_new)

    def _send_new(self, conn: Connection) -> None:
        centres = queries.centres(conn)
        for centre in centres:
            sent = self._sent.get(centre.id)
            if sent is None or sent.epoch != centre.epoch:
                self._sent[centre.id] = Sent(centre.epoch, centre.event_seq)
            elif sent.seq < centre.event_seq:
                self._send_events(centre, events_between(conn, centre.id, sent.seq, centre.event_seq))
        if time.monotonic() - self._beat >= HEARTBEAT_S:
            self._beat = time.monotonic()
            for centre in centres:
                self._send_heartbeat(centre)

    def _send_events(self, centre: CentreState, events: Iterable[Event]) -> None:
        for event in events:
            for staff in (False, True):
                view = partial(event_view, event, centre=centre.code, epoch=centre.epoch, staff=staff)
                self._tell(room_of(centre.code, staff=staff), "event", view)
            self._sent[centre.id] = Sent(centre.epoch, event.seq)

    def _send_heartbeat(self, centre: CentreState) -> None:
        beat = {
            "centre": centre.code,
            "epoch": centre.epoch,
            "seq": self._sent[centre.id].seq,
            "now": to_iso(self._clock.now()),
        }
        for staff in (False, True):
            self._tell(room_of(centre.code, staff=staff), "heartbeat", lambda: beat)
