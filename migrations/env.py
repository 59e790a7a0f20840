"""Run the revisions on the connection that the caller hands in."""

from typing import Any, Literal

from alembic import context

from server.storage.metadata import METADATA
from server.storage.types import UtcDateTime, Words


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types as the plain types they are stored in."""
    plain = {UtcDateTime: "sa.BigInteger()", Words: "sa.String()"}
    return plain.get(type(item), False) if kind == "type" else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=render_item,
    transactional_ddl=True,
)
context.run_migrations()
