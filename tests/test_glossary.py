"""The glossary holds: its names are in the code, the contract and on screens, and the words it bans name nothing."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from server.app import build_app
from server.config import Settings
from server.contract.__main__ import openapi_of
from server.domain.errors import Refused
from tests.test_docs import refusals

ROOT = Path(__file__).parents[1]
PACKAGES = ("server", "kiosk", "counter", "display", "hardware")
IN_SCRIPTS = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|([A-Za-z_$][\w$]*)", re.DOTALL)
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
PAGE = (ROOT / "docs/glossary.md").read_text("utf-8")
ROWS = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| **")]


def column(place: int, mark: str) -> list[tuple[str, str]]:
    """Return (idea, name) of what stands in marks in a column."""
    return [(row[0].split("**")[1], name) for row in ROWS for name in re.findall(mark, row[place])]


def banned() -> list[tuple[str, str]]:
    return [(idea, word) for idea, words in column(4, r" (.+) ") for word in words.split(", ") if word != "–"]


def names_of(path: Path) -> Iterator[str]:
    """Return every identifier of a module or a script; what is only imported or quoted is none."""
    text = path.read_text("utf-8")
    if path.suffix == ".js":
        yield from (name for name in IN_SCRIPTS.findall(text) if name)
        return
    for node in ast.walk(ast.parse(text)):
        for field in ("id", "attr", "arg", "name"):
            name = getattr(node, field, None)
            if isinstance(name, str) and not isinstance(node, ast.alias):
                yield name


@cache
def code() -> dict[str, str]:
    """Return each identifier of the product with a file in which it stands."""
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.*"))]
    ours = [path for path in files if path.suffix in (".py", ".js") and "vendor" not in path.parts]
    return {name: str(path.relative_to(ROOT)) for path in ours for name in names_of(path)}


@cache
def contract() -> frozenset[str]:
    """Return every word of the contract: names of fields and shapes, operations, codes, and parts of addresses."""
    document = openapi_of(build_app(Settings()))
    addresses = {part.strip("{}") for path in document["paths"] for part in path.split("/")}
    return frozenset(addresses | set(_words(document)) | {refusal.code for refusal in refusals(Refused)})


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    elif isinstance(value, str):
        yield value


@cache
def sentences() -> str:
    """Return all that screens and slips say in English."""
    with (ROOT / "server/wording/translations/hi/LC_MESSAGES/baari.po").open("rb") as file:
        messages = [message.id for message in read_po(file)]
    forms = [text for forms in messages for text in ([forms] if isinstance(forms, str) else forms)]
    return "\n".join(forms).lower()


@pytest.mark.parametrize(("idea", "name"), column(1, r"`([^`]+)`"))
def test_a_name_of_the_glossary_is_in_the_code(idea: str, name: str) -> None:
    assert name in code()


@pytest.mark.parametrize(("idea", "name"), column(2, r"`([^`]+)`"))
def test_a_name_of_the_glossary_is_in_the_contract(idea: str, name: str) -> None:
    assert name in contract()


@pytest.mark.parametrize(("idea", "words"), column(3, r"“([^”]+)”"))
def test_the_words_of_the_glossary_are_on_screens(idea: str, words: str) -> None:
    assert words.lower() in sentences()


@pytest.mark.parametrize(("idea", "word"), banned())
def test_a_word_that_an_idea_is_not_called_names_nothing(idea: str, word: str) -> None:
    places = {name: file for name, file in code().items() if word in map(str.lower, PARTS.findall(name))}
    assert places == {}


def test_each_idea_stands_once() -> None:
    ideas = [idea for row in ROWS for idea in re.findall(r"\*\*([^*]+)\*\*", row[0])]
    assert sorted(ideas) == sorted(set(ideas))
    assert len(ideas) > 70
