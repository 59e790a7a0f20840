"""What a server says when it starts: what it serves, where, and with which database."""

from urllib.parse import urlsplit

from server.config import Settings
from server.operations.shared import with_database
from server.release import RELEASE
from server.storage import schema
from server.storage.sql.centres import all_centres

ALONE = "Only this machine can open it; BAARI_HOST=0.0.0.0 lets others in."
IN_THE_OPEN = "Staff may sign in over HTTP, where everybody on the network reads their passwords (BAARI_PLAIN_HTTP)."
ENCRYPTED_ONLY = "Staff of other machines sign in over HTTPS only; BAARI_PLAIN_HTTP=1 lets them in without."


def opening(settings: Settings) -> str:
    """Return what is served, at which addresses, and how: one line for each."""
    centres, revision = with_database(lambda db: db.read(lambda conn: (all_centres(conn), schema.revision_of(conn))))
    lines = [f"Baari {RELEASE} serves {', '.join(centre.code for centre in centres)}"]
    lines += [f"  {url}" for url in settings.addresses]
    lines += [f"  {name}, through a proxy" for name in settings.behind_proxy]
    lines += [f"  database: {database_in_words(settings.database)}, schema {revision}"]
    return "\n".join([*lines, f"  {who_comes_in(settings)}"])


def database_in_words(url: str) -> str:
    """Return which database an address names, without a password."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return f"SQLite in {url.removeprefix('sqlite:///')}"
    return f"PostgreSQL {parts.path.removeprefix('/')} at {parts.hostname or 'this machine'}"


def who_comes_in(settings: Settings) -> str:
    """Return from where, and over what, the server lets people in."""
    if settings.plain_http:
        return IN_THE_OPEN
    return ENCRYPTED_ONLY if settings.is_open else ALONE
