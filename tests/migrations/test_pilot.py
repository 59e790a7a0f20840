"""A centre of the pilot months goes on after its migration: same people, same line, same calls, same seals."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import TypeAdapter
from sqlalchemy import text

from server.domain.derived import DerivedKeys, Purpose
from server.domain.proof.seals import read_seal
from server.domain.proof.verdicts import Verdict
from server.services.figures.cells import centres_behind, roll_up
from server.services.figures.reports import DayReport
from server.services.proof.verify import Anchor, verify
from server.services.setup.presets import load_preset
from server.services.setup.rules import POLICIES
from server.services.views.day_report import DayReports
from server.services.views.projections import Projections
from server.storage import schema
from server.storage.database import Database
from server.storage.engines import open_connections, sqlite_module
from server.storage.sql import centres, setup
from tests.factories import CENTRE, Floor
from tests.migrations.shape import shape

PILOT = Path(__file__).parent / "pilot"
EXPECTED: Any = json.loads((PILOT / "expected.json").read_text("utf-8"))
KEYS_OF_NOW = DerivedKeys(b"secret", (0, 1))
NOW = datetime.fromisoformat(EXPECTED["at"])


def fill(url: str, backend: str) -> None:
    """Fill an empty database with that of the pilot, a sealed day and a floor full of people, at revision 0003."""
    statements = gzip.decompress((PILOT / f"{backend}.sql.gz").read_bytes()).decode()
    if backend == "postgresql":
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statements.encode())
        return
    with closing(sqlite_module().connect(url.removeprefix("sqlite:///"))) as connection:
        connection.executescript(statements)


@pytest.fixture
def pilot(database_url: str, backend: str) -> str:
    """Return the address of a database of the pilot."""
    fill(database_url, backend)
    return database_url


@pytest.fixture
def floor(pilot: str) -> Iterator[Floor]:
    """Return the floor of the pilot after its migration."""
    schema.migrate(pilot)
    db = Database(pilot)
    centre = db.read(lambda conn: centres.centre_by_code(conn, CENTRE))
    yield Floor(db, centre.id, load_preset("M"), begin=NOW)
    db.close()


def judge(floor: Floor, *anchors: Anchor) -> Verdict:
    return floor.db.read(lambda conn: verify(conn, floor.centre, anchors))


def test_every_promise_is_kept_before_and_after_and_the_seal_that_left_the_building_fits(floor: Floor) -> None:
    verdict = judge(floor, Anchor(EXPECTED["seal"]["seq"], EXPECTED["seal"]["head"]))
    assert (verdict.faults, verdict.tokens, verdict.events) == ([], EXPECTED["tokens"], EXPECTED["seq"])
    assert floor.centre.head == EXPECTED["head"]


def test_its_schema_is_the_one_that_a_new_centre_gets(
    floor: Floor, backend: str, migrated: Callable[[str], str]
) -> None:
    new = Database(migrated(backend))
    assert floor.db.read(shape) == new.read(shape)
    new.close()


def test_the_line_of_each_counter_is_the_same(floor: Floor) -> None:
    views = Projections(lambda: None).of(floor.centre_id)
    for counter, labels in EXPECTED["line"].items():
        line = json.loads(floor.db.read(lambda read, c=counter: views.line(read, c, NOW)).body)  # type: ignore[misc]
        assert [token["label"] for token in line["line"]] == labels


def test_the_report_of_the_sealed_day_is_the_same(floor: Floor) -> None:
    day = date.fromisoformat(EXPECTED["day"])
    for centre in floor.db.read(centres_behind):
        roll_up(floor.db, centre)
    reports = DayReports(floor.db, lambda: KEYS_OF_NOW.key(Purpose.SEALS))
    report = TypeAdapter(DayReport).dump_python(reports.report(CENTRE, day, NOW))
    seal = EXPECTED["seal"]
    assert (report["seal"]["seq"], report["seal"]["head"]) == (seal["seq"], seal["head"])
    assert read_seal(seal["text"], DerivedKeys(b"secret", (0, 1))) == read_seal(report["seal"]["text"], KEYS_OF_NOW)
    figures, before = report["figures"], EXPECTED["figures"]
    assert {name: figures[name] for name in ("issued", "completed", "ended")} == {
        name: before[name] for name in ("issued", "completed", "ended")
    }
    for stage, wait in before["wait"].items():  # the cells keep minutes to the quarter
        assert figures["wait"][stage] == {key: pytest.approx(minutes, abs=0.5) for key, minutes in wait.items()}
    assert {name: report["certificate"][name] for name in EXPECTED["certificate"]} == EXPECTED["certificate"]


def test_the_floor_goes_on_and_the_record_of_both_times_is_one(floor: Floor) -> None:
    floor.finish("A1")
    assert floor.call("A1").token.label == EXPECTED["line"]["A1"][0]
    floor.undo("A1")
    assert floor.call("G3").token.label == EXPECTED["line"]["G1"][0]
    assert floor.issue(need="senior").need == "senior"
    floor.resume("A3")
    floor.finish("A3")
    floor.close_day()
    verdict = judge(floor)
    assert (verdict.faults, verdict.tokens) == ([], EXPECTED["tokens"] + 1)


def test_each_day_on_which_a_rule_began_is_a_version_of_the_set_up(floor: Floor) -> None:
    versions = floor.db.read(lambda conn: setup.versions(conn, floor.centre_id))
    assert [(v.number, v.begins) for v in versions] == [(1, date(2026, 1, 1)), (2, date(2026, 11, 25))]
    assert floor.centre.plans == [[1, "2026-01-01"], [2, "2026-11-25"]]
    plans = floor.db.read(
        lambda conn: conn.execute(text("SELECT plan, v, count(*) FROM event GROUP BY plan, v ORDER BY 1")).all()
    )
    assert [(plan, v) for plan, v, _ in plans] == [(1, 0), (2, 0)]


def test_a_rule_of_a_kind_that_is_called_otherwise_now_is_carried_over(floor: Floor) -> None:
    kinds = {policy.kind for policy in floor.db.read(lambda conn: setup.policies(conn, floor.centre_id))}
    assert kinds <= set(POLICIES)
    assert "profiles" in kinds


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_database_of_before_is_refused_in_a_sentence_and_left_as_it_is(pilot: str, revision: str) -> None:
    writer, reader = open_connections(pilot)
    with writer.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    writer.close()
    with pytest.raises(schema.WrongSchema, match="of the pilot's last Baari first"):
        schema.migrate(pilot)
    with reader.transaction() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == revision
        assert connection.execute(text("SELECT count(*) FROM token")).scalar_one() == EXPECTED["tokens"]
    reader.close()
