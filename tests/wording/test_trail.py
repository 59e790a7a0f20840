"""Every kind of event has its words in the trail, in every language."""

import pytest

from server.domain.events.installation import Act
from server.domain.events.kinds import Kind
from server.wording.catalogue import SOURCE, catalogue, languages
from server.wording.trail import FLOOR, INSTALLATION, WHAT


def test_each_kind_of_each_chain_has_words_of_its_own() -> None:
    assert list(FLOOR) == [kind.value for kind in Kind]
    assert list(INSTALLATION) == [act.value for act in Act]
    assert len(set(WHAT.values())) == len(WHAT)


@pytest.mark.parametrize("language", [code for code in languages() if code != SOURCE])
def test_they_are_said_in_every_language(language: str) -> None:
    assert [words for words in WHAT.values() if words not in catalogue(language)] == []
