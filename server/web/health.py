"""Is the process alive, can it work, and what does it count."""

import shutil
import time
from collections import Counter as Counting
from collections.abc import Callable, Mapping
from pathlib import Path

from apiflask import APIBlueprint
from flask import Flask, Response, g, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from server.domain.errors import Unavailable
from server.release import RELEASE
from server.services.bookings import search
from server.services.floor.clock import doubted_centres
from server.services.views import health
from server.storage.transaction import Read
from server.web.backups import backups_wrong, tail_wrong
from server.web.guard import ENCRYPTED, set_cookie
from server.web.sign_in import may_sign_in
from server.web.site import read, site

bp = APIBlueprint("health", __name__, enable_openapi=False)
TRIAL, TRIAL_S = "baari_trial", 60


@bp.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok", release=RELEASE)


@bp.get("/reach")
def reach() -> Response:
    """How the request came here, for `baari doctor`: over what, by which name, and whether its cookie came back."""
    came = {TRIAL, ENCRYPTED + TRIAL} & request.cookies.keys()
    answer = jsonify(scheme=request.scheme, host=request.host, sign_in=may_sign_in(), cookie=bool(came))
    set_cookie(answer, TRIAL, "1", TRIAL_S)
    return answer


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers and can be written to, has our schema and was made with our secret, and events go out.

    How much room the disk has, whose clock is doubted, how many bookings are to be imported again, and what is wrong
    with backups by the clock (`no_folder`, `failed`, `not_copied`, `stale`, null) and with the tail, stands beside.
    """
    checks = {"database": _database_ready(), "write": site().trial.passes(), "live": site().live()}
    checks["secret"] = checks["database"] and site().keyring.fits()
    ready = all(checks.values())
    doubted = _doubted_clocks() if checks["database"] else {}
    old, status = _to_import_again() if ready else {}, "ready" if ready else "not ready"
    answer = jsonify(
        status=status,
        checks=checks,
        doubted_clocks=doubted,
        bookings_to_import_again=old,
        backups=backups_wrong(),
        tail=tail_wrong(),
        disk_free_mb=_disk_free_mb(site().settings.data_dir),
    )
    return answer, 200 if ready else 503


def _to_import_again() -> dict[str, int]:
    """Return how many bookings of each centre stand under an older hash: they are found, but not however typed."""
    in_force, now = site().derived_keys().in_force, site().real.now()
    return {old.code: old.count for old in read(lambda conn: list(search.to_import_again(conn, in_force, now)))}


def _disk_free_mb(folder: Path) -> int | None:
    """Return how much room there is where the data stands, None where that cannot be seen."""
    try:
        return shutil.disk_usage(folder).free // 2**20
    except OSError:
        return None


def _database_ready() -> bool:
    try:
        return read(health.schema_is_current)
    except Unavailable:
        return False


def _doubted_clocks() -> Mapping[str, str]:
    """Return the centres whose clock waits for a person, each with why; they are served all the same."""
    try:
        return read(lambda conn: doubted_centres(conn, site().db.told))
    except Unavailable:
        return {}


Device = tuple[str, str]
"""The code of a centre, and the id of a device in it."""


class Metrics:
    """What `/metrics` tells, one registry for each app; `devices` counts the screens of each device."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        names = ["endpoint", "status"]
        self.requests = Counter("baari_requests", "HTTP requests", names, registry=self.registry)
        self.seconds = Histogram("baari_request_seconds", "Time to answer", ["endpoint"], registry=self.registry)
        self._counts: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self.lines = Counter("baari_line_computations", "Lines that were put in order", registry=self.registry)
        self.sockets = Gauge("baari_sockets", "Sockets connected", registry=self.registry)
        self.screens = Gauge("baari_screens", "Screens of a device", ["centre", "device"], registry=self.registry)
        self.devices: Callable[[], Counting[Device]] = Counting
        self.events = Gauge("baari_events", "Events of a centre", ["centre"], registry=self.registry)
        self.open_tokens = Gauge("baari_open_tokens", "Tokens under way", ["centre", "state"], registry=self.registry)

    def install(self, app: Flask) -> None:
        """Count every request of the app and serve `/metrics`."""
        app.before_request(self._begin)
        app.after_request(self._end)
        app.add_url_rule("/metrics", "metrics", self._page)

    def _begin(self) -> None:
        g.began = time.perf_counter()

    def _end(self, response: Response) -> Response:
        if "began" in g:
            self.count(request.endpoint or "none", response.status_code, time.perf_counter() - g.began)
        return response

    def count(self, endpoint: str, status: int, seconds: float) -> None:
        """Count an answer, and the time it took."""
        requests, times = self._counts.get((endpoint, status)) or self._counts_of(endpoint, status)
        requests.inc()
        times.observe(seconds)

    def _counts_of(self, endpoint: str, status: int) -> tuple[Counter, Histogram]:
        """Return what counts such answers, kept because finding it takes longer than counting."""
        counts = self._counts[endpoint, status] = self.requests.labels(endpoint, status), self.seconds.labels(endpoint)
        return counts

    def _page(self) -> Response:
        read(self._gauge_centres)
        self.screens.clear()
        for (centre, device), count in self.devices().items():
            self.screens.labels(centre, device).set(count)
        return Response(generate_latest(self.registry), content_type=CONTENT_TYPE_LATEST)

    def _gauge_centres(self, read: Read) -> None:
        self.open_tokens.clear()
        for centre in health.counts(read):
            self.events.labels(centre.code).set(centre.events)
            for state, count in centre.open_tokens.items():
                self.open_tokens.labels(centre.code, state).set(count)
