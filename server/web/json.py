"""JSON of requests and answers, by orjson."""

from typing import Any

import orjson
from flask.json.provider import JSONProvider


class Json(JSONProvider):
    """Flask's JSON. RFC 8259 and no more: no NaN; keys keep the order in which they were written."""

    def dumps(self, obj: Any, **_options: Any) -> str:
        """Return the text of a value."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_options: Any) -> Any:
        """Return the value of a text; raises ValueError."""
        return orjson.loads(s)
