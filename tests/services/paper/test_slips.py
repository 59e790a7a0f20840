"""A slip is queued with its token, composed from what is true when it is printed, and withdrawn with its token."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from server.domain.actors import By
from server.domain.errors import DuplicatesUsed, IllegalTransition, UnknownPrinter, UnknownToken
from server.domain.events.payloads import SlipReprinted
from server.domain.jobs import Job, JobState, Result, Target
from server.domain.token.token import Token
from server.services.floor.issue import Issued, PadNumber, issue
from server.services.outbox import jobs
from server.services.outbox.kinds import Withdrawn
from server.services.paper import slips
from server.services.paper.slips import Printing, PrintState, Sheet
from server.storage.sql import devices, events, outbox, tokens
from server.storage.transaction import Transaction
from tests.factories import MORNING, TEST, Floor, at_time
from tests.services.paper.sources import sources

PRINTER = "printer-k1"
URL = "http://centre.example"


def issue_slip(floor: Floor, **order: Any) -> Issued:
    wanted, now = floor.order(printer=PRINTER, **order), floor.now()
    return floor.write(lambda tx: issue(at_time(tx, now), wanted, By("test")))


def last_job(floor: Floor, token: Token) -> Job:
    job = floor.db.read(lambda read: jobs.last_job(read, slips.PRINT, token.id))
    assert job is not None
    return job


def sheet(floor: Floor, token: Token) -> Sheet:
    job = last_job(floor, token)
    return floor.db.read(lambda read: slips.prepare(read, job, sources(floor, URL)))


def reprint(floor: Floor, token: Token, printer: str | None = None) -> Printing:
    return floor.write(lambda tx: slips.reprint(at_time(tx, MORNING), token.id, printer, By("staff:1"), "it was torn"))


def reprint_own(floor: Floor, token: Token, printer: str | None = None) -> Printing:
    return floor.write(lambda tx: slips.reprint_own(at_time(tx, MORNING), token.id, printer, By("kiosk:1")))


def withdraw(floor: Floor, token: Token) -> Printing:
    return floor.write(lambda tx: slips.withdraw(at_time(tx, MORNING), token.id))


def jobs_at(floor: Floor, printer: str) -> list[str]:
    """Return what waits at a printer: the tokens, in order."""
    target = Target(floor.centre_id, slips.PRINT, printer)
    return [str(job.token_id) for job in floor.db.read(lambda read: outbox.open_jobs(read, target))]


def state_of(floor: Floor, token: Token) -> Printing:
    return floor.db.read(lambda read: slips.token_and_slip(read, floor.centre.id, token.id))[1]


def settle_as(floor: Floor, state: JobState, printer: str = PRINTER) -> None:
    """Let a worker take the next slip and come to this state."""

    def work(tx: Transaction) -> None:
        target = Target(floor.centre_id, slips.PRINT, printer)
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


def test_a_slip_tells_of_the_moment_when_it_is_printed_and_not_of_the_issue(floor: Floor) -> None:
    floor.open("G1")
    before = floor.issue()
    token = issue_slip(floor, language="en").token
    assert sheet(floor, token).slip.facts.startswith("Hall G · 1 before you")
    floor.serve("G1")
    now = sheet(floor, token).slip
    assert (now.facts, before.label) == ("Hall G · 0 before you · 0–5 min", "N001")
    floor.serve("G1")
    assert sheet(floor, token).slip.facts.startswith("Hall A · 1 before you")


@pytest.mark.parametrize("act", ["call", "pause"])
def test_nothing_is_foretold_to_somebody_who_does_not_wait(floor: Floor, act: str) -> None:
    floor.open("G1")
    token = issue_slip(floor, language="en").token
    floor.call("G1") if act == "call" else floor.pause(token)
    slip = sheet(floor, token).slip
    assert (slip.facts, slip.visit) == ("Hall G", "")


def test_the_slip_of_a_token_that_was_cancelled_is_withdrawn(floor: Floor) -> None:
    token = issue_slip(floor).token
    floor.cancel(token)
    with pytest.raises(Withdrawn):
        sheet(floor, token)


def test_the_slip_of_a_visit_that_is_over_is_withdrawn_but_a_return_slip_says_how_long_it_is_good(floor: Floor) -> None:
    floor.open("E1", "G1")
    over, refused = (issue_slip(floor, service=service, language="en").token for service in ("ENQUIRY", "NORMAL"))
    floor.serve("E1")
    with pytest.raises(Withdrawn, match="the token has ended"):
        sheet(floor, over)
    floor.serve("G1", "refused")
    slip = sheet(floor, refused).slip
    assert (slip.facts, slip.visit) == ("Your return slip is good until 27-11-2026.", "")


def test_a_printer_that_is_gone_has_no_settings_and_the_slip_waits_for_a_person(floor: Floor) -> None:
    token = issue_slip(floor).token
    job = last_job(floor, token)
    elsewhere = replace(job, target=replace(job.target, name="printer-x"))
    assert floor.db.read(lambda read: slips.prepare(read, elsewhere, sources(floor, URL))).settings == {}


def test_the_settings_of_the_printer_are_those_of_now(floor: Floor) -> None:
    token = issue_slip(floor).token
    floor.write(lambda tx: devices.set_printer(tx.conn, floor.centre_id, PRINTER, {"kind": "file", "folder": "/x"}))
    ready = sheet(floor, token)
    assert (ready.printer, ready.settings) == (PRINTER, {"kind": "file", "folder": "/x"})


def test_a_copy_says_that_it_is_one_in_english_and_in_the_citizens_language(floor: Floor) -> None:
    token = issue_slip(floor, language="hi").token
    for copy in (1, 2):
        settle_as(floor, JobState.DONE)
        assert reprint(floor, token) == Printing(PrintState.QUEUED, copy)
    job, at = last_job(floor, token), MORNING + timedelta(hours=1)
    ready = floor.db.read(lambda read: slips.prepare(read, job, sources(floor, URL, now=at)))
    assert (ready.slip.copy, ready.slip.copy_mark) == (2, "DUPLICATE 2 / प्रतिलिपि 2, 10:30")
    assert (ready.english.copy, ready.english.copy_mark) == (2, "DUPLICATE 2, 10:30")


def test_a_copy_comes_out_where_the_last_one_did_or_where_it_is_asked_for(floor: Floor) -> None:
    token = issue_slip(floor).token
    reprint(floor, token, "printer-k2")
    assert last_job(floor, token).target.name == "printer-k2"
    reprint(floor, token)
    assert last_job(floor, token).target.name == "printer-k2"


def test_a_slip_that_is_asked_for_elsewhere_comes_out_there_alone_and_is_no_duplicate(floor: Floor) -> None:
    token = issue_slip(floor).token
    assert reprint_own(floor, token, "printer-k2") == Printing(PrintState.QUEUED, 0)
    assert (jobs_at(floor, PRINTER), jobs_at(floor, "printer-k2")) == ([], [token.id])
    assert sheet(floor, token).slip.copy_mark == ""


def test_a_dead_slip_that_is_queued_again_after_it_was_printed_elsewhere_does_not_come_out_twice(floor: Floor) -> None:
    token = issue_slip(floor).token
    dead = last_job(floor, token)
    settle_as(floor, JobState.DEAD)
    reprint_own(floor, token, "printer-k2")
    settle_as(floor, JobState.DONE, "printer-k2")
    assert floor.write(lambda tx: jobs.requeue(at_time(tx, MORNING), dead.id, TEST))
    with pytest.raises(Withdrawn, match="it was asked for anew"):
        floor.db.read(lambda read: slips.prepare(read, dead, sources(floor, URL)))


@pytest.mark.parametrize(
    ("came", "copy"),
    [
        (JobState.DEAD, 0),
        (JobState.WITHDRAWN, 0),
        (JobState.DONE, 1),
        (JobState.SENT, 1),
        (JobState.UNCONFIRMED, 1),
    ],
)
def test_only_a_slip_of_which_paper_may_be_out_is_marked_as_a_duplicate(
    floor: Floor, came: JobState, copy: int
) -> None:
    token = issue_slip(floor).token
    settle_as(floor, came)
    assert reprint_own(floor, token) == Printing(PrintState.QUEUED, copy)


def test_when_the_citizen_goes_the_slip_that_waits_is_withdrawn_and_the_number_stays_theirs(floor: Floor) -> None:
    issued = issue_slip(floor)
    assert withdraw(floor, issued.token) == withdraw(floor, issued.token)
    assert state_of(floor, issued.token) == Printing(PrintState.WITHDRAWN, 0, "nobody waits for it any more")
    assert jobs_at(floor, PRINTER) == []
    assert floor.token(issued.token) == issued.token
    assert reprint_own(floor, issued.token, "printer-k2") == Printing(PrintState.QUEUED, 0)


def test_what_is_out_or_under_way_is_not_withdrawn(floor: Floor) -> None:
    printed, without = issue_slip(floor).token, floor.issue()
    settle_as(floor, JobState.DONE)
    under_way = issue_slip(floor).token
    target = last_job(floor, under_way).target
    floor.write(lambda tx: jobs.lease_next(at_time(tx, MORNING), target, slips.RULES, "test"))
    states = [withdraw(floor, token).state for token in (printed, under_way, without)]
    assert states == [PrintState.PRINTED, PrintState.PRINTING, PrintState.NONE]


def test_a_slip_that_is_given_up_while_a_worker_is_at_it_is_not_tried_again(floor: Floor) -> None:
    token = issue_slip(floor).token
    target = last_job(floor, token).target

    def lease(seconds: int) -> Job | None:
        at = MORNING + timedelta(seconds=seconds)
        return floor.write(lambda tx: jobs.lease_next(at_time(tx, at), target, slips.RULES, "test"))

    job = lease(0)
    assert job is not None
    assert withdraw(floor, token).state is PrintState.PRINTING
    off = Result(JobState.QUEUED, "off")
    floor.write(lambda tx: jobs.settle(at_time(tx, MORNING), job, slips.RULES, "test", off, 0))
    assert state_of(floor, token).state is PrintState.QUEUED
    assert lease(5) is None
    assert state_of(floor, token) == Printing(PrintState.REJECTED, 0, "waited too long: off")


def test_somebody_prints_three_duplicates_alone_and_staff_more_with_their_reason_on_record(floor: Floor) -> None:
    token = issue_slip(floor).token
    for copy in (1, 2, 3):
        settle_as(floor, JobState.DONE)
        assert reprint_own(floor, token).copy == copy
    settle_as(floor, JobState.UNCONFIRMED)
    with pytest.raises(DuplicatesUsed) as refused:
        reprint_own(floor, token)
    assert refused.value.details == {"most": 3}
    assert reprint(floor, token) == Printing(PrintState.QUEUED, 4)
    told = floor.db.read(lambda read: list(events.events_between(read, floor.centre_id, 0, 999)))
    assert [(e.by.actor, e.payload.copy, e.payload.note) for e in told if isinstance(e.payload, SlipReprinted)] == [
        *(("kiosk:1", copy, None) for copy in (1, 2, 3)),
        ("staff:1", 4, "it was torn"),
    ]


def test_a_duplicate_that_did_not_come_out_counts_as_none(floor: Floor) -> None:
    token = issue_slip(floor).token
    settle_as(floor, JobState.DONE)
    for _ in range(5):
        assert reprint_own(floor, token).copy == 1
        withdraw(floor, token)


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


def test_a_slip_of_a_cancelled_token_is_not_printed_again(floor: Floor) -> None:
    token = issue_slip(floor).token
    floor.cancel(token)
    with pytest.raises(IllegalTransition, match=f"{token.label} was cancelled"):
        reprint_own(floor, token)


def test_a_number_of_the_paper_pad_gets_its_slip_although_it_was_taken_long_ago(floor: Floor) -> None:
    block = floor.lease("N", 2)
    taken_at = floor.now()
    floor.wait(60)
    token = issue_slip(floor, paper=PadNumber(f"N{block.first:03d}", taken_at)).token
    job = last_job(floor, token)
    late = job.queued_at + timedelta(seconds=5)
    leased = floor.write(lambda tx: jobs.lease_next(at_time(tx, late), job.target, slips.RULES, "worker"))
    assert leased is not None
    assert (leased.id, leased.state) == (job.id, JobState.LEASED), "it waits since it was entered"
    assert token.aged_from == taken_at
