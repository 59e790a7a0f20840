"""A slip is queued with its token, composed from what is true when it is printed, and withdrawn with its token."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from server.domain.actors import By
from server.domain.errors import UnknownPrinter, UnknownToken
from server.domain.jobs import Job, JobState, Result, Target
from server.domain.token.token import Token
from server.services.floor.issue import Issued, issue
from server.services.outbox import jobs
from server.services.outbox.kinds import Withdrawn
from server.services.paper import slips
from server.services.paper.slips import Printing, PrintState, Sheet
from server.storage.sql import devices, tokens
from server.storage.transaction import Transaction
from tests.factories import MORNING, Floor, at_time

PRINTER = "printer-k1"
URL = "http://centre.example"
KEY = b"the secret of the installation"


def issue_slip(floor: Floor, **order: Any) -> Issued:
    wanted, now = floor.order(printer=PRINTER, **order), floor.now()
    return floor.write(lambda tx: issue(at_time(tx, now), wanted, By("test")))


def last_job(floor: Floor, token: Token) -> Job:
    job = floor.db.read(lambda read: jobs.last_job(read, slips.PRINT, token.id))
    assert job is not None
    return job


def sheet(floor: Floor, token: Token) -> Sheet:
    job = last_job(floor, token)
    return floor.db.read(lambda read: slips.prepare(read, job, URL, KEY))


def reprint(floor: Floor, token: Token, printer: str | None = None) -> Printing:
    return floor.write(lambda tx: slips.reprint(at_time(tx, MORNING), token.id, printer, By("test")))


def state_of(floor: Floor, token: Token) -> Printing:
    return floor.db.read(lambda read: slips.token_and_slip(read, floor.centre.id, token.id))[1]


def settle_as(floor: Floor, state: JobState) -> None:
    """Let a worker take the next slip and come to this state."""

    def work(tx: Transaction) -> None:
        target = Target(floor.centre_id, slips.PRINT, PRINTER)
        job = jobs.lease_next(at_time(tx, MORNING), target, slips.RULES, "test")
        assert job is not None
        jobs.settle(tx, job, slips.RULES, "test", Result(state, "so it was"), 1.0)

    floor.write(work)


def test_the_slip_tells_what_the_citizen_was_told_and_leads_to_their_page(floor: Floor) -> None:
    floor.open("G1")
    for _ in range(5):
        floor.issue()
    issued = issue_slip(floor, language="en")
    slip, wait = sheet(floor, issued.token).slip, issued.forecast.wait
    assert (issued.print_state, issued.forecast.ahead, wait.high_min is None) == ("queued", 5, False)
    assert slip.facts == f"Hall G · 5 before you · {wait.low_min}–{wait.high_min} min"
    assert slip.address.startswith(f"{URL}/t/{issued.secret}.")
    assert (slip.label, slip.copy, slip.copy_mark, slip.issued) == ("N006", 0, "", "24-11-2026 · 09:36")


def test_while_no_counter_is_open_the_slip_tells_no_wait(floor: Floor) -> None:
    assert sheet(floor, issue_slip(floor, language="en").token).slip.facts == "Hall G · 0 before you"


def test_an_order_without_a_printer_has_no_slip(floor: Floor) -> None:
    issued = floor.write(lambda tx: issue(at_time(tx, MORNING), floor.order(), By("test")))
    assert (issued.print_state, state_of(floor, issued.token)) == ("none", Printing(PrintState.NONE))


def test_every_sentence_of_a_slip_is_in_the_citizens_language_and_english_for_a_machine_that_cannot_shape_it(
    floor: Floor,
) -> None:
    floor.open("G1")
    floor.issue()
    ready = sheet(floor, issue_slip(floor, language="hi", then=("ENQUIRY",)).token)
    slip, english = ready.slip, ready.english
    assert (slip.language, english.language) == ("hi", "en")
    assert (slip.service, english.service) == (("पासपोर्ट", "Passport"), ("Passport",))
    assert (slip.facts, english.facts) == ("G हॉल · 1 पहले · 0–10 मिनट", "Hall G · 1 before you · 0–10 min")
    assert slip.promise == "बारी निकल जाए तो पर्ची दिखाएँ। आपकी जगह मिलेगी।"
    assert english.promise == "If your turn has passed, show this slip. Your place is kept."
    assert slip.address_caption == "फ़ोन से देखें, या कियोस्क पर फिर दिखाएँ"
    assert english.address_caption == "See it on your phone, or show it at the kiosk again"
    assert (slip.then, english.then) == ("फिर: पूछताछ", "Then: Enquiry")
    assert (slip.centre, slip.help) == ("मॉडल पासपोर्ट सेवा केंद्र", "मदद: पूछताछ काउंटर E1")
    assert (english.centre, english.help) == ("Model Passport Seva Kendra", "Help: enquiry counter E1")


@pytest.mark.parametrize(("party", "then"), [(1, ()), (5, ("ENQUIRY",))])
def test_the_slip_says_the_party_and_what_comes_then(floor: Floor, party: int, then: tuple[str, ...]) -> None:
    slip = sheet(floor, issue_slip(floor, party=party, then=then, language="en").token).slip
    assert (slip.party, slip.then) == (party, "Then: Enquiry" if then else "")


def test_a_correction_before_the_printing_stands_on_the_paper(floor: Floor) -> None:
    token = issue_slip(floor, language="en").token
    floor.correct(token, "TATKAAL")
    assert sheet(floor, token).slip.service == ("Tatkaal passport",)


def test_what_was_foretold_of_one_hall_is_not_told_in_another(floor: Floor) -> None:
    floor.open("G1")
    token = issue_slip(floor, language="en").token
    floor.serve("G1")
    assert sheet(floor, token).slip.facts == "Hall A"


def test_the_slip_of_a_token_that_was_cancelled_is_withdrawn(floor: Floor) -> None:
    token = issue_slip(floor).token
    floor.cancel(token)
    with pytest.raises(Withdrawn):
        sheet(floor, token)


def test_a_printer_that_is_gone_has_no_settings_and_the_slip_waits_for_a_person(floor: Floor) -> None:
    token = issue_slip(floor).token
    job = last_job(floor, token)
    elsewhere = replace(job, target=replace(job.target, name="printer-x"))
    assert floor.db.read(lambda read: slips.prepare(read, elsewhere, URL, KEY)).settings == {}


def test_the_settings_of_the_printer_are_those_of_now(floor: Floor) -> None:
    token = issue_slip(floor).token
    floor.write(lambda tx: devices.set_printer(tx.conn, floor.centre_id, PRINTER, {"kind": "file", "folder": "/x"}))
    ready = sheet(floor, token)
    assert (ready.printer, ready.settings) == (PRINTER, {"kind": "file", "folder": "/x"})


def test_a_copy_says_that_it_is_one_in_english_and_in_the_citizens_language(floor: Floor) -> None:
    token = issue_slip(floor, language="hi").token
    assert reprint(floor, token) == Printing(PrintState.QUEUED, 1)
    assert reprint(floor, token) == Printing(PrintState.QUEUED, 2)
    ready = sheet(floor, token)
    assert (ready.slip.copy, ready.slip.copy_mark) == (2, "DUPLICATE 2 / प्रतिलिपि 2")
    assert (ready.english.copy, ready.english.copy_mark) == (2, "DUPLICATE 2")


def test_a_copy_comes_out_where_the_last_one_did_or_where_it_is_asked_for(floor: Floor) -> None:
    token = issue_slip(floor).token
    reprint(floor, token, "printer-k2")
    assert last_job(floor, token).target.name == "printer-k2"
    reprint(floor, token)
    assert last_job(floor, token).target.name == "printer-k2"


def test_what_cannot_be_printed_is_refused(floor: Floor) -> None:
    token, printed = floor.issue(), issue_slip(floor).token
    with pytest.raises(UnknownPrinter):
        reprint(floor, token)
    with pytest.raises(UnknownPrinter):
        reprint(floor, printed, "kiosk-1")
    with pytest.raises(UnknownToken):
        reprint(floor, replace(token, id="nobody"))
    for device in ("nowhere", "kiosk-1"):
        order = floor.order(printer=device)
        with pytest.raises(UnknownPrinter):
            floor.write(lambda tx, o=order: issue(at_time(tx, MORNING), o, By("test")))  # type: ignore[misc]
    assert floor.db.read(lambda conn: tokens.count_tokens(conn, floor.centre_id)) == 2


@pytest.mark.parametrize(
    ("came", "told"),
    [
        (JobState.QUEUED, "queued"),
        (JobState.DONE, "printed"),
        (JobState.SENT, "sent"),
        (JobState.UNCONFIRMED, "unconfirmed"),
        (JobState.WITHDRAWN, "withdrawn"),
    ],
)
def test_the_state_of_a_slip_is_told_in_the_words_of_printing(floor: Floor, came: JobState, told: str) -> None:
    token = issue_slip(floor).token
    settle_as(floor, came)
    assert asdict(state_of(floor, token)) == {"state": told, "copy": 0, "detail": "so it was"}


def test_a_slip_is_printing_while_it_is_leased_and_rejected_when_its_citizen_has_waited_too_long(floor: Floor) -> None:
    token = issue_slip(floor).token
    target = last_job(floor, token).target

    def lease_at(minutes: int) -> Job | None:
        at = MORNING + timedelta(minutes=minutes)
        return floor.write(lambda tx: jobs.lease_next(at_time(tx, at), target, slips.RULES, "test"))

    assert lease_at(1) is not None
    assert state_of(floor, token).state is PrintState.PRINTING
    later = issue_slip(floor).token
    assert lease_at(5) is None
    assert (state_of(floor, token).state, state_of(floor, later).state) == ("unconfirmed", "rejected")
