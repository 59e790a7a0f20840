"""JSON of requests and answers, by orjson."""

import re
from collections.abc import Iterable
from typing import IO, Any
from wsgiref.types import WSGIEnvironment

import orjson
from flask import Request, Response
from flask.json.provider import JSONProvider
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import cached_property

from server.web.text import IN_JSON, is_zeroed

JSON = "application/json"
MAX_BODY = 64 * 1024
LONG_BODY = 1024 * 1024
"""So long is the body of who closes a day: with the ids of 20,000 people who are here, which must come in one piece."""
LONG = re.compile(r"/days/[^/]+/close\Z")
NESTING = 32
"""So deep lists and objects may stand in each other: what compares or writes them goes down by itself."""


class Json(JSONProvider):
    """Flask's JSON. RFC 8259 and no more: no NaN, and no zero character but in a reference as it was typed.

    Keys keep the order they were written in.
    """

    def dumps(self, obj: Any, **_options: Any) -> str:  # as Flask has it
        """Return the text of a value."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:  # as Flask has it
        """Return the value of a text; raises ValueError."""
        text = s.encode() if isinstance(s, str) else s
        value = orjson.loads(text)
        if text.count(b"[") + text.count(b"{") > NESTING and is_deep(value):
            raise ValueError(f"Lists and objects stand in each other more than {NESTING} deep.")
        if IN_JSON in text and is_zeroed(value):
            raise ValueError("There is a zero character in the text.")
        return value

    def response(self, *args: Any, **kwargs: Any) -> Response:  # as Flask has it
        """Return an answer whose body is the value, as `jsonify` takes it."""
        return Response(orjson.dumps(self._prepare_response_obj(args, kwargs)), content_type=JSON)


def body_max(target: str) -> int:
    """Return how many bytes a body may have, by the target of its request as it stands in the request line."""
    return LONG_BODY if LONG.search(target.partition("?")[0]) else MAX_BODY


def is_deep(value: object) -> bool:
    """Return whether lists and objects stand in each other deeper than we take them."""
    level = [value]
    for _ in range(NESTING):
        level = [inner for outer in level if isinstance(outer, dict | list) for inner in _inside(outer)]
    return any(isinstance(each, dict | list) for each in level)


def _inside(outer: dict[str, object] | list[object]) -> Iterable[object]:
    return outer.values() if isinstance(outer, dict) else outer


class JsonRequest(Request):
    """A request whose empty body is an empty JSON object: a command without options needs none."""

    def __init__(self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False) -> None:
        super().__init__(environ, populate_request, shallow)
        # By the same text as whoever waited for the body: what one of them refuses the other must not read.
        self.body_max = self.max_content_length = body_max(environ.get("RAW_URI", self.path))

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body: where the server ends it at its declared length, the server's own stream.

        Werkzeug watches the limit while it reads, in pieces of 64 KiB, which costs more than a small command itself.
        Raises RequestEntityTooLarge.
        """
        size = self.content_length
        if size is None or "wsgi.input_terminated" not in self.environ:
            return super().stream
        if size > self.body_max:
            raise RequestEntityTooLarge
        return self.input_stream

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # as Werkzeug has it
        """Return the JSON body, `{}` when there is none."""
        return super().get_json(force, silent, cache) if self.get_data(cache=True) else {}
