"""A screen that opens an address: its page, its socket, its cookie, its certificate; it knows nothing of the server."""

import json
import re
import socket
import ssl
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TypedDict, cast
from urllib.parse import urlsplit

PATIENCE_S = 5
REACH = "/reach"
SOCKET = "/socket.io/?EIO=4&transport="
COOKIE = re.compile(r"^([^=;]+)=([^;]*)(.*)$")
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "YmFhcmkgZG9jdG9yIGhlcg==",
}


class Unknown(Exception):
    """The name leads nowhere."""


class Foreign(Exception):
    """Something answers that is no page of ours."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Reached(TypedDict):
    """How the server saw a request."""

    scheme: str
    cookie: bool


class Screen:
    """Opens one address; `distrust` says why its certificate was not trusted, `days_left` how long it is good."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._scheme, self.host, self._port = (parts := urlsplit(url)).scheme, parts.hostname or "", parts.port
        self.distrust: str | None = None
        self.days_left: int | None = None
        self._cookies: dict[str, str] = {}

    def reach(self) -> Reached:
        """Open the page that says how we came; raises Unknown, Foreign, OSError."""
        try:
            answer = json.loads(self.read(REACH))
        except ValueError:
            raise Foreign(200) from None
        if not isinstance(answer, dict) or not Reached.__annotations__.keys() <= answer.keys():
            raise Foreign(200)
        return cast(Reached, answer)

    def read(self, path: str) -> str:
        """Return the text at an address; raises Unknown, Foreign, OSError."""
        status, text = self._ask(path, {})
        if status != 200:
            raise Foreign(status)
        return text

    def poll(self) -> int:
        """Open the socket as a screen that polls would; returns the status."""
        return self._ask(f"{SOCKET}polling", {"Origin": self.url})[0]

    def upgrade(self) -> int:
        """Open the socket as a websocket; returns the status, 101 is right."""
        return self._ask(f"{SOCKET}websocket", {"Origin": self.url, **HANDSHAKE})[0]

    def _ask(self, path: str, headers: dict[str, str]) -> tuple[int, str]:
        connection = self._connect()
        try:
            if self._cookies:
                headers = headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            self._keep(answer.headers.get_all("Set-Cookie") or [])
            return answer.status, "" if answer.status == 101 else answer.read().decode("utf-8", "replace")
        except HTTPException as error:
            raise OSError(f"no HTTP is spoken there ({type(error).__name__})") from error
        finally:
            connection.close()

    def _keep(self, cookies: list[str]) -> None:
        """Keep cookies as a browser does: one for encrypted connections only is kept by no other."""
        for match in filter(None, map(COOKIE.match, cookies)):
            if self._scheme == "https" or "secure" not in match[3].lower():
                self._cookies[match[1]] = match[2]

    def _connect(self) -> HTTPConnection:
        """Return a connection; a certificate that is not trusted is noted, and gone on with."""
        try:
            if self._scheme == "http":
                return self._connected(HTTPConnection(self.host, self._port, timeout=PATIENCE_S))
            return self._encrypted()
        except socket.gaierror as error:
            raise Unknown(error.strerror) from error

    def _encrypted(self) -> HTTPConnection:
        context = ssl.create_default_context()
        if self.distrust is not None:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = HTTPSConnection(self.host, self._port, timeout=PATIENCE_S, context=context)
        try:
            self._connected(connection)
        except ssl.SSLCertVerificationError as error:
            self.distrust = error.verify_message
            return self._encrypted()
        if self.distrust is None and isinstance(connection.sock, ssl.SSLSocket):
            ends = ssl.cert_time_to_seconds(str((connection.sock.getpeercert() or {})["notAfter"]))
            self.days_left = (datetime.fromtimestamp(ends, UTC) - datetime.now(UTC)).days
        return connection

    @staticmethod
    def _connected(connection: HTTPConnection) -> HTTPConnection:
        connection.connect()
        return connection
