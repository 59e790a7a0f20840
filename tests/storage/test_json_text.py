"""The canonical JSON of a value is one text, whoever writes it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from server.storage.json_text import canonical, json_text

WORDS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.decimals(-1000, 1000, places=3).map(float)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_the_canonical_text_is_that_of_the_standard_library(value: object) -> None:
    """Hashes that were made by it must stay true."""
    assert canonical(value) == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@given(VALUES)
def test_what_a_column_keeps_is_read_as_it_was(value: object) -> None:
    assert json.loads(json_text(value)) == value
