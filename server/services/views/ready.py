"""An answer that is ready to be sent: bytes made once, and a tag that tells it from every other."""

from dataclasses import dataclass
from hashlib import blake2b

import orjson

TAG_BYTES = 9


@dataclass(frozen=True, slots=True)
class Ready:
    """A JSON object as bytes, and the tag of its content (the quoted value of an `ETag`)."""

    tag: str
    body: bytes

    def at(self, name: str, moment: str) -> bytes:
        """Return the body with the moment of the answer as its last field, which is no part of what the tag covers."""
        return self.body[:-1] + f',"{name}":"{moment}"}}'.encode()


def ready(*parts: bytes) -> Ready:
    """Return the answer that has the fields of some JSON objects, none of which is empty."""
    body = b"{" + b",".join(part[1:-1] for part in parts) + b"}"
    return Ready(f'"{blake2b(body, digest_size=TAG_BYTES).hexdigest()}"', body)


def json_bytes(view: object) -> bytes:
    """Return a view, one of our frozen values, as JSON."""
    return orjson.dumps(view)
