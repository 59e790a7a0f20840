"""Each kind of tampering of `docs/verify.md` is done to a real database and named by its code."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.domain.events.kinds import Kind
from server.storage.database import Database
from tests.conftest import new_database
from tests.factories import Floor, install_floor
from tests.services.proof.busy_day import SENIOR, busy_day
from tests.services.proof.forged_events import BEHIND_A_PERFECT_CHAIN
from tests.services.proof.forged_rows import IN_THE_TABLES, OF_THE_INSTALLATION
from tests.services.proof.forger import all_faults, codes, data_of, judge, place_of, present, rewrite, stored
from tests.services.proof.tampering import Tampering, sql

PAGE = Path(__file__).parents[3] / "docs" / "verify.md"
TAMPERINGS = [*BEHIND_A_PERFECT_CHAIN, *IN_THE_TABLES, *OF_THE_INSTALLATION]
FEWEST = 40


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[str], str]) -> Floor:
    """Return two days on which everything happened, to be copied and never changed."""
    folder = tmp_path_factory.mktemp("busy")
    with new_database("sqlite", folder, migrated("sqlite")) as url:
        db = Database(url, synchronous="OFF")
        floor = install_floor(db)
        busy_day(floor)
        db.close()
        return floor


@pytest.fixture
def floor(honest: Floor, tmp_path: Path) -> Iterator[Floor]:
    """Return a copy of the two days to tamper with."""
    with new_database("sqlite", tmp_path, honest.db.url) as url:
        db = Database(url, synchronous="OFF")
        yield Floor(db, honest.centre_id, honest.preset, begin=honest.begin, minutes=honest.minutes)
        db.close()


def test_the_days_are_honest_before_somebody_tampers_with_them(floor: Floor) -> None:
    assert judge(floor, present(floor)).faults == []
    assert all_faults(floor) == []


def test_a_forger_who_changes_nothing_is_none(floor: Floor) -> None:
    rewrite(floor, stored(floor))
    assert judge(floor, present(floor)).faults == []


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.what)
def test_tampering_is_named_by_its_code(floor: Floor, tampering: Tampering) -> None:
    tampering.forge(floor)
    faults = all_faults(floor)
    assert [fault.code for fault in faults[:1]] == [tampering.code], faults


def let_be_refused(floor: Floor) -> None:
    """Let an officer have refused whom they granted, with all that follows from it."""
    rows = stored(floor)
    decided = place_of(rows, Kind.TOKEN_FINISHED, SENIOR, 5)
    data_of(rows[decided]).update(outcome="refused", return_slip=True)
    for row in rows[decided:]:
        if data_of(row).get("token", {}).get("id") == data_of(rows[decided])["token"]["id"]:
            data_of(row)["token"] |= {"decision": "refused", "ends": "refused", "return_until": "2026-11-27"}
    rewrite(floor, rows)
    sql("UPDATE step SET outcome = 'refused' WHERE outcome = 'granted' AND seq < :seq", seq=rows[decided].seq)(floor)


def test_a_record_rewritten_by_its_own_rules_is_found_by_a_seal_kept_outside_and_by_nothing_else(floor: Floor) -> None:
    seal = present(floor)
    let_be_refused(floor)
    assert codes(floor) == set()
    assert codes(floor, seal) == {"anchor_missed"}


def test_a_record_cut_off_by_its_own_rules_is_found_by_a_seal_kept_outside(floor: Floor) -> None:
    seal, rows = present(floor), stored(floor)
    rewrite(floor, rows[: place_of(rows, Kind.DAY_CLOSED)])
    assert "anchor_missed" in codes(floor, seal)


def test_the_page_tells_each_kind_of_tampering_with_its_code() -> None:
    rows = re.findall(r"^\| (.+?) \| `(\w+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == [(tampering.what, tampering.code) for tampering in TAMPERINGS]
    assert len(rows) >= FEWEST
