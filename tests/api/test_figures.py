"""Figures, outlook, report and explanation over HTTP and on the manager's page: their keys, and their values."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server.app import build_server
from server.clock import SystemClock
from server.config import load_settings
from server.domain.derived import DerivedKeys
from server.domain.permissions import Role
from server.domain.proof.seals import read_seal
from server.web.guard import STAFF_COOKIE
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.services.people.people import add_person, signed_in

AT = f"/api/v1/centres/{CENTRE}"
SECRET = "a secret of the installation in these tests"
NOON = MORNING + timedelta(hours=3)


@pytest.fixture
def client(sqlite_floor: Floor, tmp_path: Path) -> Iterator[FlaskClient]:
    """Return a client of a server at half past twelve, on a floor where one person was served and one waits."""
    floor = sqlite_floor
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.issue("ENQUIRY")
    floor.serve("E1")
    environ = {"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": floor.db.url, "BAARI_SECRET_KEY": SECRET}
    server = build_server(load_settings(environ), db=floor.db, clock=StillClock(NOON))
    with server.app.test_client() as client:
        yield client


@pytest.fixture
def manager(sqlite_floor: Floor) -> dict[str, str]:
    """Return the headers of a manager's key."""
    return {"Authorization": f"Bearer {sqlite_floor.key(Role.MANAGER)}"}


def test_stats_are_those_of_today_with_the_keys_of_the_contract(client: FlaskClient, manager: dict[str, str]) -> None:
    spread = {"n": 1, "p50": 4.2, "p90": 4.2, "p95": 4.2}
    assert client.get(f"{AT}/stats", headers=manager).get_json() == {
        "from": "2026-11-24",
        "to": "2026-11-24",
        "issued": 2,
        "completed": 1,
        "ended": {"done": 1},
        "stay": {"E": spread, "all": spread},
        "wait": {"E": {"n": 1, "p50": 2.2, "p90": 2.2}},
    }


def test_stats_of_another_period_are_asked_by_its_days(client: FlaskClient, manager: dict[str, str]) -> None:
    answer = client.get(f"{AT}/stats?from=2026-11-01&to=2026-11-23", headers=manager).get_json()
    assert (answer["from"], answer["to"], answer["issued"], answer["stay"]) == ("2026-11-01", "2026-11-23", 0, {})


def test_the_outlook_tells_who_is_late(client: FlaskClient, manager: dict[str, str]) -> None:
    answer = client.get(f"{AT}/outlook", headers=manager).get_json()
    assert answer["now"] == "2026-11-24T07:00:00.000Z"
    assert answer["sentence"] == {
        "kind": "late",
        "params": {"stage": "E", "minutes": 45, "people": 1, "by": "2026-11-24T07:00:00.000Z"},
    }
    late = {"label": "E002", "stage": "E", "stay_min": 178, "expected_min": 184, "passes_at": None}
    assert answer["people_at_risk"] == [late]
    assert (answer["at_risk"], answer["bottleneck"], answer["offer"]) == ({"promise": 1, "breach": 1}, None, None)


def test_the_report_has_the_keys_of_the_contract_and_a_signed_seal(
    client: FlaskClient, manager: dict[str, str], sqlite_floor: Floor
) -> None:
    answer = client.get(f"{AT}/report", headers=manager).get_json()
    figures = client.get(f"{AT}/stats", headers=manager).get_json()
    assert answer.pop("figures") == {name: figures[name] for name in figures if name not in ("from", "to")}
    seal, certificate = answer.pop("seal"), answer.pop("certificate")
    assert answer == {
        "centre": CENTRE,
        "name": sqlite_floor.centre.name,
        "day": "2026-11-24",
        "closed": False,
        "promise_min": 45,
        "inside": [{"minutes": minutes, "people": 1} for minutes in (30, 45, 60)],
        "printed": "2026-11-24T12:30+05:30",
        "notices": [],
        "clock": [],
    }
    assert (certificate["ok"], certificate["faults"], certificate["events"]) == (True, [], seal["seq"])
    assert certificate["overtaken"] == {"E": {"tokens": 1, "mean": 0, "p95": 0, "max": 0}}
    assert read_seal(seal["text"], DerivedKeys(SECRET.encode())).head == seal["head"] == sqlite_floor.centre.head


