"""Which revision is the newest of this program, and which number the next one has."""

from pathlib import Path

from server.storage import schema

HEAD = max(file.name.split("_")[0] for file in (Path(schema.MIGRATIONS) / "versions").glob("[0-9]*.py"))
NEXT = f"{int(HEAD) + 1:04}"
