"""The verbs of the floor over HTTP: what each changes, and the code with which it is refused."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from server.app import build_server
from server.config import load_settings
from server.domain.permissions import Role
from server.services.floor import clock
from server.services.people import sign_in
from server.web.guard import STAFF_COOKIE
from tests.api.test_api import Api
from tests.factories import CENTRE, MORNING, Floor, StillClock
from tests.machines import FakeMachine
from tests.services.people.people import add_person, signed_in

AT = f"/api/v1/centres/{CENTRE}"
K, C, M, I = Role.KIOSK, Role.COUNTER, Role.MANAGER, Role.INTEGRATION  # noqa: E741


class Hall(Api):
    """A client of a floor on which time passes only when it is told to."""

    clock: StillClock

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self.clock.at += timedelta(minutes=minutes)

    def ask(self, path: str, role: Role = M, **body: Any) -> Any:
        """Send a command that must succeed; returns its answer."""
        answer = self.send("POST", path, role, json=body)
        assert answer.status_code in (200, 201), answer.get_json()
        return answer.get_json()

    def refused(self, path: str, role: Role = M, **body: Any) -> tuple[int, str]:
        """Send a command that must be refused; returns its status and code."""
        answer = self.send("POST", path, role, json=body)
        return answer.status_code, answer.get_json()["code"]

    def at(self, desk: str, verb: str, role: Role = C, **body: Any) -> Any:
        """Act at a counter; returns the token."""
        answer = self.ask(counter(desk, verb), role, **body)
        return answer["call"]["token"] if "call" in answer else answer.get("token")

    def issue(self, role: Role = K, **body: Any) -> Any:
        """Take a token; returns the whole answer."""
        return self.ask(f"{AT}/tokens", role, **{"service": "NORMAL", **body})

    def served(self, *counters: str) -> Any:
        """Open counters, take a token and begin to serve it at the last of them."""
        for counter in counters:
            self.at(counter, "open")
        self.issue()
        for counter in counters[:-1]:
            for verb in ("call-next", "start", "finish"):
                self.at(counter, verb)
        self.at(counters[-1], "call-next")
        return self.at(counters[-1], "start")


@pytest.fixture
def hall(sqlite_floor: Floor, tmp_path: Path) -> Iterator[Hall]:
    settings = load_settings({"BAARI_DATA_DIR": str(tmp_path), "BAARI_DATABASE_URL": sqlite_floor.db.url})
    clock = StillClock(MORNING)
    sqlite_floor.db.clock = clock
    server = build_server(settings, db=sqlite_floor.db, clock=sqlite_floor.db.clock)
    with server.app.test_client() as client:
        hall = Hall(sqlite_floor, client)
        hall.clock = clock
        yield hall
        assert sqlite_floor.verdict().faults == []


def counter(id_: str, verb: str) -> str:
    return f"/api/v1/centres/{CENTRE}/counters/{id_}/{verb}"


def test_a_token_is_parked_served_again_and_sent_to_another_counter(hall: Hall) -> None:
    token = hall.served("G1", "A1")
    assert hall.at("A1", "hold")["state"] == "held"
    assert hall.refused(counter("A1", "finish"), C) == (409, "no_current_token")
    assert hall.at("A1", "resume", token=token["id"])["state"] == "serving"
    hall.at("A2", "open")
    sent = hall.at("A1", "transfer", counter="A2", returns=True, reason="camera")
    assert (sent["state"], sent["stage"], sent["staff"]["only"]) == ("waiting", "A", "A2")
    assert hall.refused(counter("A1", "call-next"), C) == (409, "queue_empty")
    assert hall.at("A2", "call-next")["label"] == "N001"


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        ({}, (422, "invalid_input")),
        ({"stage": "Z"}, (422, "unknown_stage")),
        ({"counter": "Z9"}, (404, "unknown_counter")),
        ({"stage": "B", "counter": "A2"}, (409, "not_in_this_line")),
        ({"counter": "B1"}, (409, "counter_not_open")),
        ({"stage": "B", "officer": "nobody"}, (422, "unknown_officer")),
        ({"stage": "B", "officer": "asha"}, (409, "not_in_this_line")),
    ],
)
def test_a_transfer_to_nowhere_is_refused(hall: Hall, target: dict[str, str], refusal: tuple[int, str]) -> None:
    hall.floor.write(lambda tx: sign_in.add_staff(tx, "asha", C, "secret", MORNING))
    hall.served("G1", "A1")
    assert hall.refused(counter("A1", "transfer"), C, **target) == refusal
    assert hall.at("A1", "finish")["stage"] == "B"


def test_an_action_from_a_screen_that_is_out_of_date_is_refused_with_what_is_there(hall: Hall) -> None:
    token = hall.served("G1")
    stale = hall.send("POST", counter("G1", "finish"), C, json={"token": token["id"], "state": "called"})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "stale")
    assert stale.get_json()["current"]["state"] == "serving"
    assert hall.refused(counter("G1", "hold"), C, token="another") == (409, "stale")
    assert hall.at("G1", "finish", token=token["id"], state="serving")["stage"] == "A"


def test_the_last_acts_of_a_counter_are_told_and_each_can_be_taken_back_by_its_number(hall: Hall) -> None:
    token = hall.served("G1")
    acts = hall.send("GET", counter("G1", "line"), C).get_json()["acts"]
    assert [one["kind"] for one in acts] == ["token.started", "token.called"]
    refused = hall.send("POST", counter("G1", "undo"), C, json={"act": acts[1]["act"]})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "later_act")
    told = {name: refused.get_json()[name] for name in ("label", "state", "kind", "counter", "act")}
    started = {"label": token["label"], "state": "serving", "kind": "token.started", "counter": "G1"}
    assert told == started | {"act": acts[0]["act"]}
    assert hall.at("G1", "undo", act=acts[0]["act"])["state"] == "called"
    assert hall.at("G1", "undo")["state"] == "waiting"
    assert hall.refused(counter("G1", "undo"), C) == (409, "nothing_to_undo")


def test_a_token_that_a_desk_gave_is_withdrawn_and_its_page_and_its_slip_say_so(hall: Hall) -> None:
    given = hall.issue(C, counter="G1", print_at="printer-k1")
    undone = hall.ask(counter("G1", "undo"), C)
    assert (undone["token"]["label"], undone["token"]["state"]) == (given["token"]["label"], "cancelled")
    assert undone["take_back"] is None
    secret = given["status_url"].rpartition("/")[2]
    status = hall.send("GET", f"/api/v1/status/{secret}").get_json()
    assert (status["state"], status["withdrawn"]) == ("cancelled", True)
    assert hall.refused(f"{AT}/return", slip=secret) == (409, "illegal_transition")


def test_an_action_that_is_long_ago_is_not_taken_back(hall: Hall) -> None:
    token = hall.served("G1")
    hall.wait(6)
    assert hall.refused(counter("G1", "undo"), C) == (409, "nothing_to_undo")
    assert hall.refused(f"{AT}/tokens/{token['id']}/undo") == (409, "nothing_to_undo")


def test_a_manager_takes_back_a_cancelled_token(hall: Hall) -> None:
    token = hall.issue()["token"]
    hall.ask(f"{AT}/tokens/{token['id']}/cancel", C, reason="left")
    assert hall.ask(f"{AT}/tokens/{token['id']}/undo")["token"]["state"] == "waiting"
    assert hall.refused(f"{AT}/tokens/nobody/undo") == (404, "unknown_token")


def test_a_call_out_of_order_needs_a_manager_and_a_reason_of_the_list(hall: Hall) -> None:
    hall.at("G1", "open")
    hall.issue()
    later = hall.issue()["token"]["id"]
    assert hall.refused(counter("G1", "call"), C, token=later, reason="unwell") == (403, "forbidden")
    assert hall.refused(counter("G1", "call"), token=later, reason="my cousin") == (422, "unknown_reason")
    assert hall.refused(counter("A1", "call"), token=later, reason="unwell") == (409, "counter_not_open")
    assert hall.at("G1", "call", M, token=later, reason="unwell")["label"] == "N002"


def test_a_lead_moves_the_token_of_a_dead_counter(hall: Hall) -> None:
    hall.served("G1")
    assert hall.refused(counter("G1", "take-over"), to="G2") == (409, "counter_not_open")
    hall.at("G2", "open")
    assert hall.refused(counter("G1", "take-over"), C, to="G2") == (403, "forbidden")
    moved = hall.ask(counter("G1", "take-over"), to="G2")["call"]
    assert (moved["counter"], moved["token"]["counter"], moved["reason"]["rule"]) == ("G2", "G2", "taken_over")
    assert hall.refused(counter("G1", "take-over"), to="G2") == (409, "counter_busy")


def test_somebody_is_missed_late_and_comes_back_by_desk_slip_or_phone(hall: Hall) -> None:
    hall.at("G1", "open")
    issued = hall.issue()
    token, secret = issued["token"]["id"], issued["status_url"].rsplit("/", 1)[1]

    def lose() -> None:
        hall.at("G1", "call-next")
        early = hall.send("POST", counter("G1", "miss"), C, json={})
        assert (early.status_code, early.get_json()["code"], early.get_json()["calls_left"]) == (
            409,
            "too_early_to_miss",
            2,
        )
        hall.at("G1", "recall")
        hall.at("G1", "recall")
        hall.wait(5)
        assert hall.at("G1", "miss")["state"] == "missed"

    lose()
    assert hall.ask(f"{AT}/tokens/{token}/return", C, counter="G1")["token"]["state"] == "waiting"
    lose()
    assert hall.ask(f"{AT}/return", K, slip=secret)["token"]["label"] == "N001"
    lose()
    assert hall.send("POST", f"/api/v1/status/{secret}/return", None).get_json()["state"] == "waiting"
    assert hall.refused(f"{AT}/return", K, slip="no-such-slip") == (404, "unknown_token")


def test_a_citizen_goes_out_comes_back_and_gives_the_token_back_by_phone(hall: Hall) -> None:
    secret = hall.issue()["status_url"].rsplit("/", 1)[1]

    def by_phone(verb: str) -> Any:
        return hall.send("POST", f"/api/v1/status/{secret}/{verb}", None).get_json()

    paused = by_phone("pause")
    assert (paused["state"], paused["until"]) == ("paused", "2026-11-24T04:15:00.000Z")
    assert by_phone("return")["state"] == "waiting"
    assert by_phone("cancel")["state"] == "cancelled"
    assert by_phone("return")["code"] == "illegal_transition"


def test_staff_pause_correct_and_remark_on_a_token(hall: Hall) -> None:
    at = f"{AT}/tokens/{hall.issue()['token']['id']}"
    assert hall.ask(f"{at}/pause", C)["token"]["state"] == "paused"
    assert hall.ask(f"{at}/correct", C, service="PCC", counter="G1")["token"]["staff"]["klass"] == "P"
    told = hall.ask(f"{at}/remark", C, party=3, access=["wheelchair"], need="senior", language="mr")["token"]
    assert (told["party"], told["staff"]["access"], told["staff"]["klass"]) == (3, ["wheelchair"], "F")
    assert hall.refused(f"{at}/correct", C, service="NOPE") == (422, "unknown_service")
    assert hall.refused(f"{at}/remark", C, party=0) == (422, "invalid_input")
    assert hall.refused(f"{at}/remark", C, access=["wings"]) == (422, "invalid_input")
    assert hall.refused(f"{at}/correct", C, service="PCC", counter="G99") == (404, "unknown_counter")


def test_nobody_acts_in_the_name_of_another_counter(hall: Hall) -> None:
    hall.keys[C] = hall.floor.key(C, counter="G1")
    at = f"{AT}/tokens/{hall.issue()['token']['id']}"
    for verb, body in (("correct", {"service": "PCC"}), ("remark", {"party": 2}), ("return", {})):
        assert hall.refused(f"{at}/{verb}", C, counter="G2", **body) == (403, "forbidden")
    assert hall.refused(f"{AT}/tokens", C, service="NORMAL", counter="G2") == (403, "forbidden")


def test_too_many_emergencies_are_refused(hall: Hall) -> None:
    for _ in range(4):
        hall.ask(f"{AT}/tokens/{hall.issue()['token']['id']}/remark", C, emergency=True, counter="E1")
    fifth = f"{AT}/tokens/{hall.issue()['token']['id']}/remark"
    assert hall.refused(fifth, C, emergency=True, counter="E1") == (409, "emergency_limit")


def test_a_party_with_two_services_is_one_token(hall: Hall) -> None:
    issued = hall.issue(C, party=4, then=["ENQUIRY"], access=["hearing"])
    token = hall.send("GET", f"{AT}/tokens/{issued['token']['id']}", C).get_json()["token"]
    assert (issued["token"]["party"], token["staff"]["then"], token["staff"]["access"]) == (4, ["ENQUIRY"], ["hearing"])


def test_a_floor_is_stopped_and_goes_on(hall: Hall) -> None:
    hall.at("G1", "open")
    hall.issue()
    assert hall.refused(f"{AT}/notice", kind="pause", on=True) == (422, "invalid_input")
    told = hall.send("POST", f"{AT}/notice", M, json={"kind": "pause", "on": True}).get_json()
    assert told["detail"] == "a flag that is set needs a cause"
    assert told["errors"] == {"_schema": [told["detail"]]}
    assert hall.refused(f"{AT}/notice", kind="pause", cause="toilet", on=True) == (422, "unknown_cause")
    assert hall.ask(f"{AT}/notice", kind="pause", cause="power", on=True)["frozen"] is True
    assert hall.refused(counter("G1", "call-next"), C) == (409, "centre_frozen")
    assert hall.refused(f"{AT}/days/2026-11-24/close") == (409, "centre_frozen")
    assert hall.send("GET", f"{AT}/snapshot").get_json()["frozen"] is True
    assert hall.ask(f"{AT}/notice", kind="pause", on=False)["frozen"] is False
    assert hall.at("G1", "call-next")["label"] == "N001"


def test_a_manager_says_which_clock_is_right_and_the_floor_went_on_meanwhile(hall: Hall) -> None:
    machine = hall.floor.db.clock = FakeMachine()
    hall.at("G1", "open")
    hall.issue()
    machine.is_set(days=1)
    assert hall.send("GET", f"{AT}/clock").get_json()["doubted"], "before a command has seen it"
    assert hall.issue()["token"]["label"] == "N002"
    told = hall.send("GET", f"{AT}/clock").get_json()
    assert (told["doubted"], told["why"]) == (True, "step")
    assert (told["now"], told["wall"]) == ("2026-11-24T04:00:00.000Z", "2026-11-25T04:00:00.000Z")
    settled = hall.ask(f"{AT}/clock", choose="floor")
    assert (settled["doubted"], settled["now"]) == (False, told["now"])
    assert hall.refused(f"{AT}/clock", choose="sun") == (422, "invalid_input")


def test_a_reference_is_found_whatever_else_a_scanner_sent_with_it(hall: Hall) -> None:
    rows = [
        {"reference": text, "slot": "2026-11-24T09:30:00+05:30", "service": "NORMAL"} for text in ("AB\0-1234", "\0")
    ]
    told = hall.ask(f"{AT}/appointments", bookings=rows)["rows"]
    assert [(row["result"], row["code"]) for row in told] == [("created", None), ("refused", "invalid_reference")]
    found = hall.send("GET", f"{AT}/appointments?appointment=ab1%002%0034").get_json()["bookings"]
    assert len(found) == 1
    assert hall.refused(f"{AT}/tokens", K, appointment="\0\0\0\0\0") == (404, "unknown_appointment")
    assert hall.refused(f"{AT}/tokens", K, appointment="AB1235\0") == (404, "unknown_appointment")
    assert hall.ask(f"{AT}/tokens", K, appointment="\0ab 12\u001d34\0")["token"]["label"] == "N001"


@pytest.mark.parametrize("wrong", [timedelta(days=365), timedelta(hours=-3)])
def test_nobody_is_signed_out_by_a_clock_that_is_set_wrong(hall: Hall, wrong: timedelta) -> None:
    machine = hall.floor.db.clock = FakeMachine()
    hall.floor.write(clock.hear)
    add_person(hall.floor, "asha", M)
    hall.client.set_cookie(STAFF_COOKIE, signed_in(hall.floor, "asha", MORNING))
    machine.wall += wrong
    for minutes, status in ((10, 200), (61, 401)):  # a session ends when nobody used it for an hour
        machine.passes(minutes=minutes)
        assert hall.client.get(f"{AT}/clock").status_code == status


def test_paper_numbers_are_leased_entered_and_void(hall: Hall) -> None:
    lease = hall.ask(f"{AT}/leases", series="N", count=3, holder="pad 1")
    assert (lease["first"], lease["last"], lease["void"]) == (1, 3, None)
    hall.wait(20)
    paper = {"label": "N002", "taken_at": "2026-11-24T09:35:00+05:30"}
    assert hall.issue(C, paper=paper, counter="E1")["token"]["label"] == "N002"
    assert hall.refused(f"{AT}/tokens", C, service="NORMAL", paper=paper) == (409, "number_not_leased")
    future = paper | {"label": "N003", "taken_at": "2026-11-24T12:35:00+05:30"}
    assert hall.refused(f"{AT}/tokens", C, service="NORMAL", paper=future) == (422, "invalid_input")
    assert hall.ask(f"{AT}/leases/{lease['id']}/void", reason="pad lost")["void"] == "pad lost"
    assert hall.refused(f"{AT}/leases/{lease['id']}/void", reason="again") == (404, "unknown_lease")
    assert hall.refused(f"{AT}/leases", series="Z", count=3, holder="x") == (404, "unknown_lease")
    assert hall.refused(f"{AT}/leases", series="N", count=0, holder="x") == (422, "invalid_input")
    assert hall.issue()["token"]["label"] == "N004"


def test_tokens_outside_the_hours_are_refused_with_the_next_opening(hall: Hall) -> None:
    hall.wait(-1)
    answer = hall.send("POST", f"{AT}/tokens", K, json={"service": "NORMAL"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_open_now")
    assert answer.get_json()["opens_at"] == "2026-11-24T09:30:00+05:30"


def slot(hour: str, day: int = 24) -> str:
    return f"2026-11-{day}T{hour}:00+05:30"


def test_bookings_are_taken_over_found_and_checked_in(hall: Hall) -> None:
    booked = [
        {"reference": f"ARN-26-{tail}", "slot": at, "service": "NORMAL"}
        for tail, at in (("0001", slot("09:45")), ("0002", slot("11:00")), ("0003", slot("09:45", 25)))
    ]
    rows = [{"n": n, "result": "created", "code": None} for n in (1, 2, 3)]
    assert hall.ask(f"{AT}/appointments", I, bookings=booked) == {"rows": rows}
    assert hall.refused(f"{AT}/appointments", C, bookings=booked) == (403, "forbidden")
    assert hall.refused(f"{AT}/appointments", I, bookings=[]) == (422, "invalid_input")
    told = [{**booked[0], "reference": "arn 26 0001"}, {**booked[1], "reference": "a-1"}, {**booked[1], "service": "X"}]
    assert hall.ask(f"{AT}/appointments", I, bookings=told) == {
        "rows": [
            {"n": 1, "result": "unchanged", "code": None},
            {"n": 2, "result": "refused", "code": "invalid_reference"},
            {"n": 3, "result": "refused", "code": "unknown_service"},
        ]
    }
    assert hall.issue(appointment="ARN-26-0001")["token"]["label"] == "N001"
    refusals = [
        hall.refused(f"{AT}/tokens", K, service="NORMAL", appointment=f"ARN-26-{tail}")
        for tail in ("0001", "0002", "0003")
    ]
    codes = ["appointment_used", "appointment_early", "appointment_other_day"]
    assert refusals == [(409, code) for code in codes]
    found = hall.send("GET", f"{AT}/appointments?tail=0002", C).get_json()["bookings"]
    assert [(one["slot"], one["checked_in"]) for one in found] == [("2026-11-24T05:30:00.000Z", False)]
    named = {text: hall.send("GET", f"{AT}/appointments?appointment={text}", C) for text in ("arn%2026/0002", "x0002")}
    assert [answer.get_json()["bookings"] for answer in named.values()] == [found, []]
    for asked in ("", "tail=0002&appointment=x0002", f"appointment=x0002&slot={found[0]['slot']}"):
        assert hall.send("GET", f"{AT}/appointments?{asked}", C).get_json()["code"] == "invalid_input"
    assert hall.send("GET", f"{AT}/appointments?appointment=/", C).get_json() == {"bookings": []}
    hall.wait(75)
    assert hall.issue(C, booking=found[0]["id"])["token"]["label"] == "N002"
    assert hall.refused(f"{AT}/tokens", C, service="NORMAL", booking=999) == (404, "unknown_appointment")


@pytest.mark.parametrize(
    "moment",
    [
        7,
        "7",
        "0.0",
        "1e9",
        "-1.5",
        "2026-11-24T10:15:00",
        "0001-01-01T00:00:00+05:30",
        "9999-12-31T23:59:59-05:30",
        "today",
    ],
)
def test_a_time_is_refused_that_is_not_written_out_with_its_zone_or_in_no_year_of_ours(hall: Hall, moment: Any) -> None:
    if isinstance(moment, str):
        booking = {"reference": "ARN-1234", "slot": moment, "service": "NORMAL"}
        row = {"n": 1, "result": "refused", "code": "invalid_slot"}
        assert hall.ask(f"{AT}/appointments", bookings=[booking]) == {"rows": [row]}
    paper = {"label": "N001", "taken_at": moment}
    assert hall.refused(f"{AT}/tokens", C, service="NORMAL", paper=paper) == (422, "invalid_input")
    found = hall.send("GET", f"{AT}/appointments?{urlencode({'tail': '0001', 'slot': moment})}", C)
    assert (found.status_code, found.get_json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("day", ["2026-11-25", "9999-12-31"])
def test_there_is_no_report_of_a_day_after_today(hall: Hall, day: str) -> None:
    answer = hall.send("GET", f"{AT}/report?day={day}")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize("day", ["0001-01-01", "2000-01-01", "2025-12-31"])
def test_there_is_no_report_of_a_day_before_the_first_rules(hall: Hall, day: str) -> None:
    answer = hall.send("GET", f"{AT}/report?day={day}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "unknown_day")


def test_the_gate_tells_whom_it_lets_in(hall: Hall) -> None:
    assert hall.send("GET", f"{AT}/gate", K).get_json() == {"until": "2026-11-24T04:15:00.000Z", "held_min": 0}


def test_a_day_with_twenty_thousand_people_is_closed_in_one_piece(hall: Hall) -> None:
    shown = [hall.issue()["token"]["id"], *(f"{n:08x}-e600-75b1-a522-4a58b791f1d8" for n in range(19_999))]
    hall.ask(f"{AT}/days/2026-11-24/close", live=shown)
    assert hall.refused(f"{AT}/days/2026-11-24/close", K, live=shown * 2) == (413, "request_entity_too_large")


def test_a_return_slip_is_taken_within_its_days(hall: Hall) -> None:
    hall.at("G1", "open")
    secret = hall.issue()["status_url"].rsplit("/", 1)[1]
    hall.at("G1", "call-next")
    hall.at("G1", "start")
    hall.at("G1", "finish", outcome="refused")
    assert hall.send("GET", f"/api/v1/status/{secret}", None).get_json()["return_until"] == "2026-11-27"
    hall.wait(24 * 60)
    assert hall.issue(service="RETURN", return_slip=secret)["token"]["label"] == "R001"
    day = hall.send("GET", f"{AT}/days/today").get_json()
    hall.ask(f"{AT}/days/{day['day']}/close", live=[person["id"] for person in day["live"]])
    hall.wait(6 * 24 * 60)
    refusal = hall.refused(f"{AT}/tokens", K, service="RETURN", return_slip=secret)
    assert refusal == (409, "return_slip_expired")


def test_a_token_is_explained_in_the_language_that_is_asked(hall: Hall) -> None:
    hall.served("G1")
    told = hall.send("GET", f"{AT}/explain/N001?language=hi", C).get_json()
    assert told["calls"][0]["text"] == "N001 को बुलाया गया: सबसे लंबी प्रतीक्षा, 0 मिनट।"
    for label in ("N999", "N99999999999999999999", "N²"):
        unknown = hall.send("GET", f"{AT}/explain/{label}", C)
        assert (unknown.status_code, unknown.get_json()["code"]) == (404, "unknown_token")


def test_a_command_sent_again_under_its_key_gets_its_answer_and_changes_nothing(hall: Hall) -> None:
    hall.served("G1")
    answers = [hall.send("POST", counter("G1", "undo"), C, json={}, Idempotency_Key="once") for _ in range(3)]
    assert [(answer.status_code, answer.get_json()["token"]["state"]) for answer in answers] == [(200, "called")] * 3
    other = hall.send("POST", counter("G1", "recall"), C, json={}, Idempotency_Key="once")
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")


def test_one_command_finishes_and_calls_the_next_as_two_acts_each_with_its_undo(hall: Hall) -> None:
    hall.served("G1")
    waiting = hall.issue()["token"]
    answer = hall.ask(counter("G1", "finish"), C, then="call-next")
    assert (answer["token"]["stage"], answer["call"]["token"]["id"]) == ("A", waiting["id"])
    assert answer["call"]["reason"]["text"]
    assert hall.ask(counter("G1", "undo"), C)["token"]["id"] == waiting["id"]
    assert hall.ask(counter("G1", "undo"), C)["token"]["id"] == answer["token"]["id"]
    assert hall.refused(counter("G1", "finish"), C, then="start") == (422, "invalid_input")


def test_where_nobody_can_be_called_the_one_who_was_served_has_left_all_the_same(hall: Hall) -> None:
    hall.served("G1")
    answer = hall.ask(counter("G1", "finish"), C, then="call-next")
    assert (answer["token"]["stage"], answer["call"], answer["not_called"]) == ("A", None, "queue_empty")
    hall.served("G2")
    hall.issue()
    hall.ask(counter("G2", "pause"), C, after_current=True)
    answer = hall.ask(counter("G2", "finish"), C, then="call-next")
    assert (answer["token"]["stage"], answer["not_called"]) == ("A", "counter_not_open")


def test_a_retry_of_finish_and_call_gets_the_same_answer_and_calls_nobody_twice(hall: Hall) -> None:
    hall.served("G1")
    hall.issue()
    hall.issue()
    key = {"Idempotency_Key": "finish-and-call"}
    first, again = (
        hall.send("POST", counter("G1", "finish"), C, json={"then": "call-next"}, **key).get_json() for _ in (1, 2)
    )
    assert first == again
    assert hall.refused(counter("G1", "call-next"), C) == (409, "counter_busy")


@pytest.mark.parametrize("reason", ["", " ", "\n\u200b"])
def test_a_day_is_reopened_for_a_reason_in_words(hall: Hall, reason: str) -> None:
    hall.issue()
    live = [person["id"] for person in hall.send("GET", f"{AT}/days/today").get_json()["live"]]
    hall.ask(f"{AT}/days/2026-11-24/close", live=live, then="end")
    assert hall.refused(f"{AT}/days/2026-11-24/reopen", reason=reason) == (422, "invalid_input")
    assert hall.ask(f"{AT}/days/2026-11-24/reopen", reason="by mistake")["restored"] == 1
