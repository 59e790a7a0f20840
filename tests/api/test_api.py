"""What single routes owe their callers beside the checklist of all: clear refusals, safe headers, cheap looks."""

import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import build_server
from server.config import load_settings
from server.domain.permissions import Role
from server.release import RELEASE
from server.services.views import foresight
from server.web.guard import csrf_token
from tests.factories import CENTRE, MORNING, Floor, StillClock, second_centre

KEYS = itertools.count()
K, C, D, M, I = Role.KIOSK, Role.COUNTER, Role.DISPLAY, Role.MANAGER, Role.INTEGRATION  # noqa: E741
AT = f"/api/v1/centres/{CENTRE}"
LISTS = ("services", "stages", "counters")


class Api:
    """A test client with a key for each role."""

    def __init__(self, floor: Floor, client: FlaskClient) -> None:
        self.floor, self.client = floor, client
        self.keys = {role: floor.key(role) for role in Role}

    def send(self, method: str, path: str, role: Role | None = M, *, json: Any = None, **headers: str) -> TestResponse:
        """Send a request with the key of a role and a new Idempotency-Key."""
        sent = {"Idempotency-Key": f"k{next(KEYS)}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        if role is not None:
            sent["Authorization"] = f"Bearer {self.keys[role]}"
        return self.client.open(path, method=method, json=json, headers=sent)


@pytest.fixture
def api(sqlite_floor: Floor, tmp_path: Path) -> Iterator[Api]:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    sqlite_floor.db.clock = StillClock(MORNING)
    server = build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)
    with server.app.test_client() as client:
        yield Api(sqlite_floor, client)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"service": "NOPE"}, "unknown_service"),
        ({"service": "NORMAL", "need": "haste"}, "unknown_need"),
        ({"service": "NORMAL", "language": "xx"}, "unknown_language"),
        ({"service": "NORMAL", "print_at": "board-a"}, "unknown_printer"),
        ({"service": "NORMAL", "phone": "call me"}, "invalid_input"),
        ({"service": 7}, "invalid_input"),
        ({"service": "NORMAL", "number": 7}, "invalid_input"),
        ({}, "invalid_input"),
        ([], "invalid_input"),
    ],
)
def test_a_token_that_cannot_be_given_is_refused_in_words_and_takes_no_number(api: Api, body: Any, code: str) -> None:
    answer = api.send("POST", f"{AT}/tokens", K, json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert answer.content_type == "application/problem+json"
    assert api.send("POST", f"{AT}/tokens", K, json={"service": "NORMAL"}).get_json()["token"]["label"] == "N001"


def test_a_body_that_is_no_json_is_refused(api: Api) -> None:
    headers = {"Authorization": f"Bearer {api.keys[K]}", "Idempotency-Key": "x"}
    answer = api.client.post(f"{AT}/tokens", data="{", headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")


def test_a_zero_character_in_a_form_is_refused(api: Api) -> None:
    answer = api.client.post("/login", data={"user": "asha\0", "password": "secret"})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")


def test_a_body_beyond_the_limit_is_refused(api: Api) -> None:
    answer = api.send("POST", f"{AT}/tokens", K, json={"service": "x" * 70_000})
    assert (answer.status_code, answer.get_json()["code"]) == (413, "request_entity_too_large")
    assert answer.get_json()["detail"].endswith("At most 64 kB are taken at once: send a long list in parts.")


@pytest.mark.parametrize("after", ["", "?after=-1", "?after=x", "?after=0&before=3"])
def test_a_wrong_catch_up_is_refused(api: Api, after: str) -> None:
    answer = api.send("GET", f"{AT}/events{after}", D)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")


def test_catch_up_gives_the_events_after_a_number_or_asks_to_reload(api: Api) -> None:
    api.floor.open("G1")
    api.floor.issue()
    events = api.send("GET", f"{AT}/events?after=2", D).get_json()
    assert [event["type"] for event in events["events"]] == ["token.issued"]
    beyond = api.send("GET", f"{AT}/events?after=99", D).get_json()
    assert beyond == {"epoch": api.floor.centre.epoch, "seq": 3, "reload": True}


def test_repeating_the_present_state_of_a_counter_is_harmless(api: Api) -> None:
    first = api.send("POST", f"/api/v1/centres/{CENTRE}/counters/G1/open", C).get_json()
    assert api.send("POST", f"/api/v1/centres/{CENTRE}/counters/G1/open", C).get_json() == first
    assert api.floor.centre.event_seq == 2


def test_a_kiosk_prints_at_its_printer_and_a_desk_only_where_it_says(api: Api) -> None:
    api.keys[K] = api.floor.key(Role.KIOSK, device="K1")
    order = {"service": "NORMAL"}
    printed = [
        api.send("POST", f"{AT}/tokens", role, json=body).get_json()["print"]["state"]
        for role, body in ((K, order), (C, order), (C, {**order, "print_at": "printer-k2"}))
    ]
    assert printed == ["queued", "none", "queued"]


def test_a_phone_and_a_reference_never_come_back(api: Api) -> None:
    body = {"service": "NORMAL", "phone": "+919800000001", "appointment": "ARN-26-0000017"}
    answer = api.send("POST", f"{AT}/tokens", K, json=body).get_data(as_text=True)
    everything = answer + "".join(
        api.send("GET", f"{AT}/{p}").get_data(as_text=True) for p in ("snapshot", "events?after=0")
    )
    assert "9800000001" not in everything
    assert "0000017" not in everything


def test_a_paired_device_acts_by_cookie_only_with_the_csrf_header(api: Api) -> None:
    key = api.floor.key(Role.KIOSK, device="K1")
    paired = api.client.post(f"/pair?key={key}")
    assert (paired.status_code, paired.location) == (302, "/kiosk/PSK-DEMO/K1")
    cookie = paired.headers["Set-Cookie"]
    assert ("HttpOnly" in cookie, "SameSite=Strict" in cookie) == (True, True)
    with api.client.application.app_context():
        csrf = csrf_token(key)
    order = {"service": "NORMAL"}
    assert api.send("POST", f"{AT}/tokens", None, json=order).status_code == 403
    assert api.send("POST", f"{AT}/tokens", None, json=order, X_CSRF_Token=csrf).status_code == 201


def test_a_citizen_reads_their_status_with_the_secret_and_a_repeated_look_is_cheap(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foresight, "LONG_S", math.inf)  # on a slow machine the first would rest before the second
    status_url = api.send("POST", f"{AT}/tokens", K, json={"service": "NORMAL"}).get_json()["status_url"]
    path = f"/api/v1/status/{status_url.rsplit('/', 1)[1]}"
    first = api.client.get(path)
    assert (first.get_json()["label"], first.get_json()["ahead"]) == ("N001", 0)
    again = api.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    api.floor.issue(need="senior")
    changed = api.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.get_json()["ahead"]) == (200, 1)


def test_a_secret_that_is_not_known_is_not_found(api: Api) -> None:
    assert api.client.get("/api/v1/status/nobody").get_json()["code"] == "unknown_token"


def test_pairing_with_an_unknown_key_is_refused(api: Api) -> None:
    assert api.client.post("/pair?key=baari_wrong").status_code == 401


def test_the_page_of_an_unknown_secret_tells_nothing(api: Api) -> None:
    answer = api.client.get("/t/not-a-secret")
    assert (answer.status_code, "not known" in answer.get_data(as_text=True)) == (404, True)


def test_a_foreign_host_is_refused_and_the_setting_named(api: Api) -> None:
    answer = api.client.get("/healthz", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "BAARI_TRUSTED_HOSTS" in answer.get_json()["detail"]


@pytest.mark.provokes("HTTP 503 GET /readyz")
def test_health_is_alive_and_readiness_names_what_is_missing(api: Api) -> None:
    assert api.client.get("/healthz").get_json() == {"status": "ok", "release": RELEASE}
    ready = api.client.get("/readyz")  # the relay of this server was never started
    checks = {"database": True, "write": True, "live": False, "secret": True}
    assert (ready.status_code, ready.get_json()["checks"]) == (503, checks)
    assert ready.get_json()["disk_free_mb"] > 0


def test_metrics_count_requests_and_tokens(api: Api) -> None:
    api.floor.issue()
    text = api.client.get("/metrics").get_data(as_text=True)
    assert 'baari_open_tokens{centre="PSK-DEMO",state="waiting"} 1.0' in text
    assert 'baari_events{centre="PSK-DEMO"} 2.0' in text


def test_the_page_of_a_device_stands_under_its_centre_and_its_old_address_leads_there(api: Api) -> None:
    for old, new in (("/kiosk/K1", f"/kiosk/{CENTRE}/K1"), ("/display/board-g", f"/display/{CENTRE}/board-g")):
        moved = api.client.get(old)
        assert (moved.status_code, moved.location) == (308, new)
        assert api.client.get(new).status_code == 200
    assert api.client.get("/kiosk/K99").status_code == 404
    second_centre(api.floor)
    assert api.client.get("/kiosk/K1").status_code == 308  # the second has no kiosks
    assert api.client.get("/display/board-z").status_code == 308


def test_the_centres_of_a_key_are_its_own_with_the_names_in_their_languages(api: Api) -> None:
    second_centre(api.floor)
    (centre,) = api.send("GET", "/api/v1/centres", I).get_json()["centres"]
    assert (centre["code"], centre["timezone"]) == (CENTRE, "Asia/Kolkata")
    assert sorted(centre["name"]) == sorted(centre["languages"])


def test_what_an_integration_looks_up_is_what_commands_take(api: Api) -> None:
    services, stages, counters = (api.send("GET", f"{AT}/{what}", I).get_json()[what] for what in LISTS)
    for service in services:
        taken = api.send("POST", f"{AT}/tokens", I, json={"service": service["code"]})
        assert taken.get_json()["token"]["stage"] == service["stages"][0]
    assert {stage for service in services for stage in service["stages"]} <= {stage["code"] for stage in stages}
    assert {counter["stage"] for counter in counters} == {stage["code"] for stage in stages}
    for counter in counters:
        opened = api.send("POST", f"{AT}/counters/{counter['id']}/open", M).get_json()
        assert opened == {**counter, "state": "open", "reason": None, "back_at": None}


def begin_service(api: Api) -> None:
    api.send("POST", f"{AT}/tokens", K, json={"service": "NORMAL"})
    for verb in ("open", "call-next", "start"):
        assert api.send("POST", f"{AT}/counters/G1/{verb}", C).status_code == 200


def test_the_outcomes_of_a_stage_are_those_with_which_a_service_can_end(api: Api) -> None:
    stage = next(stage for stage in api.send("GET", f"{AT}/stages", I).get_json()["stages"] if stage["code"] == "G")
    for outcome in stage["outcomes"]:
        begin_service(api)
        assert api.send("POST", f"{AT}/counters/G1/finish", C, json={"outcome": outcome}).status_code == 200
    begin_service(api)
    wrong = api.send("POST", f"{AT}/counters/G1/finish", C, json={"outcome": "no such"}).get_json()
    assert wrong["known"] == sorted(stage["outcomes"])
    assert stage["ok"] in stage["outcomes"]
