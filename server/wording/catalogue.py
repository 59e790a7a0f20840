"""Words in the languages of a centre: one gettext domain, with English as the source."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.messages.pofile import read_po

DOMAIN = "baari"
TRANSLATIONS = files("server.wording") / "translations"
SOURCE = "en"

Forms = str | list[str]
"""A sentence, or its two forms by number."""


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages there are words in: the source, and each folder of `translations`."""
    return (SOURCE, *sorted(folder.name for folder in TRANSLATIONS.iterdir() if folder.is_dir()))


@cache
def own_name(language: str) -> str:
    """Return what a language calls itself, from the Unicode CLDR; its code where that does not know it."""
    try:
        return Locale.parse(language, sep="-").get_language_name() or language
    except (UnknownLocaleError, ValueError):
        return language


@cache
def catalogue(language: str) -> Mapping[str, Forms]:
    """Return the words of a language: a sentence, or its two forms by number; empty for the source language."""
    path = TRANSLATIONS / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        messages = read_po(file, language)
    return {_source(m.id): _forms(m.string) for m in messages if m.id and m.string}


def translate(language: str, text: str, **values: object) -> str:
    """Return `text` in a language with `{names}` replaced; the source where a language has no word for it."""
    translated = catalogue(language).get(text, text)
    return (
        (translated if isinstance(translated, str) else translated[0]).format_map(values) if values else str(translated)
    )


def _source(id_: str | list[str] | tuple[str, ...]) -> str:
    return id_ if isinstance(id_, str) else id_[0]


def _forms(string: str | list[str] | tuple[str, ...]) -> Forms:
    return string if isinstance(string, str) else list(string)
