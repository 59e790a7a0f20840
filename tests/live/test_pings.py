"""However many sessions come and go, one thread pings those that are still there."""

import threading
import time

import pytest
from engineio import Server
from engineio.exceptions import SocketIsClosedError
from engineio.packet import PING, Packet
from engineio.socket import Socket

from server.live.door import guarded
from server.live.pings import Pings

SOON_S = 0.05
MANY = 500


class Session:
    """A session that notes what is sent to it."""

    def __init__(self, *, closed: bool = False, error: Exception | None = None) -> None:
        self.closing, self.closed = False, closed
        self.last_ping: float | None = None
        self.sent: list[int] = []
        self._error = error

    def send(self, packet: Packet) -> None:
        """Note a packet, or fail."""
        if self._error is not None:
            raise self._error
        self.sent.append(packet.packet_type)


def wait_for(session: Session) -> None:
    deadline = time.monotonic() + 10
    while not session.sent and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.provokes("A session could not be pinged")
def test_who_is_there_is_pinged_and_one_that_ended_or_fails_holds_up_nobody() -> None:
    pings, last = Pings(SOON_S), Session()
    gone, ending, failing = Session(closed=True), Session(error=SocketIsClosedError()), Session(error=OSError())
    begun = time.monotonic()
    for session in (gone, ending, failing, last):
        pings.later(session)
    wait_for(last)
    assert time.monotonic() - begun >= SOON_S
    assert (last.sent, gone.sent, gone.last_ping) == ([PING], [], None)
    assert last.last_ping is not None
    again = Session()
    pings.later(again)
    wait_for(again)
    assert again.sent == [PING]


def test_sessions_that_come_and_go_leave_no_threads_behind() -> None:
    server = Server(async_mode="threading")
    guarded(server)
    before = threading.active_count()
    for number in range(MANY):
        session = Socket(server, str(number))
        session.last_ping = 0
        session.schedule_ping()
        session.closed = True
    assert threading.active_count() <= before + 1


def test_the_library_s_other_tasks_run_as_before() -> None:
    server, done = Server(async_mode="threading"), threading.Event()
    guarded(server)
    server.start_background_task(done.set).join(10)
    assert done.is_set()
