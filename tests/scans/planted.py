"""A page with two holes that every scanner must find: SQL put together from what is sent, words said as they came."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask, request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.processes import free_port

FIND = "/find?name=a"


class Quiet(WSGIRequestHandler):
    """Writes no line for each of thousands of tries."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 -- the name is werkzeug's
        """Say nothing."""


@contextmanager
def planted() -> Iterator[str]:
    """Serve the page while somebody looks at it; gives its address."""
    app = Flask(__name__)

    @app.get("/")
    def _start() -> str:
        return f'<a href="{FIND}">find</a> <a href="/say?word=hello">say</a>'

    @app.get("/find")
    def _find() -> str:
        db = sqlite3.connect(":memory:")
        db.executescript("CREATE TABLE t (name); INSERT INTO t VALUES ('a')")
        try:
            return str(db.execute(f"SELECT name FROM t WHERE name = '{request.args.get('name', '')}'").fetchall())
        except sqlite3.Error as error:
            return str(error)
        finally:
            db.close()

    @app.get("/say")
    def _say() -> str:
        return f"<p>{request.args.get('word', '')}</p>"

    server = make_server("127.0.0.1", free_port(), app, threaded=True, request_handler=Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
