"""Write the contract of the screens beside their scripts: `python -m server.contract`."""

from collections.abc import Iterator
from pathlib import Path

from apiflask import APIFlask

from server.app import build_app
from server.config import Settings
from server.contract.pages import with_matrix
from server.contract.rules import rules_text
from server.contract.types import types_text
from server.contract.typescript import Schema

STATIC = Path(__file__).parents[1] / "static"
PERMISSIONS = Path(__file__).parents[2] / "docs" / "permissions.md"


def openapi_of(app: APIFlask) -> Schema:
    """Return the OpenAPI document of an app; raises TypeError if it should be kept as text."""
    with app.app_context():
        document = app.spec
    if isinstance(document, str):
        raise TypeError("the OpenAPI document is set to YAML")
    return document


def contract() -> Iterator[tuple[Path, str]]:
    """Return each file of the contract, and the text it has to hold."""
    yield STATIC / "contract.d.ts", types_text(openapi_of(build_app(Settings())))
    yield STATIC / "live" / "lifecycle.js", rules_text()
    yield PERMISSIONS, with_matrix(PERMISSIONS.read_text("utf-8"))


if __name__ == "__main__":
    for path, text in contract():
        path.write_text(text, "utf-8")
