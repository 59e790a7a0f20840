"""The composition root: builds the parts of a server and hands each what it needs."""

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from wsgiref.types import WSGIEnvironment

from apiflask import APIFlask
from flask import request
from flask_socketio import SocketIO

from counter.pages import bp as counter_pages_bp
from display.pages import bp as display_pages_bp
from kiosk.pages import bp as kiosk_pages_bp
from server.api import (
    appointments,
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
from server.domain.derived import Purpose
from server.domain.ids import RandomBytes
from server.live.relay import Relay
from server.live.sockets import Guard, Sockets
from server.live.wires import with_wires
from server.manager.pages import bp as manager_pages_bp
from server.manager.report_page import page_bp as report_page_bp
from server.scheduler import Scheduler
from server.services.floor.clock import begin
from server.services.floor.forecasts import foretold
from server.services.paper.slips import Sources, print_kind
from server.services.views.day_report import DayReports
from server.services.views.stream import centres_now
from server.storage.database import Database
from server.storage.leader import Leader
from server.web import problems, text
from server.web.derived import Keyring
from server.web.front import Front
from server.web.guard import credential, socket_holder
from server.web.headers import secured
from server.web.health import Metrics
from server.web.health import bp as health_bp
from server.web.json import MAX_BODY, Json, JsonRequest
from server.web.pages import bp as pages_bp
from server.web.presence import Credential, Presence
from server.web.reads import Reads
from server.web.senders import Senders
from server.web.site import EXTENSION, Site
from server.web.views import Views
from server.workers.outbox import OutboxWorker
from server.workers.printing import Printers

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
    appointments,
    figures,
    reports,
    explanations,
)


class App(APIFlask):
    """Flask with our JSON and without coroutines, which it would look for in every function it calls."""

    request_class = JsonRequest
    json_provider_class = Json

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:  # as Flask has it
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
        """Decide whether this is the start after a power cut, then begin to send events, and what runs beside."""
        for centre in self.db.read(centres_now):
            self.db.write(centre.id, begin)
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
    db = db or Database(settings.database)
    if clock is not None:
        db.clock = clock
    app = build_app(settings)
    metrics = Metrics()
    metrics.install(app)
    reads = Reads(db)
    views = Views(reads, db.now, metrics.lines.inc)
    real = SystemClock()
    presence = Presence(db, real)
    senders = Senders(_credential_in(app), presence.principal)
    pages = Front(app.wsgi_app, views, senders.principal_of, settings.hosts, metrics.count)
    socketio = SocketIO(
        app,
        async_mode="threading",
        cors_allowed_origins=list(settings.origins),
        manage_session=False,
        max_http_buffer_size=MAX_BODY,
        json=app.json,
    )
    app.wsgi_app = secured(with_wires(app.wsgi_app, pages))  # type: ignore[assignment, method-assign]  # as Flask has it
    guard = Guard(socket_holder, presence.holder)
    sockets = Sockets(socketio, reads.read, guard, settings.max_sockets, metrics.sockets.set)
    looks = (presence.look, lambda _read: sockets.recheck())
    relay = Relay(db, sockets.tell, sockets.count, looks=looks)
    keyring = Keyring(db, settings.secret)
    reports = DayReports(db, lambda: keyring.keys().key(Purpose.SEALS))
    here = Site(db, reads, views, presence, settings, real, random_bytes, relay.alive, reports, keyring)
    app.extensions[EXTENSION] = here
    sources = Sources(settings.url, settings.secret, foretold, db.now)
    kinds = [print_kind(sources, Printers(sockets.hint).perform)]
    worker = OutboxWorker(db, kinds, random.random)
    return Server(app, db, relay, (Scheduler(db, real, Leader(db.url)), worker))


def _credential_in(app: APIFlask) -> Callable[[WSGIEnvironment], Credential]:
    """Return what finds the credential in a request's headers; it raises Unauthenticated, Forbidden."""

    def credential_in(environ: WSGIEnvironment) -> Credential:
        with app.request_context(environ):
            return credential(request)

    return credential_in


def build_app(settings: Settings) -> APIFlask:
    """Return the app with its pages and its API; it answers once it has a site."""
    app = App("server", title="Baari", version="1", docs_path=None, spec_path=openapi.SPEC_PATH)
    app.config["TRUSTED_HOSTS"] = list(settings.hosts)
    problems.install(app)
    text.install(app)
    openapi.install(app)
    for blueprint in (*PAGES, *(resource.bp for resource in API)):
        app.register_blueprint(blueprint)
    return app
