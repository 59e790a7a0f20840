"""Every kind of event is computed anew, and every field of a token is told by a code."""

from dataclasses import fields

from server.domain.events.kinds import Kind, TokenChange
from server.domain.proof.findings import STEP_CODES, TOKEN_CODES, differences
from server.domain.proof.notes import NOTES
from server.domain.proof.replay import RULES
from server.domain.token.token import STEP_NAMES, TOKEN_NAMES, Step, Token
from tests.factories import make_step, make_token

BY_THE_RECORD_BEFORE = {Kind.TOKEN_UNDONE}
"""An undo is compared with the record before what it takes back."""
READ_AS_NOTICES = {Kind.CENTRE_FROZEN, Kind.CENTRE_RESUMED}
"""Of older versions; each is brought into the form of a notice when it is read."""


def test_each_kind_of_event_has_one_function_that_computes_it_anew() -> None:
    changes = {change.kind for change in TokenChange.__subclasses__()}
    assert {*RULES, *changes, *NOTES, *BY_THE_RECORD_BEFORE} == set(Kind) - READ_AS_NOTICES
    assert not RULES.keys() & NOTES.keys()


def test_each_field_of_a_token_and_of_a_step_has_a_code() -> None:
    assert TOKEN_CODES.keys() == set(TOKEN_NAMES) == {field.name for field in fields(Token)} - {"step"}
    assert STEP_CODES.keys() == set(STEP_NAMES) == {field.name for field in fields(Step)}


def test_what_differs_is_told_with_both_values() -> None:
    token, other = make_token(), make_token(klass="F", step=make_step(counter="G1"))
    assert list(differences(token, token)) == []
    assert list(differences(token, other)) == [
        ("wrong_class", "N001: klass is F, computed anew it is N."),
        ("wrong_counter", "N001: counter is G1, computed anew it is none."),
    ]
