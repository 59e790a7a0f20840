"""The least that a Flask application does, under the gunicorn settings of the server: `python -m bench.bare PORT`.

It takes JSON and answers JSON of the size of an issued token, without a database, keys or checks.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, jsonify, request

from bench.server import HOST, SOCKETS, THREADS, Served, running
from server.app import Server
from server.config import Settings
from server.process import Process

PATH = "bare"
TOKEN = {"id": "019ac1f7-6f0e-7cc3-98c4-6d2b8f3c1a55", "label": "N417", "party": 1, "state": "waiting", "stage": "G"}
ANSWER = {
    "token": TOKEN,
    "ahead": 23,
    "wait": {"low_min": 20, "high_min": 35},
    "status_url": "http://127.0.0.1:8080/t/q3WkYb0m1xJr9sVhT5aZcEfG",
    "print": {"state": "none"},
}


def read() -> Response:
    """Answer."""
    return jsonify(ANSWER)


def take() -> Response:
    """Look at what was sent, and answer."""
    return jsonify({**ANSWER, "service": request.get_json()["service"]})


class Bare(Process):
    """The process of the server around an application that is not ours."""

    def load(self) -> Flask:
        """Return the application."""
        app = Flask("bare")
        app.add_url_rule(f"/api/v1/{PATH}", view_func=read)
        app.add_url_rule(f"/api/v1/{PATH}", view_func=take, methods=["POST"])
        return app


@contextmanager
def bare_server() -> Iterator[Served]:
    """Serve the application while the block runs."""
    with running(["bench.bare"], {}, f"/api/v1/{PATH}") as served:
        yield served


def main(port: int) -> None:
    """Serve."""
    settings = Settings(host=HOST, port=port, threads=int(THREADS), max_sockets=int(SOCKETS))
    Bare(settings, _no_server).run()


def _no_server() -> Server:
    raise RuntimeError("a bare process builds no server")


if __name__ == "__main__":
    main(int(sys.argv[1]))
