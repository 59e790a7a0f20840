"""Days are written in one form, and read in no other."""

from datetime import date

import pytest

from server.domain.instants import read_day


def test_a_day_is_read_as_it_is_written() -> None:
    assert read_day("2026-11-24") == date(2026, 11, 24)


@pytest.mark.parametrize(
    "text", ["20261124", "2026-W48-2", "2026-11-24T00:00", "24-11-2026", "2026-02-30", "٢٠٢٦-١١-٢٤", " 2026-11-24", ""]
)
def test_no_other_form_of_a_day_is_read(text: str) -> None:
    with pytest.raises(ValueError, match="is not a day like 2026-11-24"):
        read_day(text)
