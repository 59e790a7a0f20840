"""Events go out once and in order, whoever sends them."""

import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import repeat
from typing import Any

import pytest

from server.live.relay import FEW, Relay
from server.live.wires import Message
from server.storage.database import Database
from server.web.messages import HeartbeatOut
from tests.factories import CENTRE, MORNING, Floor, StillClock, as_json, second_centre

SOON_S = 5.0


class Screens:
    """Stands for the sockets: notes the numbers of what it is told, and by which thread."""

    def __init__(self, count: int) -> None:
        self.connected = count
        self.told: list[int] = []
        self.beats: list[tuple[str, Mapping[str, Any]]] = []
        self.threads: set[str] = set()
        self.broken = False

    def tell(self, room: str, name: str, make: Callable[[], Message]) -> None:
        """Note an event of the staff's room."""
        if self.broken:
            raise RuntimeError("broken")
        if name == "heartbeat":
            self.beats.append((room, as_json(make())))
        if name == "event" and room.endswith("staff"):
            self.told.append(as_json(make())["seq"])
            self.threads.add(threading.current_thread().name)

    def wait_for(self, count: int) -> None:
        """Wait until so many events were told."""
        deadline = time.monotonic() + SOON_S
        while len(self.told) < count:
            assert time.monotonic() < deadline, f"{len(self.told)} of {count} events were told"
            time.sleep(0.01)


def relay_of(db: Database, screens: Screens) -> Relay:
    relay = Relay(db, screens.tell, lambda: screens.connected)
    relay.start()
    return relay


def test_few_screens_know_before_the_answer_and_are_told_by_its_thread(floor: Floor) -> None:
    screens = Screens(FEW)
    relay = relay_of(floor.db, screens)
    floor.issue()
    assert screens.told == [1, 2]  # the first token opens the day
    assert screens.threads == {threading.current_thread().name}
    relay.stop()


def test_many_screens_are_told_by_the_relays_thread(floor: Floor) -> None:
    screens = Screens(FEW + 1)
    relay = relay_of(floor.db, screens)
    floor.issue()
    screens.wait_for(2)
    assert screens.threads == {"relay"}
    relay.stop()


@pytest.mark.parametrize("count", [FEW, FEW + 1])
def test_centres_that_are_written_at_once_are_told_each_in_its_order(floor: Floor, count: int) -> None:
    rooms: dict[str, list[int]] = defaultdict(list)

    def tell(room: str, name: str, make: Callable[[], Message]) -> None:
        if name == "event":
            rooms[room].append(as_json(make())["seq"])

    floors = [floor, replace(floor, centre_id=second_centre(floor), minutes=itertools.count())]
    relay = Relay(floor.db, tell, lambda: count)
    relay.start()
    threads = [threading.Thread(target=lambda at=at: [at.issue() for _ in range(40)]) for at in floors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deadline = time.monotonic() + SOON_S
    while sum(map(len, rooms.values())) < 4 * 41 and time.monotonic() < deadline:
        time.sleep(0.01)
    relay.stop()
    names = (CENTRE, "PSK-2")
    assert rooms == {f"{name}:{who}": list(range(1, 42)) for name in names for who in ("staff", "public")}


@pytest.mark.parametrize("count", [FEW, FEW + 1])
def test_events_of_many_threads_are_told_once_and_in_order(floor: Floor, count: int) -> None:
    screens = Screens(count)
    relay = relay_of(floor.db, screens)
    still = replace(floor, minutes=repeat(0))  # a thread that has to wait must not be minutes behind the others
    threads = [threading.Thread(target=lambda: [still.issue() for _ in range(10)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    screens.wait_for(81)
    time.sleep(0.1)
    assert screens.told == list(range(1, 82))
    relay.stop()


def test_events_of_another_process_are_told_in_their_place(floor: Floor) -> None:
    screens, other = Screens(1), Database(floor.db.url)
    relay = relay_of(floor.db, screens)
    floor.issue()
    replace(floor, db=other).issue()
    floor.issue()
    screens.wait_for(4)
    assert screens.told == [1, 2, 3, 4]
    relay.stop()
    other.close()


@pytest.mark.provokes("trace: events could not be sent RuntimeError")
def test_who_commits_does_not_suffer_when_screens_cannot_be_told(floor: Floor) -> None:
    screens = Screens(1)
    relay = relay_of(floor.db, screens)
    screens.broken = True
    assert floor.issue().label == "N001"
    screens.broken = False
    screens.wait_for(2)
    assert screens.told == [1, 2]
    relay.stop()


def test_a_heartbeat_tells_both_rooms_the_last_number_that_was_sent(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.relay.HEARTBEAT_S", 0)
    floor.db.clock = StillClock(MORNING)
    screens = Screens(1)
    relay = Relay(floor.db, screens.tell, lambda: screens.connected)
    relay.start()
    for _ in range(3):
        floor.issue()
    beat = {
        "centre": CENTRE,
        "epoch": floor.centre.epoch,
        "seq": 4,
        "now": "2026-11-24T04:00:00.000Z",
        "ahead_s": 0,
        "resumes_at": None,
    }
    HeartbeatOut.model_validate(beat)
    deadline = time.monotonic() + SOON_S
    while (f"{CENTRE}:staff", beat) not in screens.beats:
        assert time.monotonic() < deadline, screens.beats
        time.sleep(0.01)
    relay.stop()
    assert (f"{CENTRE}:public", beat) in screens.beats


def test_a_heartbeat_tells_when_a_centre_opens_again_that_rests(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.live.relay.HEARTBEAT_S", 0)
    floor.issue()
    floor.db.clock = StillClock(MORNING + timedelta(hours=16))
    screens = Screens(1)
    relay = relay_of(floor.db, screens)
    deadline = time.monotonic() + SOON_S
    while not screens.beats:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    relay.stop()
    assert {beat["resumes_at"] for _, beat in screens.beats} == {"2026-11-25T04:00:00.000Z"}


def test_hearts_beat_no_faster_than_they_should(sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    beats, every_s = 4, 0.5
    monkeypatch.setattr("server.live.relay.HEARTBEAT_S", every_s)
    monkeypatch.setattr("server.live.relay.POLL_S", 0.02)
    screens, begin = Screens(1), time.monotonic()
    relay = relay_of(sqlite_floor.db, screens)
    while len(screens.beats) < 2 * beats:  # in both rooms
        assert time.monotonic() - begin < SOON_S
        time.sleep(0.01)
    relay.stop()
    assert time.monotonic() - begin >= beats * every_s
