"""What stands on a slip in each language, and how its job goes through the hands of the workers."""

from datetime import timedelta

import pytest

from server.services import printing, tokens
from server.services.printing import Job
from tests.factories import MORNING, Floor

PRINTER = "printer-k1"
SLIPS = {
    "hi": (
        "मॉडल पासपोर्ट सेवा केंद्र",
        ("पासपोर्ट", "Passport"),
        "G हॉल · 0 पहले · 0–10 मिनट",
        "फ़ोन से देखें, या कियोस्क पर फिर दिखाएँ",
        "बारी निकल जाए तो पर्ची दिखाएँ। आपकी जगह मिलेगी।",
        "मदद: पूछताछ काउंटर E1",
        "फिर: पूछताछ",
        "DUPLICATE 1 / प्रतिलिपि 1",
    ),
    "mr": (
        "मॉडेल पासपोर्ट सेवा केंद्र",
        ("पासपोर्ट", "Passport"),
        "G हॉल · 0 आधी · 0–10 मिनिटे",
        "फोनवर पाहा, किंवा किऑस्कवर पुन्हा दाखवा",
        "पाळी निघून गेली तर पावती दाखवा. आपली जागा मिळेल.",
        "मदत: चौकशी काउंटर E1",
        "नंतर: चौकशी",
        "DUPLICATE 1 / प्रत 1",
    ),
    "en": (
        "Model Passport Seva Kendra",
        ("Passport",),
        "Hall G · 0 before you · 0–10 min",
        "See it on your phone, or show it at the kiosk again",
        "If your turn has passed, show this slip. Your place is kept.",
        "Help: enquiry counter E1",
        "Then: Enquiry",
        "DUPLICATE 1",
    ),
}


def printed(floor: Floor, language: str = "en") -> str:
    """Issue a token with a slip; return its id."""
    order = floor.order(language=language, then=("ENQUIRY",), printer=PRINTER, address="http://localhost/t/x")
    floor.write(lambda tx: tokens.issue(tx, order, MORNING, "test"))
    return order.token_id


def lease(floor: Floor, worker: str, minutes: float = 0) -> Job | None:
    at = MORNING + timedelta(minutes=minutes)
    return floor.write(lambda tx: printing.lease_next(tx, PRINTER, worker, at))


def settle(floor: Floor, job: Job | None, worker: str) -> None:
    assert job is not None
    floor.write(lambda tx: printing.settle(tx, job.id, worker, printing.PRINTED, None, MORNING))


@pytest.mark.parametrize("language", SLIPS)
def test_a_slip_and_its_copy_say_everything_in_the_citizens_language(floor: Floor, language: str) -> None:
    floor.open("G1")
    token = printed(floor, language)
    settle(floor, original := lease(floor, "w1"), "w1")
    floor.write(lambda tx: printing.reprint(tx, token, None, MORNING))
    copy = lease(floor, "w1")
    assert original is not None
    assert copy is not None
    slip = original.slip
    words = (slip.centre, slip.service, slip.facts, slip.address_caption, slip.promise, slip.help, slip.then)
    assert (*words, copy.slip.copy_mark) == SLIPS[language]
    assert (original.english.promise, copy.english.copy_mark) == (SLIPS["en"][4], SLIPS["en"][7])


def test_a_printer_is_in_the_hands_of_one_worker_at_a_time(floor: Floor) -> None:
    printed(floor)
    printed(floor)
    first = lease(floor, "w1")
    assert first is not None
    assert lease(floor, "w2") is None
    settle(floor, first, "w1")
    second = lease(floor, "w2")
    assert second is not None
    assert (first.slip.label, second.slip.label) == ("N001", "N002")


def test_a_worker_settles_only_the_job_that_is_in_its_hands(floor: Floor) -> None:
    token = printed(floor)
    job = lease(floor, "w1")
    settle(floor, job, "w2")
    assert floor.db.read(lambda conn: printing.state_of(conn, token)).state == printing.PRINTING
    settle(floor, job, "w1")
    assert floor.db.read(lambda conn: printing.state_of(conn, token)).state == printing.PRINTED
