"""Run a server under gunicorn, one worker with many threads: a socket holds one of them."""

import gc
from collections.abc import Callable

from flask import Flask
from gunicorn.app.base import BaseApplication

from server.app import Server
from server.config import Settings


class Process(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A gunicorn master with one worker, which builds and starts its server after the fork."""

    def __init__(self, settings: Settings, build: Callable[[], Server]) -> None:
        self._settings, self._build = settings, build
        super().__init__()

    def load_config(self) -> None:
        """Set what was measured to matter: threads above sockets, a short stop, no control socket."""
        options: dict[str, object] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._settings.threads,
            "worker_connections": self._settings.threads * 3,
            "graceful_timeout": 5,
            "timeout": 60,
            "control_socket_disable": True,
            "loglevel": "warning",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build and start the server, in the worker."""
        server = self._build()
        server.start()
        _leave_alone_what_stays()
        self.cfg.set("worker_exit", lambda _arbiter, _worker: server.stop())
        return server.app


def _leave_alone_what_stays() -> None:
    """Let the garbage collector pass by what was built at the start: now and then it made a request wait for that."""
    gc.collect()
    gc.freeze()
