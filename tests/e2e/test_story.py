"""One citizen through every stage, over HTTP, on a running server."""

from server.domain.permissions import Role
from tests.factories import CENTRE
from tests.processes import ServerProcess

ROUTE = ("G", "A", "B", "C", "X")


def test_one_citizen_goes_through_every_stage_and_leaves_the_snapshot(server: ServerProcess) -> None:
    kiosk, staff = server.client(Role.KIOSK, device="K1"), server.client(Role.COUNTER)
    for stage in ROUTE:
        assert staff.post(f"centres/{CENTRE}/counters/{stage}1/open").json()["state"] == "open"

    issued = kiosk.issue(language="mr")
    assert issued.status_code == 201
    body = issued.json()
    token = body["token"]
    assert (token["label"], token["state"], token["stage"]) == ("N001", "waiting", "G")
    assert body["ahead"] == 0
    assert body["wait"] == {"low_min": 0, "high_min": 5}
    assert body["print"] == {"state": "queued"}
    assert body["status_url"].startswith(f"{server.url}/t/")
    assert [t["label"] for t in kiosk.snapshot()["tokens"]] == ["N001"]

    for stage in ROUTE:
        call = staff.post(f"centres/{CENTRE}/counters/{stage}1/call-next").json()["call"]
        assert (call["token"]["id"], call["counter"]) == (token["id"], f"{stage}1")
        assert call["reason"]["text"].startswith("N001 was called")
        assert staff.post(f"centres/{CENTRE}/counters/{stage}1/start").json()["token"]["state"] == "serving"
        finished = staff.post(f"centres/{CENTRE}/counters/{stage}1/finish").json()["token"]
    assert (finished["state"], finished["staff"]["decision"]) == ("done", "granted")
    assert kiosk.snapshot()["tokens"] == []

    page = staff.http.get(body["status_url"])
    assert page.status_code == 200
    assert "N001" in page.text


def test_a_retried_command_gets_the_first_answer_and_another_body_is_refused(server: ServerProcess) -> None:
    kiosk = server.client(Role.KIOSK, device="K2")
    first = kiosk.issue(key="same")
    again = kiosk.issue(key="same")
    other = kiosk.issue("TATKAAL", key="same")
    assert again.status_code == 201
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(kiosk.snapshot()["tokens"]) == 1


def test_a_correction_loop_and_a_refusal_follow_the_outcomes_of_the_stages(server: ServerProcess) -> None:
    staff = server.client()
    for counter in ("G1", "A1", "AX1", "B1", "C1", "X1"):
        staff.post(f"centres/{CENTRE}/counters/{counter}/open")
    staff.issue()

    def serve(counter: str, outcome: str | None = None) -> tuple[str, str | None]:
        staff.post(f"centres/{CENTRE}/counters/{counter}/call-next")
        staff.post(f"centres/{CENTRE}/counters/{counter}/start")
        answer = staff.post(f"centres/{CENTRE}/counters/{counter}/finish", {"outcome": outcome} if outcome else None)
        token = answer.json()["token"]
        return token["state"], token["stage"]

    assert serve("G1") == ("waiting", "A")
    assert serve("A1") == ("waiting", "B")
    assert serve("B1", "error") == ("waiting", "AX")
    assert serve("AX1") == ("waiting", "B")
    assert serve("B1") == ("waiting", "C")
    assert serve("C1", "refused") == ("waiting", "X")
    assert serve("X1") == ("refused", None)
    figures = staff.get(f"centres/{CENTRE}/stats").json()
    assert (figures["issued"], figures["ended"]) == (1, {"refused": 1})
