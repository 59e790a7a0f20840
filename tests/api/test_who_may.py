"""What only whoever works in the hall may ask: by number, with a pad, at a counter, or as an emergency."""

from typing import Any

import pytest

from server.domain.permissions import Role
from server.services.bookings.book import NewBooking
from server.services.people import keys
from server.services.people.principal import Principal
from server.services.people.seats import sit
from server.web.guard import csrf_token
from tests.api.test_api import AT, Api, C, D, I, K, M, api
from tests.factories import CENTRE, MORNING, at_time, make_reference
from tests.services.people.people import PASSWORD, add_person

__all__ = ["api"]
PAD = {"label": "N001", "taken_at": "2026-11-24T09:35:00+05:30"}


def refusal(api: Api, path: str, role: Role, **body: Any) -> tuple[int, str, str | None]:
    answer = api.send("POST", f"{AT}/{path}", role, json=body)
    problem = answer.get_json()
    return answer.status_code, problem.get("code", ""), problem.get("permission")


@pytest.mark.parametrize("role", [K, I])
def test_a_kiosk_and_a_program_name_an_appointment_by_its_reference_alone(api: Api, role: Role) -> None:
    api.floor.book(NewBooking(make_reference("ARN-1234"), MORNING, "NORMAL"))
    assert refusal(api, "tokens", role, booking=1) == (403, "forbidden", "find_booking")
    assert api.send("POST", f"{AT}/tokens", C, json={"booking": 1}).status_code == 201


@pytest.mark.parametrize("role", [K, I])
def test_a_kiosk_and_a_program_enter_no_number_of_a_pad_and_stand_at_no_counter(api: Api, role: Role) -> None:
    api.floor.lease()
    assert refusal(api, "tokens", role, service="NORMAL", paper=PAD) == (403, "forbidden", "enter_pad_number")
    assert refusal(api, "tokens", role, service="NORMAL", counter="E1") == (403, "forbidden", "take_seat")


@pytest.mark.parametrize("role", [K, I])
def test_how_many_come_together_is_said_by_whoever_sees_them(api: Api, role: Role) -> None:
    assert refusal(api, "tokens", role, service="NORMAL", party=20) == (403, "forbidden", "remark_token")
    assert api.send("POST", f"{AT}/tokens", role, json={"service": "NORMAL", "party": 1}).status_code == 201
    assert api.send("POST", f"{AT}/tokens", C, json={"service": "NORMAL", "party": 2}).status_code == 201


def test_a_kiosk_prints_at_its_own_printer_and_at_no_other(api: Api) -> None:
    api.keys[K] = api.floor.key(K, device="K1")
    elsewhere, own = ({"service": "NORMAL", "print_at": printer} for printer in ("printer-k2", "printer-k1"))
    assert refusal(api, "tokens", K, **elsewhere) == (403, "forbidden", "issue_token")
    issued = api.send("POST", f"{AT}/tokens", K, json=own)
    assert issued.status_code == 201
    slip = str(issued.get_json()["status_url"]).rsplit("/", 1)[1]
    assert refusal(api, "slips/reprint", K, slip=slip, print_at="printer-k2") == (403, "forbidden", "reprint_by_slip")
    assert api.send("POST", f"{AT}/slips/reprint", K, json={"slip": slip}).status_code == 200


def test_an_emergency_is_marked_from_a_counter_and_by_whoever_sits_there(api: Api) -> None:
    token = api.floor.issue().id
    assert refusal(api, f"tokens/{token}/remark", C, emergency=True) == (403, "forbidden", "mark_emergency")
    assert api.send("POST", f"{AT}/tokens/{token}/remark", C, json={"party": 2}).status_code == 200
    assert api.send("POST", f"{AT}/tokens/{token}/remark", M, json={"emergency": True}).status_code == 200
    bound = api.floor.key(C, counter="G2")
    api.keys[C] = bound
    assert refusal(api, f"tokens/{token}/remark", C, emergency=True, counter="G1") == (
        403,
        "forbidden",
        "mark_emergency",
    )


def test_a_clerk_who_sits_elsewhere_or_nowhere_marks_no_emergency(api: Api) -> None:
    add_person(api.floor, "asha")
    asha = Principal("staff:1", C, api.floor.centre_id, CENTRE, user="asha")
    api.floor.write(lambda tx: sit(at_time(tx, MORNING), "E1", asha, MORNING))
    token = api.floor.issue().id
    api.client.post("/login", data={"user": "asha", "password": PASSWORD})
    with api.client.application.app_context():
        csrf = csrf_token(str(api.client.get_cookie("baari_staff").value))  # type: ignore[union-attr]
    for counter, expected in ((None, 403), ("E2", 409), ("E1", 200)):
        headers = {"X_CSRF_Token": csrf}
        body = {"emergency": True, "counter": counter}
        answer = api.send("POST", f"{AT}/tokens/{token}/remark", None, json=body, **headers)
        assert answer.status_code == expected, answer.get_json()


def test_a_device_opens_its_own_page_and_no_other_of_its_kind(api: Api) -> None:
    first, second = (kiosk.id for kiosk in api.floor.preset.kiosks[:2])
    secret = api.floor.write(lambda tx: keys.create_key(tx, K, "hall", MORNING, device=first))
    api.client.set_cookie("baari_device", secret)
    opened = {device: api.client.get(f"/kiosk/{CENTRE}/{device}").get_data(as_text=True) for device in (first, second)}
    assert ["pairing.js" in opened[device] for device in (first, second)] == [False, True]
    api.client.set_cookie("baari_device", api.keys[D])
    opens = [f"/display/{CENTRE}/board-a", f"/kiosk/{CENTRE}/{first}"]
    assert ["pairing.js" in api.client.get(path).get_data(as_text=True) for path in opens] == [False, True]