def test_an_explanation_has_the_keys_of_the_contract(client: FlaskClient, manager: dict[str, str]) -> None:
    answer = client.get(f"{AT}/explain/E001", headers=manager).get_json()
    assert answer == {
        "label": "E001",
        "day": "2026-11-24",
        "state": "done",
        "stage": "E",
        "calls": [
            {
                "seq": 5,
                "at": "09:33:00",
                "stage": "E",
                "counter": "E1",
                "rule": "longest_wait",
                "text": "E001 was called: the longest wait, 2 min.",
                "undone": False,
            }
        ],
        "overtaken": [],
    }


def test_the_page_of_the_report_prints_the_same_figures_and_the_same_seal(
    client: FlaskClient, manager: dict[str, str], sqlite_floor: Floor
) -> None:
    seal: dict[str, Any] = client.get(f"{AT}/report", headers=manager).get_json()["seal"]
    add_person(sqlite_floor, "asha", Role.MANAGER)
    client.set_cookie(STAFF_COOKIE, signed_in(sqlite_floor, "asha", SystemClock().now()))
    page = client.get("/manager/report?lang=en").get_data(as_text=True)
    assert f"baari verify --seal {seal['text']}" in page
    assert "<dt>tokens given</dt><dd>2</dd>" in page
    assert '<th scope="row">E</th><td>1</td><td>4.2</td><td>4.2</td><td>4.2</td>' in page
    assert '<th scope="row">E</th><td>1</td><td>0.0</td><td>0</td><td>0</td>' in page
    assert "The record is proven: each call was by the rule." in page
    assert "100 % stayed less than the promised 45 min." in page
    assert '<th scope="row">E Enquiry</th><td>1</td><td>2.2</td><td>2.2</td>' in page
    assert client.get("/manager/report?day=2099-01-01").status_code == 422


def test_the_page_says_what_is_proven_of_the_record_and_what_became_of_the_promise_in_two_sentences(
    client: FlaskClient, sqlite_floor: Floor
) -> None:
    """Each call was by the rule, and one of two people stayed for an hour where 45 minutes were promised."""
    sqlite_floor.wait(57)
    sqlite_floor.serve("E1")
    add_person(sqlite_floor, "asha", Role.MANAGER)
    client.set_cookie(STAFF_COOKIE, signed_in(sqlite_floor, "asha", SystemClock().now()))
    page = client.get("/manager/report?lang=en").get_data(as_text=True)
    told = re.findall(r'<p class="verdict ([a-z]+)">\s*(.*?)\s*</p>', page)
    assert told == [
        ("kept", "The record is proven: each call was by the rule."),
        ("promise", "50 % stayed less than the promised 45 min."),
    ]
    assert "Every promise was kept" not in page


@pytest.mark.parametrize("day", ["2000-01-01", "0", "soon", "20261124", "2026-W48-2"])
def test_there_is_no_report_of_a_day_before_the_first_rules_and_of_what_is_no_day(
    client: FlaskClient, manager: dict[str, str], sqlite_floor: Floor, day: str
) -> None:
    add_person(sqlite_floor, "asha", Role.MANAGER)
    client.set_cookie(STAFF_COOKIE, signed_in(sqlite_floor, "asha", SystemClock().now()))
    assert client.get(f"/manager/report?day={day}").status_code == 404
    answer = client.get(f"{AT}/report?day={day}", headers=manager)
    refused = (404, "unknown_day") if day == "2000-01-01" else (422, "invalid_input")
    assert (answer.status_code, answer.get_json()["code"]) == refused


@pytest.mark.parametrize(
    "written", ["{seconds}", "{seconds}000", "{day}T00:00:00", "{day}T00:00:00Z", "2026-02-30", ""]
)
def test_a_count_of_seconds_and_a_time_are_no_day_of_a_report(
    client: FlaskClient, manager: dict[str, str], written: str
) -> None:
    today = SystemClock().now().replace(hour=0, minute=0, second=0, microsecond=0)
    asked = written.format(seconds=int(today.timestamp()), day=today.date())
    answer = client.get(f"{AT}/report", query_string={"day": asked}, headers=manager)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")
    assert "Input should" not in answer.get_json()["detail"]


@pytest.mark.parametrize(
    "period",
    ["from=2026-11-25&to=2026-11-24", "to=0", "from=0", "from=1e9", "to=2026-11-24T10:00", "slot=0.0"],
)
def test_a_period_that_ends_before_it_begins_or_is_not_written_as_days_has_no_figures(
    client: FlaskClient, manager: dict[str, str], period: str
) -> None:
    answer = client.get(f"{AT}/stats?{period}", headers=manager)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")
