"""The composition root: builds the parts of a server and hands each what it needs."""

import os
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Protocol
from wsgiref.types import WSGIEnvironment

from apiflask import APIFlask
from flask import Response, request
from flask_socketio import SocketIO

from counter.pages import bp as counter_pages_bp
from display.pages import bp as display_pages_bp
from kiosk.pages import bp as kiosk_pages_bp
from server.api import (
    appointments,
    approvals,
    bookings,
    centres,
    counters,
    days,
    devices,
    explanations,
    figures,
    floor,
    keys,
    lines,
    numbers,
    openapi,
    people,
    personal_data,
    reports,
    screens,
    seats,
    serving,
    status,
    token_changes,
    tokens,
    trail,
)
from server.api.operations import require_may
from server.clock import Clock
from server.config import Settings
from server.domain.derived import Purpose
from server.domain.ids import RandomBytes
from server.live.door import Door, guarded
from server.live.lobby import Lobby
from server.live.relay import Relay
from server.live.sockets import Guard, Places, Sockets
from server.live.wires import with_wires
from server.manager.approvals_page import approvals_bp
from server.manager.devices_page import devices_bp
from server.manager.pages import bp as manager_pages_bp
from server.manager.people_page import people_bp
from server.manager.personal_data_page import personal_data_bp
from server.manager.report_page import page_bp as report_page_bp
from server.manager.trail_page import trail_page_bp
from server.operations.backups import seal_of
from server.scheduler import Scheduler
from server.services.alarms import alarms
from server.services.alarms.alarms import mail_kind
from server.services.backups.shipping import Shipping
from server.services.backups.tail_folder import TailWriter
from server.services.floor.clock import begin
from server.services.floor.forecasts import foretold
from server.services.paper.slips import Sources, print_kind
from server.services.person_data import erasures
from server.services.person_data.leaving import look
from server.services.views.day_report import DayReports
from server.services.views.health import write_again
from server.services.views.stream import centres_now
from server.storage.database import Database
from server.storage.house import HouseClock
from server.storage.leader import Leader
from server.web import problems, text
from server.web.account import bp as account_bp
from server.web.backups import copies_wrong
from server.web.derived import Keyring
from server.web.entrance import Entrance
from server.web.front import Front
from server.web.guard import credential, socket_holder
from server.web.headers import secured
from server.web.health import Metrics
from server.web.health import bp as health_bp
from server.web.json import MAX_BODY, Json, JsonRequest
from server.web.later import Later
from server.web.limits import Limits
from server.web.pages import bp as pages_bp
from server.web.pairing import bp as pairing_bp
from server.web.pin import bp as pin_bp
from server.web.presence import Credential, Presence
from server.web.problems import problem
from server.web.reads import Reads
from server.web.request_id import identified
from server.web.routes import Routes
from server.web.second_step import bp as second_step_bp
from server.web.security_contact import bp as security_contact_bp
from server.web.senders import Senders
from server.web.site import EXTENSION, Site
from server.web.trial import WriteTrial
from server.web.views import Views
from server.web.workplace import bp as workplace_bp
from server.workers.backups import BackupTimer
from server.workers.mail import Post
from server.workers.outbox import OutboxWorker
from server.workers.printing import Printers
from server.workers.tail import TailShipper

PAGES = (
    health_bp,
    pages_bp,
    security_contact_bp,
    account_bp,
    second_step_bp,
    pin_bp,
    workplace_bp,
    pairing_bp,
    kiosk_pages_bp,
    counter_pages_bp,
    display_pages_bp,
    manager_pages_bp,
    report_page_bp,
    people_bp,
    approvals_bp,
    devices_bp,
    trail_page_bp,
    personal_data_bp,
)
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
    trail,
    explanations,
    people,
    personal_data,
    approvals,
    keys,
    devices,
)

BACKUP = (sys.executable, "-m", "server", "backup", "rotate")


