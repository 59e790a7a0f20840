"""An answer that comes later: whoever serves brings commands together, and holds no thread for each of them.

It offers so in the environment of a request. Then the application returns NOT_YET instead of an answer, and hands over
what the request is about: a command to run, and what makes its answer.
"""

from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue

from server.storage.database import Command
from server.web.json import JSON

OFFER = "baari.later"
"""Where a request has the function that takes what its answer waits for."""
NOT_YET: tuple[bytes, ...] = (b"",)
"""Stands for the body of an answer that comes later; it is told by its identity."""
RunAll = Callable[[Sequence[Command]], None]
"""Runs commands together; returns when each has its outcome."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """What an answer waits for; `answer`, by any thread, calls `start_response` and returns the body."""

    run_all: RunAll
    command: Command
    answer: Callable[[], Iterable[bytes]]


class Later(Response):
    """Stands for an answer in Flask until its command has an outcome; then it is as if the view returned it."""

    def __init__(self, run_all: RunAll, command: Command, respond: Callable[[Any], Response]) -> None:  # as it answers
        super().__init__(content_type=JSON)  # any: it is never sent, and Werkzeug would look for the usual one
        self._run_all, self._command, self._respond = run_all, command, respond

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand over what the answer waits for; it is made as part of this request, by whichever thread."""
        answer = partial(copy_context().run, self._answer, environ, start_response)
        environ[OFFER](Awaited(self._run_all, self._command, answer))
        return NOT_YET

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        app = current_app
        try:
            response: Response | ResponseReturnValue = self._respond(self._command.outcome())
        except Exception as error:  # Flask knows what is answered to each
            response = app.handle_user_exception(error)
        return app.finalize_request(response)(environ, start_response)


def later_is_offered() -> bool:
    """Whether the answer to the present request may come later."""
    return OFFER in request.environ
