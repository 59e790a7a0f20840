"""Which languages there are, what they call themselves, and what is said where a word is missing."""

import re

import pytest

from server.wording.catalogue import SOURCE, catalogue, languages, own_name, translate
from tests.api.test_api import Api, api

__all__ = ["api"]
SPOKEN = re.compile(r'<p lang="(\w+)">([^<]+)</p>')
ADDRESSES = ("/kiosk/NOWHERE/K1", "/display/NOWHERE/board-a", "/t/no-such-page")


def test_the_languages_are_english_and_those_with_a_catalogue() -> None:
    first, *others = languages()
    assert first == SOURCE
    assert others == sorted(others)
    assert {"hi", "mr"} <= set(others)
    assert catalogue(SOURCE) == {}
    assert all(map(catalogue, others))


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "English"),
        ("hi", "हिन्दी"),
        ("mr", "मराठी"),
        ("ur", "اردو"),
        ("xx", "xx"),
        ("no such code", "no such code"),
    ],
)
def test_a_language_is_called_as_it_calls_itself_or_by_its_code(language: str, name: str) -> None:
    assert own_name(language) == name


def test_what_a_language_has_no_word_for_is_said_in_english() -> None:
    assert translate("hi", "{label} is lost", label="N001") == "N001 is lost"
    assert translate("xx", "{label} is in line", label="N001") == "N001 is in line"


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_without_a_centre_speaks_every_language(api: Api, address: str) -> None:
    said = dict(SPOKEN.findall(api.client.get(address).get_data(as_text=True)))
    assert {*languages()[1:]} <= said.keys() <= {*languages()}  # English may stand in the page itself
    assert len({*said.values()}) == len(said)