class App(APIFlask):
    """Flask with our JSON and routes, and without coroutines, which it would look for in every function it calls."""

    request_class = JsonRequest
    json_provider_class = Json
    url_map_class = Routes  # type: ignore[assignment]  # as Flask has it: whatever makes a map

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:  # as Flask has it
        """Return the function: no view of ours is a coroutine."""
        return func

    def finalize_request(self, rv: Any, from_error_handler: bool = False) -> Response:  # as Flask has it
        """Return the answer as it is sent; what stands for one that comes later is no answer yet."""
        return rv if isinstance(rv, Later) else super().finalize_request(rv, from_error_handler)


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
    real = HouseClock(db)
    presence = Presence(db, real, settings.second_step, timedelta(minutes=settings.lock_minutes))
    senders = Senders(_credential_in(app), presence.principal)
    pages = Front(app.wsgi_app, views, senders.principal_of, metrics.count)
    socketio = SocketIO(
        app,
        async_mode="threading",
        cors_allowed_origins=[],  # the entrance looks at origins
        manage_session=False,
        max_http_buffer_size=MAX_BODY,
        json=app.json,
        async_handlers=False,  # a packet would start a thread
        allow_upgrades=False,
    )
    lobby = Lobby((settings.threads - settings.max_sockets + 1) // 2)
    door = Door(app.wsgi_app, lobby, guarded(socketio.server.eio), problem)
    inside = Entrance(with_wires(door, pages), settings)
    app.wsgi_app = secured(inside)  # type: ignore[assignment, method-assign]  # as Flask has it
    guard = Guard(socket_holder, presence.holder, presence.naming)
    app.wsgi_app = identified(app.wsgi_app, logged=settings.access_log)  # type: ignore[assignment, method-assign]
    places = Places(settings.max_sockets, settings.max_sockets_of_key, door.admit)
    sockets = Sockets(socketio, reads.read, guard, places, metrics.sockets.set)
    metrics.devices = sockets.devices
    scheduler: Scheduler  # it is made last, of all that it looks after
    looks = (presence.look, lambda _read: sockets.recheck(), lambda _read: scheduler.keep_pace())
    relay = Relay(db, sockets.tell, sockets.count, looks=looks)
    keyring = Keyring(db, settings.secret)
    reports = DayReports(db, lambda: keyring.keys().key(Purpose.SEALS))
    trial = WriteTrial(lambda: db.write(None, write_again))
    signs = (relay.alive, reports, keyring, sockets.connected, Limits(settings), trial)
    here = Site(db, reads, views, presence, settings, real, random_bytes, *signs)
    app.extensions[EXTENSION] = here
    sources = Sources(settings.url, settings.secret, foretold, db.now)
    kinds = [print_kind(sources, Printers(sockets.hint).perform)]
    kinds.append(mail_kind(settings.url, Post(settings.smtp_url, settings.mail_from, settings.alarm_to).perform))
    worker = OutboxWorker(db, kinds, random.random)
    backups = BackupTimer(settings.backup_dir, settings.backup_hours, BACKUP, real, settings.tail_dir)
    leader = Leader(db.url)
    leaving = partial(look, db, keyring.keys, settings.terms, real.now)
    remembering = partial(erasures.keep, db, settings.copies)
    by_the_clock: list[Callable[[], None]] = [backups.look, leaving, remembering, *_alarms(settings, db, real)]
    scheduler = Scheduler(db, real, leader, by_the_clock)
    tail = TailShipper(_shipping(settings, db), leader.leads, real)
    return Server(app, db, relay, (scheduler, worker, backups, tail))


def _alarms(settings: Settings, db: Database, clock: Clock) -> Iterator[Callable[[], None]]:
    """Return what looks whether an alarm is to be told; nothing where nobody is to hear of one."""
    if settings.smtp_url and settings.alarm_to:
        yield lambda: alarms.look(db, copies_wrong(settings, clock.now()))


def _shipping(settings: Settings, db: Database) -> Shipping | None:
    """Return what ships the tail, None where no folder is set; raises ValueError for recipients that are none."""
    if settings.tail_dir is None:
        return None
    return Shipping(db, TailWriter(settings.tail_dir, seal_of(settings, None, None, asked=False)))


def _credential_in(app: APIFlask) -> Callable[[WSGIEnvironment], Credential]:
    """Return what finds the credential in a request's headers; it raises Unauthenticated, Forbidden."""

    def credential_in(environ: WSGIEnvironment) -> Credential:
        with app.request_context(environ):
            return credential(request)

    return credential_in


def build_app(settings: Settings) -> APIFlask:
    """Return the app with its pages and its API; it answers once it has a site."""
    app = App("server", title="Baari", version="1", docs_path=None, spec_path=openapi.SPEC_PATH)
    problems.install(app, require_may)
    text.install(app)
    openapi.install(app)
    for blueprint in (*PAGES, *(resource.bp for resource in API)):
        app.register_blueprint(blueprint)
    return app
