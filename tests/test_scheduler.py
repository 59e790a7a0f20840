"""What happens by itself."""

from datetime import timedelta

import pytest

from server.clock import SystemClock
from server.domain.permissions import Role
from server.scheduler import Scheduler
from server.services.command import Answer, Attempt, forget_expired, once
from server.services.figures.cells import centres_behind
from server.services.people.principal import Principal
from server.services.people.sign_in import add_staff, principal_of_session, sign_in
from tests.factories import Floor


def test_tidying_forgets_what_is_over_and_keeps_the_rest(sqlite_floor: Floor) -> None:
    now = SystemClock().now()
    old = now - timedelta(hours=25)
    sqlite_floor.write(lambda tx: add_staff(tx, "asha", Role.MANAGER, "secret", old))
    sessions = [sqlite_floor.write(lambda tx, at=at: sign_in(tx, "asha", "secret", at)) for at in (old, now)]  # type: ignore[misc]
    for key, at in (("old", old), ("new", now)):
        attempt = Attempt("key:1", key, "hash", at)
        sqlite_floor.write(lambda tx, a=attempt: once(tx, a, lambda: Answer(200, {})))  # type: ignore[misc]
    scheduler = Scheduler(sqlite_floor.db, SystemClock(), SystemClock())
    scheduler.start()
    scheduler.tidy()
    scheduler.stop()
    assert sqlite_floor.write(lambda tx: forget_expired(tx, now)) == 0
    assert sqlite_floor.write(lambda tx: forget_expired(tx, now + timedelta(hours=25))) == 1
    still = sqlite_floor.db.read(lambda conn: principal_of_session(conn, str(sessions[1]), now))
    assert isinstance(still, Principal)


def test_figures_are_counted_by_the_scheduler_a_part_in_each_round(
    sqlite_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.services.figures.cells.BLOCK", 1)
    monkeypatch.setattr("server.scheduler.BLOCKS_A_ROUND", 2)
    for _ in range(3):
        sqlite_floor.issue()
    scheduler = Scheduler(sqlite_floor.db, SystemClock(), SystemClock())
    behind = []
    for _ in range(2):
        scheduler.count_figures()
        behind.append(sqlite_floor.db.read(centres_behind))
    assert behind == [[sqlite_floor.centre_id], []]
