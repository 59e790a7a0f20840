"""The report of a day: its figures, its certificate, and a seal that later changes do not pass."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.domain.errors import InvalidInput
from server.domain.proof.seals import read_seal
from server.operations.report_lines import certificate_lines, report_lines
from server.services.figures.reports import day_report
from server.services.proof.verify import Anchor, verify
from tests.factories import CENTRE, DAY, MORNING, Floor

SECRET = b"secret"


def report(floor: Floor, **told: Any) -> dict[str, Any]:
    now = told.pop("now", MORNING + timedelta(hours=8))
    return floor.db.read(lambda conn: day_report(conn, floor.centre, told.get("day"), now, SECRET))


def a_day(floor: Floor) -> None:
    """Two people, one of them called out of order; a stop; an action taken back; the close."""
    floor.open("G1", "G2")
    floor.issue()
    second = floor.issue()
    floor.call_token("G1", second)
    floor.start("G1")
    floor.finish("G1")
    floor.freeze()
    floor.unfreeze()
    floor.call("G2")
    floor.undo("G2")
    floor.close_day()


def test_a_closed_day_has_its_figures_its_certificate_and_its_seal(floor: Floor) -> None:
    a_day(floor)
    told = report(floor)
    assert (told["day"], told["closed"], told["figures"]["issued"]) == ("2026-11-24", True, 2)
    certificate = told["certificate"]
    assert (certificate["ok"], certificate["calls"], certificate["undone"]) == (True, 2, 1)
    assert certificate["out_of_order"] == {"unwell": 1}
    assert [one["what"] for one in told["freezes"]] == ["centre.frozen", "centre.resumed"]
    seal = read_seal(told["seal"]["text"], SECRET)
    assert (seal.centre, seal.day, seal.seq, seal.head) == (CENTRE, DAY, floor.centre.event_seq, floor.centre.head)


def test_the_seal_of_a_day_holds_on_the_next_day_and_not_after_a_change(floor: Floor) -> None:
    a_day(floor)
    seal = read_seal(report(floor)["seal"]["text"], SECRET)
    anchor = Anchor(seal.seq, seal.head)
    floor.write(lambda tx: tx.change_centre(closed_day=None))
    floor.open("G1")
    assert floor.db.read(lambda conn: verify(conn, floor.centre, [anchor])).ok
    floor.db.write(None, lambda tx: tx.conn.execute(text("UPDATE event SET actor = 'else' WHERE seq = 3")))
    faults = floor.db.read(lambda conn: verify(conn, floor.centre, [anchor])).faults
    assert faults[0].code == "chain_broken"


def test_a_day_that_runs_is_reported_until_now_and_says_so(floor: Floor) -> None:
    floor.issue()
    told = report(floor, now=MORNING + timedelta(hours=1))
    assert (told["closed"], told["figures"]["issued"], told["seal"]["seq"]) == (False, 1, 1)
    assert "not closed yet" in report_lines(told)[0]


def test_a_day_without_a_call_has_an_empty_certificate(floor: Floor) -> None:
    told = report(floor, day=DAY)
    assert (told["certificate"]["calls"], told["certificate"]["bound"], told["certificate"]["ok"]) == (0, 2, True)
    assert certificate_lines(told["certificate"])[1] == "  calls              0 (none)"


def test_a_day_that_has_not_come_is_refused(floor: Floor) -> None:
    with pytest.raises(InvalidInput, match="25-11-2026 has not come"):
        report(floor, day=DAY + timedelta(days=1))


def test_the_second_day_is_judged_from_where_the_first_ended(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.serve("G1")
    floor.close_day(force=True)
    for _ in range(24 * 60):
        floor.now()
    floor.open("G1")
    floor.issue()
    floor.serve("G1")
    floor.close_day(force=True)
    first = report(floor, day=DAY, now=MORNING + timedelta(days=2))
    second = report(floor, now=MORNING + timedelta(days=2))
    assert (first["certificate"]["calls"], second["certificate"]["calls"]) == (1, 1)
    assert (second["day"], second["certificate"]["ok"], second["certificate"]["faults"]) == ("2026-11-25", True, [])
    assert first["certificate"]["events"] + second["certificate"]["events"] == floor.centre.event_seq
