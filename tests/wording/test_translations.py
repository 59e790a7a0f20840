"""Every sentence of every screen stands in every language, with the same values in it."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from server.api.serving import BUTTONS

ROOT = Path(__file__).parents[2]
LANGUAGES = sorted(
    path.parent.parent.name for path in (ROOT / "server" / "wording" / "translations").glob("*/LC_MESSAGES/baari.po")
)
FOLDERS = ("server", "kiosk", "counter", "display")
SCRIPT = re.compile(r"""\bt\(\s*"((?:[^"\\]|\\.)+)"|\btn\(\s*"((?:[^"\\]|\\.)+)\"""")
TEMPLATE = re.compile(r"""\b(?:_|say)\(\s*(?:lang\s*,\s*)?"((?:[^"\\]|\\.)+)\"""")
PYTHON = re.compile(r"""\b(?:say\(|translate\(\s*\w+\s*,)\s*"((?:[^"\\]|\\.)+)\"""")
VALUE = re.compile(r"\{\w+\}")


def used() -> set[str]:
    """Return every sentence that a script, a template, a slip or a button of a console says."""
    found = {text for button in BUTTONS.values() for text in (button.words, button.done)}
    for folder in FOLDERS:
        for pattern, ending in ((SCRIPT, "*.js"), (TEMPLATE, "*.html"), (PYTHON, "*.py")):
            for path in (ROOT / folder).rglob(ending):
                if "vendor" not in path.parts:
                    matches = pattern.finditer(path.read_text("utf-8"))
                    found |= {next(filter(None, match.groups())) for match in matches}
    return found


def catalogue(language: str) -> dict[str, list[str]]:
    path = ROOT / "server" / "wording" / "translations" / language / "LC_MESSAGES" / "baari.po"
    with path.open("rb") as file:
        messages = [message for message in read_po(file, language) if message.id]
    forms = {}
    for message in messages:
        id_ = message.id if isinstance(message.id, str) else message.id[0]
        forms[id_] = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return forms


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    assert sorted(used() - set(catalogue(language))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_empty_or_loses_a_value(language: str) -> None:
    for text, forms in catalogue(language).items():
        for form in forms:
            assert form, text
            assert set(VALUE.findall(form)) - {"{n}"} == set(VALUE.findall(text)) - {"{n}"}, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_written_twice(language: str) -> None:
    text = (ROOT / "server" / "wording" / "translations" / language / "LC_MESSAGES" / "baari.po").read_text("utf-8")
    ids = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert sorted(ids) == sorted(set(ids))
