"""A later revision goes up and down over a floor full of people: nobody is lost, and the floor goes on."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.domain.notice import Notice, NoticeKind
from server.domain.token.lifecycle import CounterState, StepState
from server.storage import schema
from server.storage.database import Database
from tests.factories import Floor
from tests.migrations.full_floor import Picture, full_floor, picture
from tests.migrations.head import HEAD, NEXT
from tests.migrations.shape import Part, shape
from tests.processes import run_baari_here

Baari = Callable[..., CompletedProcess[str]]
TRIAL = Path(__file__).parent / "trial" / "trial.py"
NAME = f"{NEXT}_trial.py"
STOP = "# STOP"
RELEASED = "0100"
BEGINS_ANEW = "installation_event"
LOSES_PEOPLE = "op.execute(\"DELETE FROM token WHERE need = 'senior'\")"


class Interrupted(Exception):
    """Stands for whatever ends a migration in its middle."""


def install(folder: Path, line: str = "pass") -> None:
    """Put the trial revision into a folder of migrations, with another line where it may be stopped."""
    text = TRIAL.read_text("utf-8").replace('"NEXT"', f'"{NEXT}"').replace('"HEAD"', f'"{HEAD}"')
    (folder / "versions" / NAME).write_text(text.replace(STOP, line))


@pytest.fixture
def floor(migrations: Path, db: Database) -> Iterator[Floor]:
    """Return a floor full of people in the schema of the models; a revision can be installed beside it."""
    floor = full_floor(db)
    yield floor
    floor.db.close()


@pytest.fixture
def baari(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Baari:
    """Return what runs a command of `baari` on the floor's database, in this process: it sees the copied migrations."""
    env = {"BAARI_DATABASE_URL": floor.db.url, "BAARI_DATA_DIR": str(tmp_path)}
    return lambda *words: run_baari_here(monkeypatch, capsys, *words, **env)


def start_anew(floor: Floor) -> None:
    """Open the database anew, as a server does that starts after a migration."""
    floor.db.close()
    floor.db = Database(floor.db.url)


def up(floor: Floor) -> None:
    schema.migrate(floor.db.url)
    start_anew(floor)


def down(floor: Floor) -> None:
    schema.revert(floor.db.url, HEAD)
    start_anew(floor)


def shape_of(floor: Floor) -> dict[str, dict[str, Part]]:
    return floor.db.read(shape)


def go_on(floor: Floor) -> None:
    """Let the floor work: who is served is through, others are called and served, somebody comes, a call is undone."""
    floor.finish("A1")
    floor.resume("A2")
    floor.finish("A2")
    floor.serve("A4")
    floor.serve("G4")
    floor.issue(need="senior")
    floor.call("B1")
    floor.undo("B1")
    assert floor.verdict().faults == []


LOST = {"second_factor": 1, "recovery_code": 10, "staff_session": 1, "approval": 1, "pin": 1}
"""What the release has no place for: second steps, sessions that wait for one, PINs, and approvals that were asked."""


def test_the_floor_of_these_tests_is_full(floor: Floor) -> None:
    before = picture(floor)
    states = {row[0] for row in floor.db.read(lambda conn: conn.execute(text("SELECT state FROM step")).all())}
    assert states >= {state.value for state in StepState} - {"skipped"}
    empty = {table for table, rows in before.rows.items() if not rows}
    # Waits after wrong passwords do not outlive a way back: the release before has none; nor has it anything sealed.
    sealed = {"sealed_day", "sealed_person", "legal_hold"}
    assert empty <= {"derived_key", "idempotency", "token_private", "sign_in_wait", "pairing"} | sealed
    assert all(before.lines[counter]["line"] for counter in ("G1", "A1"))
    assert len(before.report["seal"]["head"]) == 64
    assert before.faults == []


def test_up_and_down_change_nothing_that_can_be_seen(floor: Floor, migrations: Path, baari: Baari) -> None:
    shape_before, before = shape_of(floor), picture(floor)
    install(migrations)
    assert baari("migrate").returncode == 0
    start_anew(floor)
    later = shape_of(floor)
    assert {"weight", "motto", "errand"} <= {*later["token"]["columns"], *later["centre"]["columns"], *later}
    assert later["step"] == shape_before["step"]
    assert later["token"]["indexes"].items() > shape_before["token"]["indexes"].items()
    assert later["token"]["checks"].keys() == {"ck_token_weight"}
    heavy = floor.db.read(lambda conn: conn.execute(text("SELECT count(*) FROM token WHERE weight = 2")).scalar_one())
    assert heavy == 2
    assert picture(floor) == before
    assert baari("verify").returncode == 0
    assert baari("migrate", "--back-to", HEAD).returncode == 0
    start_anew(floor)
    assert (shape_of(floor), picture(floor)) == (shape_before, before)
    go_on(floor)


