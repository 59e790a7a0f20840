"""Write the next revision: `python -m migrations.new "Zones have a colour"`.

It holds what the models have that the revisions do not make yet; rows that are there already are the author's part.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from server.storage import schema
from server.storage.engines import open_connections
from server.storage.metadata import METADATA
from server.storage.types import UtcDateTime, WaysBack, Words

PLAIN = {UtcDateTime: "sa.BigInteger()", Words: "sa.String()", WaysBack: "sa.String()"}
FORMAT = {
    "hooks": "ruff",
    "ruff.type": "module",
    "ruff.module": "ruff",
    "ruff.options": "format -q REVISION_SCRIPT_FILENAME",
}


def write(message: str, models: MetaData = METADATA) -> Path:
    """Write the next revision into the folder of revisions; returns its file."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/scratch.sqlite"
        schema.migrate(url, synchronous="OFF")
        writer, reader = open_connections(url)
        with writer.transaction() as connection:
            config = _config(connection=connection, models=models, render_item=_render)
            latest = ScriptDirectory.from_config(config).get_current_head() or "0100"
            revision = f"{int(latest) + 1:04}"
            command.revision(config, message, autogenerate=True, rev_id=revision)
        writer.close()
        reader.close()
    return Path(ScriptDirectory.from_config(config).get_revision(revision).path)


def _config(**attributes: object) -> Config:
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    for option, value in FORMAT.items():
        config.set_section_option("post_write_hooks", option, value)
    return config


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own types as the plain types they are stored in, so that the revision does not need them."""
    return PLAIN.get(type(item), False) if kind == "type" else False


if __name__ == "__main__":
    write(" ".join(sys.argv[1:]))
