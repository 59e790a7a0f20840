"""JSON as text: as columns keep it, and the one form of it that hashes are made of."""

import orjson


def json_text(value: object) -> str:
    """Return the JSON text of a value."""
    return orjson.dumps(value).decode()


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value: names in order, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
