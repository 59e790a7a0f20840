"""Sends committed events to the screens of this process, in order and each once."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from server.domain.centre import CentreState
from server.domain.errors import Unavailable
from server.domain.events.event import Event
from server.domain.events.views import event_view
from server.domain.instants import to_iso
from server.live.wires import Message
from server.services.floor.resting import resumes_at
from server.services.views.stream import centres_now, events_between
from server.storage.database import Committed, Database
from server.storage.transaction import Read

POLL_S = 0.5
HEARTBEAT_S = 3.0
STUCK_S = 10.0
FEW = 25

Tell = Callable[[str, str, Callable[[], Message]], None]
"""Sends a message to a room; it is made only when somebody is there to hear it."""
Look = Callable[[Read], None]
"""What else compares numbers with the database at each look, after the events are sent."""

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
    """Takes the commits of this process as they come, and looks for those of others every half second.

    What is handed over goes out as it is when it follows the last number sent; else the database is asked for all
    between. Up to FEW screens are told by the thread that committed, before it gives its answers; more of them, and
    whatever needs the database, are left to a thread of the relay.
    """

    def __init__(self, db: Database, tell: Tell, screens: Callable[[], int], *, looks: Sequence[Look] = ()) -> None:
        self._db, self._tell, self._screens, self._looks = db, tell, screens, looks
        self._sent: dict[int, Sent] = {}
        self._handed: deque[Committed] = deque()
        self._sending = threading.Lock()
        self._awake = threading.Event()
        self._stopped = threading.Event()
        self._beat = self._round = self._looked = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin with what is committed now: older events are for catch-up."""
        self._sent = {c.id: Sent(c.epoch, c.event_seq) for c in self._db.read(centres_now)}
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
        self._handed.extend(committed)
        if self._screens() > FEW or not self._send_at_once():
            self._awake.set()

    def _send_at_once(self) -> bool:
        """Send what was handed over if that needs neither waiting nor the database; returns whether it went out."""
        # Never waits: it is the thread that writes, and the one that sends now looks for more before it rests.
        if not self._sending.acquire(blocking=False):
            return False
        try:
            return self._send_handed()
        except Exception:  # whoever committed must not suffer; the relay's thread goes on from the last number sent
            log.exception("events could not be sent")
            return False
        finally:
            self._sending.release()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._awake.wait(POLL_S)
            self._awake.clear()
            try:
                with self._sending:
                    self._send_all()
            except Unavailable as error:
                log.warning("relay waits for the database: %s", error.message)
            except Exception:  # the relay must survive; the next round asks again from the last number sent
                log.exception("relay round failed")
            self._round = time.monotonic()

    def _send_all(self) -> None:
        while not self._send_handed():
            self._handed.popleft()
            self._look()
        if time.monotonic() - self._looked >= POLL_S:
            self._look()

    def _send_handed(self) -> bool:
        """Send what was handed over and follows the last number sent; returns whether that was all."""
        while self._handed:
            batch = self._handed[0]
            if self._sent.get(batch.centre.id) != Sent(batch.centre.epoch, batch.events[0].seq - 1):
                return False
            self._send_events(batch.centre, batch.events)
            self._handed.popleft()
        return True

    def _look(self) -> None:
        """Send what is committed and was not handed: another process's commits, or what a failed round left."""
        self._looked = time.monotonic()
        self._db.read(self._compare)

    def _compare(self, read: Read) -> None:
        self._send_new(read)
        for look in self._looks:
            look(read)

    def _send_new(self, read: Read) -> None:
        centres = centres_now(read)
        for centre in centres:
            self._db.floors.see(centre)
            sent = self._sent.get(centre.id)
            # Another history: its screens see by the epoch that they must load anew, so nothing of before is sent.
            if sent is None or sent.epoch != centre.epoch:
                self._sent[centre.id] = Sent(centre.epoch, centre.event_seq)
            elif sent.seq < centre.event_seq:
                self._send_events(centre, events_between(read, centre.id, sent.seq, centre.event_seq))
        if time.monotonic() - self._beat >= HEARTBEAT_S:
            self._beat = time.monotonic()
            for centre in centres:
                self._send_heartbeat(read, centre)

    def _send_events(self, centre: CentreState, events: Iterable[Event]) -> None:
        for event in events:
            for staff in (False, True):
                view = partial(event_view, event, centre=centre.code, epoch=centre.epoch, staff=staff)
                self._tell(room_of(centre.code, staff=staff), "event", view)
            self._sent[centre.id] = Sent(centre.epoch, event.seq)

    def _send_heartbeat(self, read: Read, centre: CentreState) -> None:
        now = self._db.now(centre.id)
        resumes = resumes_at(read, centre, now)
        beat = {
            "centre": centre.code,
            "epoch": centre.epoch,
            "seq": self._sent[centre.id].seq,
            "now": to_iso(now),
            "ahead_s": centre.ahead_s,
            "resumes_at": None if resumes is None else to_iso(resumes),
        }
        for staff in (False, True):
            self._tell(room_of(centre.code, staff=staff), "heartbeat", lambda: beat)