def test_the_floor_goes_on_in_the_later_schema_and_after_the_way_back(floor: Floor, migrations: Path) -> None:
    install(migrations)
    up(floor)
    go_on(floor)
    between = picture(floor)
    down(floor)
    assert picture(floor) == between
    floor.set_state("B1", CounterState.PAUSED)
    assert floor.serve("G4").label == between.next_calls["G4"]
    assert floor.verdict().faults == []


INTERRUPTION = "from tests.migrations.test_later_revision import Interrupted; raise Interrupted"


@pytest.mark.parametrize("direction", ["up", "down"])
def test_what_is_interrupted_in_the_middle_leaves_the_schema_before_and_everybody(
    floor: Floor, migrations: Path, direction: str
) -> None:
    install(migrations)
    if direction == "down":
        up(floor)
    before = shape_of(floor), picture(floor), floor.db.read(schema.schema_of)
    install(migrations, INTERRUPTION)
    with pytest.raises(Interrupted):
        up(floor) if direction == "up" else down(floor)
    assert (shape_of(floor), picture(floor), floor.db.read(schema.schema_of)) == before
    go_on(floor)


def test_a_revision_that_would_leave_rows_without_their_token_is_not_committed(floor: Floor, migrations: Path) -> None:
    before: Picture = picture(floor)
    install(migrations, LOSES_PEOPLE)
    with pytest.raises((schema.WrongSchema, IntegrityError), match="refer"):
        schema.migrate(floor.db.url)
    assert floor.db.read(schema.schema_of) is schema.Schema.OLDER
    assert picture(floor) == before


def test_there_is_no_way_back_to_a_schema_that_never_was_nor_to_none(floor: Floor, baari: Baari) -> None:
    for revision in ("base", "0099", "-1"):
        refused = baari("migrate", f"--back-to={revision}")
        assert refused.returncode == 1
        assert f"There is no schema {revision} to go back to" in refused.stderr
    assert floor.db.read(schema.is_current)


def test_a_floor_of_a_newer_schema_is_not_touched_by_the_release_before(
    floor: Floor, migrations: Path, baari: Baari
) -> None:
    install(migrations)
    assert baari("migrate").returncode == 0
    (migrations / "versions" / NAME).unlink()
    for words in (["serve"], ["migrate"], ["migrate", "--back-to", HEAD], ["verify"]):
        refused = baari(*words)
        assert refused.returncode == 1
        assert refused.stderr.startswith("baari: The database has the schema of a newer Baari, or of another program.")
        assert f"“baari migrate --back-to {HEAD}”" in refused.stderr


def test_what_came_since_the_last_release_goes_down_and_up_again_and_nobody_is_lost(floor: Floor) -> None:
    """What only the newer schema holds is lost on the way, a row never; the chain of the installation begins anew."""
    before, shape_before = picture(floor), shape_of(floor)
    schema.revert(floor.db.url, RELEASED)
    schema.migrate(floor.db.url)
    start_anew(floor)
    after = picture(floor)
    assert shape_of(floor) == shape_before
    counts = [{t: len(rows) for t, rows in p.rows.items() if t != BEGINS_ANEW} for p in (before, after)]
    assert counts[0] == {table: number + LOST.get(table, 0) for table, number in counts[1].items()}
    assert replace(after, rows={}) == replace(before, rows={})
    go_on(floor)


@pytest.mark.parametrize(("note", "cause"), [("fire", "fire"), ("boiler, ask Ravi", "other")])
def test_a_floor_that_was_stopped_before_there_were_flags_is_in_a_pause(floor: Floor, note: str, cause: str) -> None:
    schema.revert(floor.db.url, RELEASED)
    start_anew(floor)
    stop = "UPDATE event SET kind = 'centre.frozen', data = '{}', private = :note WHERE kind = 'notice.set'"
    private = json.dumps({"note": note}).replace("'", "")
    begun = "2026-11-24T04:30:00.000Z"
    freezes = f'[["{begun}", null]]'
    floor.db.write(None, lambda tx: tx.conn.exec_driver_sql(stop.replace(":note", f"'{private}'")))
    floor.db.write(None, lambda tx: tx.conn.exec_driver_sql(f"UPDATE centre SET freezes = '{freezes}'"))
    up(floor)
    assert (floor.centre.frozen, floor.centre.flags) == (True, (Notice(NoticeKind.PAUSE, cause, begun),))
