"""Where backups stand in a store that speaks S3."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A place in a store: its host and port, the bucket, and how all names begin there (`centres/psk-demo/`)."""

    host: str
    encrypted: bool
    bucket: str
    prefix: str


def store_place(address: str) -> StorePlace:
    """Return the place that `https://HOST/BUCKET` or `https://HOST/BUCKET/PREFIX` names; raises ValueError."""
    parts = urlsplit(address)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or not bucket:
        raise ValueError("must be like https://HOST/BUCKET or https://HOST/BUCKET/PREFIX")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must hold no more than host, bucket and prefix; the key stands in a setting of its own")
    return StorePlace(parts.netloc, parts.scheme == "https", bucket, f"{prefix}/" if prefix else "")
