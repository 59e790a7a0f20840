"""Run a server under gunicorn, one worker with many threads: a socket holds one of them."""

import gc
import resource
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from server.addresses import Place
from server.app import Server
from server.config import Settings
from server.logs import set_up
from server.syslog import Syslog, collector_at
from server.web.together import TogetherWorker

CONNECTIONS = 4
"""So many connections for each thread: one that is answered, two that are kept, one whose request is on its way."""
OTHER_FILES = 500
GARBAGE = 10_000
"""After so many new objects that are still there Python looks for garbage: a batch of commands makes thousands."""


class IntoOurs(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Lets what gunicorn has to say stand in our log."""

    def setup(self, cfg: object) -> None:
        """Leave writing to the root of all logs."""
        super().setup(cfg)
        self.error_log.handlers = []
        self.error_log.propagate = True


class Process(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn master with one worker, which builds and starts its server after the fork."""

    def __init__(self, settings: Settings, build: Callable[[], Server]) -> None:
        self.settings, self._build = settings, build
        collector = collector_at(settings.syslog, settings.syslog_trusted)
        set_up(beside=None if collector is None else Syslog(collector))
        super().__init__()

    def load_config(self) -> None:
        """Set what was measured to matter: threads above sockets, a short stop, no control socket."""
        options: dict[str, object] = {
            "bind": f"{Place(self.settings.host)}:{self.settings.port}",
            "forwarded_allow_ips": "",  # `server.web.entrance` looks at what proxies say
            "workers": 1,
            "worker_class": TogetherWorker,
            "threads": self.settings.threads,
            "worker_connections": self.settings.threads * CONNECTIONS,
            "graceful_timeout": 5,
            "timeout": 60,
            "control_socket_disable": True,
            "loglevel": "warning",
            "logger_class": IntoOurs,
            "on_exit": _let_go_of_workers,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build and start the server, in the worker."""
        _open_what_may_be_open(self.settings.threads)
        server = self._build()
        server.start()
        _leave_alone_what_stays()
        self.cfg.set("worker_exit", lambda _arbiter, _worker: server.stop())
        return server.app


def _let_go_of_workers(arbiter: Any) -> None:  # as gunicorn has it
    """Close the file by which a worker shows that it lives, of one that had to be killed and was not waited for."""
    for worker in arbiter.WORKERS.values():
        worker.tmp.close()


def _open_what_may_be_open(threads: int) -> None:
    """Let this process open as many files as its connections need, as far as the machine lets it: shells give 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = threads * CONNECTIONS + OTHER_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if most > soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _leave_alone_what_stays() -> None:
    """Let the garbage collector pass by what was built at the start: now and then it made a request wait for that.

    What commands make is gone without it, but for a few cycles: to look for them at each 700 new objects, as Python
    does by itself, was a twentieth of all processor time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
