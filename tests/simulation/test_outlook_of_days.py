"""The manager's page over simulated days: calm on a normal one, and in time where granting officers are absent."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from server.domain.outlook import Late, SentenceKind
from server.services.figures.outlook import OutlookView, outlook_of
from server.services.setup.presets import install_centre, load_preset
from server.simulation.day import DAY, temporary_database
from server.simulation.floor import Floor
from server.storage.database import Database
from server.storage.sql import centres
from server.storage.types import from_ms

LOOK = timedelta(minutes=3)
TOGETHER = timedelta(minutes=1)
STAYED = "SELECT issued_at FROM token WHERE ended_at - issued_at > 3600000 ORDER BY issued_at LIMIT 1"


def looks(db: Database, seed: int, opened: dict[str, int]) -> Iterator[OutlookView]:
    """Live a day, and return what the manager's page tells again and again."""
    preset, rng = load_preset("M"), random.Random(seed)
    centre_id = db.write(None, lambda tx: install_centre(tx, preset, DAY, "epoch", demo=True))
    floor = Floor(db, centre_id, preset, rng, opened)
    code = db.read(lambda read: centres.centre_by_id(read, centre_id)).code
    floor.begin_day(DAY)
    look: datetime | None = floor.next_at
    while floor.next_at is not None and look is not None:
        while look <= floor.next_at:
            yield db.read(lambda read, at=look: outlook_of(read, code, at))  # type: ignore[misc]
            look += LOOK
        floor.run_together(TOGETHER)


@pytest.mark.parametrize("seed", [1, 2])
def test_on_a_normal_day_the_page_is_calm_in_nine_minutes_of_ten(seed: int) -> None:
    with temporary_database(None) as db:
        kinds = [view.sentence.kind for view in looks(db, seed, {})]
    calm = sum(kind in (SentenceKind.ON_TIME, SentenceKind.EMPTY) for kind in kinds)
    assert calm / len(kinds) >= 0.9


@pytest.mark.parametrize("seed", [1, 2])
def test_with_two_officers_absent_c_is_named_before_the_first_stay_passes_an_hour(seed: int) -> None:
    with temporary_database(None) as db:
        views = list(looks(db, seed, {"C": 4}))
        [came] = db.read(lambda read: read.exec_driver_sql(STAYED).one())
    late = [view for view in views if isinstance(view.sentence.params, Late)]
    breach = from_ms(came)
    assert breach is not None
    assert late[0].sentence.params.stage == "C"  # type: ignore[union-attr]
    assert datetime.fromisoformat(late[0].now) < breach + timedelta(minutes=60)
