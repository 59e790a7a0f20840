"""Views that are ready, as answers of Flask: where a request is out of the usual, so that it came as far as here."""

from flask import Response, request

from server.services.views.ready import Ready


def send(ready: Ready, body: bytes, *, kept: bool = False) -> Response:
    """Return the answer: the body, or that the screen has it already; `kept` lets it be kept and asked for again."""
    response = Response(body, content_type="application/json")
    response.headers["ETag"] = ready.tag
    response.cache_control.no_cache = True if kept else None
    response.make_conditional(request)
    return response
