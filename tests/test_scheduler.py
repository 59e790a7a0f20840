"""What happens by itself."""

from datetime import timedelta

from server.clock import SystemClock
from server.domain.permissions import Role
from server.scheduler import Scheduler
from server.services.command import Answer, Attempt, forget_expired, once
from server.services.people.presence import Place, known_at
from server.services.people.principal import secret_hash
from tests.factories import Floor
from tests.services.people.people import add_person, signed_in


def test_tidying_forgets_what_is_over_and_keeps_the_rest(sqlite_floor: Floor) -> None:
    now = SystemClock().now()
    old = now - timedelta(hours=25)
    add_person(sqlite_floor, "asha", Role.MANAGER)
    sessions = [Place(True, secret_hash(signed_in(sqlite_floor, "asha", at))) for at in (old, now)]
    for key, at in (("old", old), ("new", now)):
        attempt = Attempt("key:1", key, "hash", at)
        sqlite_floor.write(lambda tx, a=attempt: once(tx, a, lambda: Answer(200, {})))  # type: ignore[misc]
    scheduler = Scheduler(sqlite_floor.db, SystemClock(), SystemClock())
    scheduler.start()
    scheduler.tidy()
    scheduler.stop()
    assert sqlite_floor.write(lambda tx: forget_expired(tx, now)) == 0
    assert sqlite_floor.write(lambda tx: forget_expired(tx, now + timedelta(hours=25))) == 1
    over, still = (sqlite_floor.db.read(lambda read, place=place: known_at(read, place)) for place in sessions)  # type: ignore[misc]
    assert over is None
    assert still is not None
