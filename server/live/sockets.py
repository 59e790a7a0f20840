"""The only Socket.IO handlers: a screen connects, and watches a centre."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Annotated

from flask import request
from flask_socketio import ConnectionRefusedError as TurnedAway
from flask_socketio import SocketIO
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.domain.errors import Refused, Unauthenticated
from server.domain.permissions import Permission, may
from server.domain.screens import screen_of_key
from server.live.relay import room_of
from server.live.wires import Message, Wire, event_frame, wire_of
from server.services.people.presence import Naming, Place
from server.services.people.principal import Principal
from server.services.views.snapshot import CatchUp, catch_up_of
from server.storage.transaction import Read

NAMESPACE = "/live"
FIRST = 25
BREATH_S = 0.002
SEQ_MAX = 2**53 - 1
"""The largest number that a browser counts to."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
ReadOnce = Callable[[Callable[[Read], CatchUp]], CatchUp]
"""Reads one snapshot of the database, in turn with other screens."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may come in: `opener` tells whose socket it is, by what it sent as `auth` and by its cookies, and where their
    secret is kept; `holder` tells whose secret is kept there now, `naming` which name its screen shows.
    All raise Refused.
    """

    opener: Callable[[Mapping[str, object]], tuple[Place, Principal]]
    holder: Callable[[Place], Principal]
    naming: Callable[[Place], Naming | None]


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen that is connected: who it is, where their secret is kept, and its websocket if it has one."""

    principal: Principal
    place: Place
    wire: Wire | None


@dataclass(frozen=True, slots=True)
class Places:
    """How many screens there may be, in all and of one `holder`; `admit` lets one stay that has a place."""

    most: int
    of_one: int
    admit: Callable[[str, Wire | None], None]


class WatchIn(BaseModel):
    """What a screen asks: the centre, and from which number of which epoch on."""

    model_config = ConfigDict(extra="ignore")
    centre: Annotated[str, Field(max_length=64)]
    epoch: Annotated[str, Field(max_length=64)] | None = None
    after: Annotated[int, Field(ge=0, le=SEQ_MAX)]


class Sockets:
    """The screens connected to this process and who they are.

    A message is made into one frame and written to the websockets of a room; screens that poll get it by the library.
    After the first 25 it waits a moment, so that a request is answered before hundreds of screens are told.
    """

    def __init__(
        self, socketio: SocketIO, read: ReadOnce, guard: Guard, places: Places, gauge: Callable[[float], None]
    ) -> None:
        self._socketio, self._read, self._guard = socketio, read, guard
        self._places, self._gauge = places, gauge
        self._lock = Lock()
        self._screens: dict[str, Screen] = {}
        self._named: dict[str, datetime] = {}
        self._rooms: dict[str, dict[str, Wire | None]] = {}
        for name, handler in (
            ("connect", self._connect),
            ("disconnect", self._disconnect),
            ("watch", self._watch),
        ):
            socketio.on_event(name, handler, namespace=NAMESPACE)

    def count(self) -> int:
        """Return how many screens are connected."""
        return len(self._screens)

    def devices(self) -> Counter[tuple[str, str]]:
        """Return how many screens of each device are connected, by the code of its centre and its id."""
        with self._lock:
            there = [screen.principal for screen in self._screens.values()]
        return Counter((who.centre, who.device) for who in there if who.device is not None)

    def connected(self, centre: str) -> list[str]:
        """Return the kiosks, boards and consoles of a centre that are connected, as they are typed: `kiosk:K1`."""
        with self._lock:
            there = [screen.principal for screen in self._screens.values()]
        shown = (screen_of_key(who.role.value, who.device, who.counter) for who in there if who.centre == centre)
        return sorted({str(screen) for screen in shown if screen is not None})

    def tell(self, room: str, name: str, make: Callable[[], Message]) -> None:
        """Send what `make` returns to every screen in a room; an empty room costs nothing."""
        if self._rooms.get(room):
            self.emit(room, name, make())

    def emit(self, room: str, name: str, message: Message) -> None:
        """Send a message to every screen in a room."""
        with self._lock:
            screens = list(self._rooms.get(room, {}).items())
        frame = event_frame(NAMESPACE, name, message)
        for number, (sid, wire) in enumerate(screens):
            if number == FIRST:
                time.sleep(BREATH_S)
            if wire is None:
                self._socketio.emit(name, message, to=sid, namespace=NAMESPACE)
            else:
                wire.push(frame)

    def hint(self, centre: str, message: Mapping[str, object]) -> None:
        """Tell staff something without a number: it may be lost."""
        self.emit(room_of(centre, staff=True), "hint", {"centre": centre, **message})

    def _connect(self, auth: object = None) -> None:
        screen = self._screen(auth)
        with self._lock:
            beside = sum(other.principal.id == screen.principal.id for other in self._screens.values())
            if len(self._screens) >= self._places.most or beside >= self._places.of_one:
                raise TurnedAway("busy")
            self._screens[_sid()] = screen
            self._gauge(len(self._screens))
        self._places.admit(self._socketio.server.manager.eio_sid_from_sid(_sid(), NAMESPACE), screen.wire)

    def _screen(self, auth: object) -> Screen:
        try:
            place, principal = self._guard.opener(auth if isinstance(auth, dict) else {})
            principal.acting(Permission.WATCH_FLOOR, centre=principal.centre)
        except Refused as refusal:
            raise TurnedAway(refusal.code) from refusal
        return Screen(principal, place, wire_of(request.environ))

    def recheck(self) -> None:
        """Cut off the screens whose key was revoked, whose session has ended, or whose holder is not as before.

        Who may still watch comes back by itself, and into the right room. Raises Unavailable.
        """
        for sid, screen in list(self._screens.items()):
            if not self._still(screen):
                self._cut_off(sid, screen.wire)
            elif not screen.place.staff:
                self._name(sid, screen)

    def _still(self, screen: Screen) -> bool:
        try:
            return self._guard.holder(screen.place) == screen.principal
        except Unauthenticated:
            return False

    def _name(self, sid: str, screen: Screen) -> None:
        """Let a screen show its name once for each time that somebody asks for it."""
        naming = self._guard.naming(screen.place)
        if naming is not None and naming.until > self._named.get(sid, LONG_AGO):
            self._named[sid] = naming.until
            self._send(sid, screen.wire, "named", {"centre": screen.principal.centre, "name": naming.name})

    def _send(self, sid: str, wire: Wire | None, name: str, message: Message) -> None:
        if wire is None:
            self._socketio.emit(name, message, to=sid, namespace=NAMESPACE)
        else:
            wire.push(event_frame(NAMESPACE, name, message))

    def _cut_off(self, sid: str, wire: Wire | None) -> None:
        """Tell a screen nothing more, and end its connection without waiting for it."""
        self._forget(sid)
        if wire is None:
            self._socketio.server.disconnect(sid, namespace=NAMESPACE)
        else:
            wire.cut()

    def _disconnect(self, *_reason: object) -> None:
        self._forget(_sid())

    def _forget(self, sid: str) -> None:
        with self._lock:
            self._screens.pop(sid, None)
            self._named.pop(sid, None)
            for room in self._rooms.values():
                room.pop(sid, None)
            self._gauge(len(self._screens))

    def _watch(self, asked: object = None) -> CatchUp | dict[str, str]:
        """Enter the room first, then read: what is committed in between comes twice rather than never."""
        screen = self._screens.get(_sid())
        if screen is None:
            return {"code": Unauthenticated.code}
        try:
            wanted = WatchIn.model_validate(asked)
            screen.principal.acting(Permission.WATCH_FLOOR, centre=wanted.centre)
        except ValidationError:
            return {"code": "invalid_input"}
        except Refused as refusal:
            return {"code": refusal.code}
        staff = may(screen.principal.role, Permission.WATCH_STAFF)
        with self._lock:
            if _sid() in self._screens:  # not gone meanwhile
                self._rooms.setdefault(room_of(wanted.centre, staff=staff), {})[_sid()] = screen.wire
        try:
            return self._read(
                lambda read: catch_up_of(read, wanted.centre, after=wanted.after, epoch=wanted.epoch, staff=staff)
            )
        except Refused as refusal:
            return {"code": refusal.code}


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]  # set by Flask-SocketIO
