"""Who works at several centres chooses where they work now, and changes it without signing in again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import Server, build_server
from server.config import load_settings
from server.domain.actors import CLI, By
from server.domain.permissions import Role
from server.services.people import accounts, memberships
from server.storage.sql.counters import counter_by_id
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import PASSWORD, TWIN, add_person, twin_centre
from tests.web.test_sign_in import FORM, token_of

AT = "/account/centre"


@pytest.fixture
def twin(sqlite_floor: Floor) -> int:
    """Return a second centre, which Asha manages; she serves at the first."""
    add_person(sqlite_floor, "asha")
    twin = twin_centre(sqlite_floor)
    sqlite_floor.db.write(twin, lambda tx: memberships.begin(tx, "asha", Role.MANAGER, MORNING, CLI))
    return twin


@pytest.fixture
def server(sqlite_floor: Floor, twin: int, tmp_path: Path) -> Server:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    sqlite_floor.db.clock = StillClock(MORNING)
    return build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)


@pytest.fixture
def client(server: Server) -> Iterator[FlaskClient]:
    with server.app.test_client() as client:
        yield client


def choose(server: Server, client: FlaskClient, centre: str) -> str | int:
    answer = client.post(AT, data={"csrf": token_of(server, client), "centre": centre})
    return answer.location or answer.status_code


def asked(server: Server, client: FlaskClient, verb: str, centre: str) -> tuple[int, str | None]:
    """Send a verb of the counter G1, as a page does; returns the status, and where it acts if that is why."""
    headers = {"X-CSRF-Token": token_of(server, client), "Idempotency-Key": f"{verb} {centre}"}
    answer = client.post(f"/api/v1/centres/{centre}/counters/G1/{verb}", json={}, headers=headers)
    return answer.status_code, answer.get_json().get("acts_at")


def test_the_sign_in_leads_to_the_choice_and_nothing_else_opens_before_it(server: Server, client: FlaskClient) -> None:
    assert client.post("/login", data=FORM).location == AT
    assert client.get("/login").location == AT
    page = client.get(f"{AT}?lang=en").text
    assert "Where do you work now?" in page
    assert page.index(f'value="{CENTRE}"') < page.index(f'value="{TWIN}"')
    assert [client.get(path).location for path in ("/counter", "/manager", "/account")] == ["/login"] * 3
    assert asked(server, client, "sit", CENTRE)[0] == 403
    assert choose(server, client, TWIN) == "/manager"
    assert client.get("/manager").status_code == 200


def test_another_centre_is_chosen_in_the_same_session_and_its_role_holds(
    server: Server, client: FlaskClient, sqlite_floor: Floor, twin: int
) -> None:
    client.post("/login", data=FORM)
    assert choose(server, client, CENTRE) == "/counter"
    assert client.get("/manager").location == "/login"
    assert asked(server, client, "sit", CENTRE) == (200, None)
    assert asked(server, client, "sit", TWIN) == (403, CENTRE)
    assert '"elsewhere":true' in client.get("/counter").text
    assert choose(server, client, TWIN) == "/manager"
    assert sqlite_floor.db.read(lambda read: counter_by_id(read, sqlite_floor.centre_id, "G1")).operator is None
    assert asked(server, client, "leave", CENTRE) == (403, TWIN)
    assert asked(server, client, "sit", TWIN) == (200, None)
    assert "Change the centre" in client.get("/account?lang=en").text


def test_the_centre_of_nobody_else_is_chosen_and_not_by_the_form_of_another_site(
    server: Server, client: FlaskClient, sqlite_floor: Floor
) -> None:
    assert client.get(AT).location == "/login"
    client.post("/login", data=FORM)
    assert choose(server, client, "NOWHERE") == 422
    assert client.post(AT, data={"csrf": "x", "centre": TWIN}).location == "/login"
    sqlite_floor.write(lambda tx: accounts.end_sessions(tx, 1, None, MORNING, By("staff:2")))
    assert choose(server, client, TWIN) == "/login"


def test_who_works_at_one_centre_is_led_to_no_choice(server: Server, client: FlaskClient, sqlite_floor: Floor) -> None:
    add_person(sqlite_floor, "ravi")
    assert client.post("/login", data={"user": "ravi", "password": PASSWORD}).location == "/counter"
    assert '"elsewhere":false' in client.get("/counter").text
    assert "Change the centre" not in client.get("/account?lang=en").text
