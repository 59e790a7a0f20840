"""The composition root: builds the parts of a server and hands each what it needs."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from apiflask import APIFlask
from flask_socketio import SocketIO

from counter.pages import bp as counter_pages_bp
from display.pages import bp as display_pages_bp
from kiosk.pages import bp as kiosk_pages_bp
from server.api import (
    bookings,
    centres,
    counters,
    days,
    explanations,
    figures,
    floor,
    lines,
    numbers,
    openapi,
    reports,
    screens,
    seats,
    serving,
    status,
    token_changes,
    tokens,
)
from server.clock import Clock, SystemClock
from server.config import Settings
from server.domain.ids import RandomBytes
from server.live.relay import Relay
from server.live.sockets import Sockets
from server.live.wires import with_wires
from server.manager.pages import bp as manager_pages_bp
from server.manager.report_page import page_bp as report_page_bp
from server.scheduler import Scheduler
from server.storage.database import Database
from server.web import headers, problems, text
from server.web.guard import socket_principal
from server.web.health import Metrics
from server.web.health import bp as health_bp
from server.web.json import MAX_BODY, Json, JsonRequest
from server.web.pages import bp as pages_bp
from server.web.site import EXTENSION, Site
from server.workers.printing import PrintWorker

PAGES = (health_bp, pages_bp, kiosk_pages_bp, counter_pages_bp, display_pages_bp, manager_pages_bp, report_page_bp)
API = (
    centres,
    tokens,
    token_changes,
    counters,
    serving,
    seats,
    lines,
    screens,
    status,
    floor,
    days,
    numbers,
    bookings,
    figures,
    reports,
    explanations,
)


class App(APIFlask):
    """Flask with our JSON and without coroutines, which it would look for in every function it calls."""

    request_class = JsonRequest
    json_provider_class = Json

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function: no view of ours is a coroutine."""
        return func


class Beside(Protocol):
    """A thread that lives and ends with the server."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server: `app` answers, `relay` sends events, `beside` are threads of this server only."""

    app: APIFlask
    db: Database
    relay: Relay
    beside: tuple[Beside, ...] = ()

    def start(self) -> None:
        """Begin to send events, and what runs beside."""
        self.relay.start()
        for part in self.beside:
            part.start()

    def stop(self) -> None:
        """Stop what runs beside and the sending, finish the commands under way and close the database."""
        for part in self.beside:
            part.stop()
        self.relay.stop()
        self.db.close()


def build_server(
    settings: Settings,
    *,
    clock: Clock | None = None,
    random_bytes: RandomBytes = os.urandom,
    db: Database | None = None,
) -> Server:
    """Return a server for the settings; the clock and the randomness can be handed in."""
    clock = clock or SystemClock()
    db = db or Database(settings.database, clock=clock)
    app = _build_app(settings)
    metrics = Metrics()
    metrics.install(app)
    pages = app.wsgi_app
    socketio = SocketIO(
        app,
        async_mode="threading",
        cors_allowed_origins=list(settings.origins),
        manage_session=False,
        max_http_buffer_size=MAX_BODY,
        json=app.json,
    )
    app.wsgi_app = with_wires(app.wsgi_app, pages)  # type: ignore[assignment, method-assign]  # as Flask's documentation says
    sockets = Sockets(socketio, db, socket_principal, settings.max_sockets, metrics.sockets.set)
    relay = Relay(db, sockets.tell, sockets.count, clock)
    real = SystemClock()
    app.extensions[EXTENSION] = Site(db, settings, clock, real, random_bytes, relay.alive)
    worker = PrintWorker(db, sockets.hint)
    return Server(app, db, relay, (Scheduler(db, real, clock), worker))


def _build_app(settings: Settings) -> APIFlask:
    app = App("server", title="Baari", version="1", docs_path=None, spec_path=openapi.SPEC_PATH)
    app.config["TRUSTED_HOSTS"] = list(settings.hosts)
    problems.install(app)
    text.install(app)
    headers.install(app)
    openapi.install(app)
    for blueprint in (*PAGES, *(resource.bp for resource in API)):
        app.register_blueprint(blueprint)
    return app
