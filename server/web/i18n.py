"""Words in the languages of a centre: one gettext domain, English as the source, a slice of it for each page."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

DOMAIN = "baari"
SOURCE = "en"
ROOT = Path(__file__).parents[2]
SHARED = ROOT / "server" / "static" / "ui"

Forms = str | list[str]
CALL = re.compile(r"""\bt\(\s*"((?:[^"\\]|\\.)+)"|\btn\(\s*"((?:[^"\\]|\\.)+)"\s*,\s*"((?:[^"\\]|\\.)+)\"""")


@cache
def catalogue(language: str) -> Mapping[str, Forms]:
    """Return the words of a language: a sentence, or its two forms by number; empty for the source language."""
    path = files("server") / "translations" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, language)
    return {_source(m.id): _forms(m.string) for m in messages if m.id and m.string}


def translate(language: str, text: str, **values: Any) -> str:
    """Return `text` in a language with `{names}` replaced; the source where a language has no word for it."""
    found = catalogue(language).get(text, text)
    return (found if isinstance(found, str) else found[0]).format_map(values) if values else str(found)


def words_for(script_folder: Path, languages: Iterable[str]) -> dict[str, dict[str, Forms]]:
    """Return the words that the scripts of a page use, in each language but the source."""
    used = sentences_in(script_folder) | sentences_in(SHARED)
    return {
        language: {text: catalogue(language)[text] for text in sorted(used) if text in catalogue(language)}
        for language in languages
        if language != SOURCE
    }


@cache
def sentences_in(folder: Path) -> frozenset[str]:
    """Return every sentence that the scripts of a folder say with `t("…")` or `tn("…", "…", n)`."""
    found = (match for path in sorted(folder.glob("*.js")) for match in CALL.finditer(path.read_text("utf-8")))
    return frozenset((match[1] or match[2]).replace('\\"', '"') for match in found)


def _source(id_: str | list[str] | tuple[str, ...]) -> str:
    return id_ if isinstance(id_, str) else id_[0]


def _forms(string: str | list[str] | tuple[str, ...]) -> Forms:
    return string if isinstance(string, str) else list(string)
