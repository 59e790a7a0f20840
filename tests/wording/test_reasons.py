"""A reason in words: made of the rule and its figures, wherever it is told."""

import pytest

from server.domain.calling.rule import Reason
from server.wording.reasons import REASONS, next_sentence, sentence_of

PARAMS = {"label": "T002", "class": "T", "target_s": 600, "waited_s": 1830, "passed_over": [{"label": "N001"}]}


def test_a_call_says_who_was_passed_over_and_for_how_many_minutes() -> None:
    text = sentence_of(Reason("relative_age", PARAMS), None, "en")
    assert text == "T002 was called before N001: 30 min of a wait of 10 min meant for its series."


def test_a_console_says_why_somebody_is_next_in_its_own_words() -> None:
    assert next_sentence(Reason("relative_age", PARAMS), "en") == "next: its limit of 10 min is nearest"
    assert next_sentence(Reason("preferred_here", PARAMS), "en") == "next: series T goes first here"


def test_of_a_rule_without_words_the_sentence_of_before_stands_and_the_next_is_simply_next() -> None:
    lottery = Reason("lottery", PARAMS, "T002 was drawn.")
    assert (sentence_of(lottery, None, "en"), next_sentence(lottery, "en")) == ("T002 was drawn.", "next")


@pytest.mark.parametrize("rule", REASONS)
def test_every_rule_has_a_sentence_without_a_gap(rule: str) -> None:
    text = sentence_of(Reason(rule, {**PARAMS, "quota": 3, "why": "unwell"}), None, "en")
    assert "T002" in text
    assert "{" not in text
