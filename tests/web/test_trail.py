"""The trail over HTTP: who may open the page, what a file is called, and that taking it is an event itself."""

import csv
import io
import json
from typing import Any

import pytest

from server.domain.permissions import TABLE, Permission, Role
from server.services.trail.files import Form
from tests.factories import CENTRE
from tests.services.people.people import PASSWORD, add_person
from tests.web.conftest import Api

AT = f"/api/v1/centres/{CENTRE}/trail"


def get(api: Api, path: str = "", **asked: Any) -> Any:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return api.send("GET", f"{AT}{path}?{query}", Role.AUDITOR)


@pytest.mark.parametrize("form", Form)
def test_a_file_holds_what_fits_and_that_it_was_taken_is_the_latest_event(api: Api, form: Form) -> None:
    api.floor.issue()
    answer = get(api, "/export", form=form.value, kind="token.issued", token="N001", first="2026-01-01")
    assert answer.headers["Content-Disposition"].endswith(f'.{form.value}"')
    assert answer.mimetype in ("text/csv", "application/jsonl")
    assert [row["token"] for row in rows(form, answer.get_data(as_text=True))] == ["N001"]
    taken = get(api, kind="trail.exported").get_json()["entries"]
    assert [(entry["detail"], entry["by"], entry["actor"][:4]) for entry in taken] == [
        (f"{form.value} 2026-01-01… kind=token.issued token=N001", "test", "key:")
    ]


def rows(form: Form, text: str) -> list[dict[str, Any]]:
    if form is Form.JSONL:
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_reading_leaves_no_event_and_a_whole_file_holds_every_one(api: Api) -> None:
    for _ in range(3):
        api.floor.issue()
    shown = get(api).get_json()["entries"]
    assert get(api).get_json()["entries"] == shown
    lines = rows(Form.JSONL, get(api, "/export", form="jsonl").get_data(as_text=True))
    assert [line["hash"] for line in lines if line["kind"] != "trail.exported"] == [entry["hash"] for entry in shown]


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "token.eaten"},
        {"first": "0001-01-01"},
        {"last": "9999-12-31"},
        {"person": "0"},
        {"person": str(2**31)},
        {"token": ""},
        {"before": "1"},
        {"before": "9" * 19 + ".1"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(api: Api, asked: dict[str, str]) -> None:
    answer = get(api, **asked)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")


def test_the_farthest_days_numbers_and_places_are_answered(api: Api) -> None:
    far = {"first": "1970-01-01", "last": "2200-12-31", "person": str(2**31 - 1), "before": "9" * 18 + "." + "9" * 18}
    assert get(api, **far).get_json() == {"entries": [], "older": None}


@pytest.mark.parametrize("role", [Role.COUNTER, Role.FLOOR_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR, Role.MANAGER])
def test_the_page_opens_to_whoever_may_read_the_trail_and_to_nobody_else(api: Api, role: Role) -> None:
    add_person(api.floor, "meera", role)
    api.client.post("/login", data={"user": "meera", "password": PASSWORD})
    answer = api.client.get("/manager/trail")
    opens = role in TABLE[Permission.READ_TRAIL]
    assert (answer.status_code, answer.headers.get("Location")) == ((200, None) if opens else (302, "/login"))
