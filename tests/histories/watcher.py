"""A screen on a socket: it notes when it hears of an event, and often asks at once for the number of the last one."""

import contextlib
import json
import random
import socket
from collections.abc import Iterator, Mapping
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx
from wsproto import ConnectionType, WSConnection
from wsproto.events import Ping, Request, TextMessage

from tests.factories import CENTRE
from tests.histories.history import Operation, Picture
from tests.histories.tape import Tape, picture_of

NAMESPACE, PATH = "/live", "/socket.io/?EIO=4&transport=websocket"
ASK, LOOK = 0.2, 0.02
WAIT_S, CHUNK = 0.5, 65536


class Line:
    """The frames of a websocket that speaks Engine.IO 4 and Socket.IO 5."""

    def __init__(self, connection: socket.socket, host: str, cookie: str | None = None) -> None:
        self._connection, self._websocket = connection, WSConnection(ConnectionType.CLIENT)
        headers = [] if cookie is None else [(b"Cookie", cookie.encode())]
        connection.sendall(self._websocket.send(Request(host=host, target=PATH, extra_headers=headers)))
        self._begun = ""

    def send(self, text: str) -> None:
        """Send a frame."""
        self._connection.sendall(self._websocket.send(TextMessage(data=text)))

    def read(self) -> Iterator[str]:
        """Return the frames that come next, none after a while; raises OSError at the end."""
        try:
            data = self._connection.recv(CHUNK)
        except TimeoutError:
            return
        if not data:
            raise ConnectionError("the server is gone")
        self._websocket.receive_data(data)
        for event in self._websocket.events():
            if isinstance(event, Ping):
                self._connection.sendall(self._websocket.send(event.response()))
            if isinstance(event, TextMessage):
                self._begun += event.data
                if event.message_finished:
                    yield self._begun
                    self._begun = ""


class Watcher:
    """Follows the centre at one server, and reads from it."""

    def __init__(self, tape: Tape, url: str, bearer: str, seq: int, stop: Event) -> None:
        self._tape, self._url, self._bearer, self._stop = tape, url, bearer, stop
        self._seq, self._rng = seq, random.Random(url)
        self._name = f"screen at {url}"

    def run(self) -> None:
        """Watch until told to stop; connect again whenever the server is gone."""
        headers = {"Authorization": f"Bearer {self._bearer}"}
        with httpx.Client(base_url=f"{self._url}/api/v1/centres/{CENTRE}/", headers=headers, timeout=10) as http:
            while not self._stop.wait(0.05):
                with contextlib.suppress(OSError, httpx.TransportError):
                    self._follow(http)

    def _follow(self, http: httpx.Client) -> None:
        address = urlsplit(self._url)
        with socket.create_connection((address.hostname, address.port or 80), timeout=WAIT_S) as connection:
            line = Line(connection, address.netloc)
            while not self._stop.is_set():
                for frame in line.read():
                    self._receive(line, http, frame)

    def _receive(self, line: Line, http: httpx.Client, frame: str) -> None:
        """Answer one frame: a ping, the opening, the connection, what was missed, or an event."""
        kind, _, text = frame.partition(f"{NAMESPACE},")
        if kind == "2":
            line.send("3")
        elif kind.startswith("0"):
            line.send(f"40{NAMESPACE},{json.dumps({'key': self._bearer})}")
        elif kind == "40":
            line.send(f"42{NAMESPACE},1{json.dumps(['watch', {'centre': CENTRE, 'after': self._seq}])}")
        elif kind == "43":
            self._catch_up(http, json.loads(text[1:])[0])
        elif kind == "42":
            self._event(http, *json.loads(text))

    def _catch_up(self, http: httpx.Client, answer: Mapping[str, Any]) -> None:
        for event in answer.get("events", ()):
            self._hear(event)
        if answer.get("reload"):
            self._look(http)

    def _event(self, http: httpx.Client, name: str, message: Mapping[str, Any]) -> None:
        if name != "event":
            return
        is_new = message["seq"] > self._seq
        self._hear(message)
        if not is_new:
            return
        chance = self._rng.random()
        if chance < LOOK:
            self._look(http)
        elif chance < ASK:
            self._ask(http)

    def _hear(self, event: Mapping[str, Any]) -> None:
        self._tape.hear(event, self._name)
        self._seq = max(self._seq, event["seq"])

    def _look(self, http: httpx.Client) -> None:
        """Take a picture of the floor."""
        begun = self._tape.now()
        answer = http.get("snapshot")
        if answer.is_success:
            self._read(begun, picture_of(answer.json()))

    def _ask(self, http: httpx.Client) -> None:
        """Ask for the number of the last event, and what happened since the last one heard of."""
        begun = self._tape.now()
        answer = http.get("events", params={"after": max(0, self._seq - 1)})
        if answer.is_success and "events" in answer.json():
            told = answer.json()
            self._read(begun, Picture(told["seq"]))
            for event in told["events"]:
                self._hear(event)

    def _read(self, begun: int, picture: Picture) -> None:
        self._tape.observations.append(Operation("read", "", picture, begun, self._tape.now(), client=self._name))
