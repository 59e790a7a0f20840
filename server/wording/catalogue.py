"""Words in the languages of a centre: one gettext domain, with English as the source."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel.messages.pofile import read_po

DOMAIN = "baari"
SOURCE = "en"

Forms = str | list[str]
"""A sentence, or its two forms by number."""


@cache
def catalogue(language: str) -> Mapping[str, Forms]:
    """Return the words of a language: a sentence, or its two forms by number; empty for the source language."""
    path = files("server.wording") / "translations" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, language)
    return {_source(m.id): _forms(m.string) for m in messages if m.id and m.string}


def translate(language: str, text: str, **values: Any) -> str:
    """Return `text` in a language with `{names}` replaced; the source where a language has no word for it."""
    translated = catalogue(language).get(text, text)
    return (
        (translated if isinstance(translated, str) else translated[0]).format_map(values) if values else str(translated)
    )


def _source(id_: str | list[str] | tuple[str, ...]) -> str:
    return id_ if isinstance(id_, str) else id_[0]


def _forms(string: str | list[str] | tuple[str, ...]) -> Forms:
    return string if isinstance(string, str) else list(string)
