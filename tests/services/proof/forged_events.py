"""Tampering with the log by somebody who writes all hashes anew, and the tables as the log leaves them."""

from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.events.kinds import Kind
from server.domain.instants import to_iso
from tests.services.proof.busy_day import DONE, MISSED, PARTY, RETURNED, SENIOR
from tests.services.proof.forger import Data, Rows, data_of, place_of
from tests.services.proof.tampering import Tampering, event, row, step, token, whole


def earlier(data: Data, *names: str, minutes: int = 300) -> None:
    """Move moments of a record back."""
    for name in names:
        record = data["step"] if name in data["step"] else data
        record[name] = to_iso(datetime.fromisoformat(record[name]) - timedelta(minutes=minutes))


def past_gate_to_granted(data: Data) -> None:
    """Let who was finished at the gate have been granted and gone."""
    step, at = data["token"]["step"], data["token"]["step"]["entered_at"]
    data["token"] |= {"decision": "granted", "ended_at": at}
    step |= {"state": "done"}


def first_without_a_need(data: Data) -> None:
    """Give a walk-in without a need the first class."""
    data["token"] |= {"klass": "F", "series": "F", "number": 2, "label": "F002"}


def born_earlier(data: Data) -> None:
    """Let a walk-in have come five hours before."""
    earlier(data["token"], "aged_from", "since")


def withdrawn(data: Data) -> None:
    """Let a token that was cancelled have been given by mistake, by an event that gave another one."""
    data |= {"cause": "undone", "undoes": 1}


def fast_enough(rows: Rows) -> Rows:
    """Let somebody have been noted as absent two minutes after the call."""
    called, missed = (place_of(rows, kind, MISSED) for kind in (Kind.TOKEN_RECALLED, Kind.TOKEN_MISSED))
    rows[missed] = replace(rows[missed], at=rows[called + 1].at)
    return rows


def stopped_before(rows: Rows) -> Rows:
    """Let the floor have been stopped before a call."""
    place = place_of(rows, Kind.COUNTER_OPENED, nth=12)
    rows[place] = replace(rows[place], kind=Kind.CENTRE_FROZEN.value, data={})
    return rows


def opened_twice(rows: Rows) -> Rows:
    """Let a counter that closed have been opened once more."""
    place = place_of(rows, Kind.COUNTER_CLOSED)
    counter = data_of(rows[place])["counter"] | {"state": "open"}
    rows[place] = replace(rows[place], kind=Kind.COUNTER_OPENED.value, data={"counter": counter})
    return rows


def beside_somebody(rows: Rows) -> Rows:
    """Let somebody have been called to a counter where another is served."""
    place = place_of(rows, Kind.TOKEN_CALLED, "N005", 1)
    rows[place] = replace(rows[place], desk="G1")
    data_of(rows[place])["token"]["step"] |= {"counter": "G1", "called_by": "G1", "beside": ["G2"]}
    return rows


def seated_twice(rows: Rows) -> Rows:
    """Let the person of a counter have sat down at another one too."""
    place = place_of(rows, Kind.COUNTER_PAUSED)
    data = {"seat": "G3", "officer": "staff:1"}
    rows[place] = replace(rows[place], kind=Kind.COUNTER_SEATED.value, data=data)
    return rows


def without(rows: Rows, place: int) -> Rows:
    """Take an event out and number those behind it anew."""
    return rows[:place] + [replace(r, seq=r.seq - 1, act=r.act - 1) for r in rows[place + 1 :]]


def exchanged(rows: Rows) -> Rows:
    """Let two calls have changed places."""
    first, second = place_of(rows, Kind.TOKEN_CALLED, DONE), place_of(rows, Kind.TOKEN_CALLED, RETURNED)
    rows[first], rows[second] = (
        replace(rows[first], data=data_of(rows[second])),
        replace(rows[second], data=data_of(rows[first])),
    )
    return rows


def by_another_rule(data: Data) -> None:
    """Let a call tell another rule."""
    data["reason"]["rule"] = "quota"


def waited_less(data: Data) -> None:
    """Let a call out of order tell another wait."""
    data["reason"]["params"] |= {"waited_s": 1}


def merged_with_another(data: Data) -> None:
    """Let a token have been merged with itself, which did not end."""
    data["merged"] = data["token"]["id"]


def merged_with_one_that_had_gone(rows: Rows) -> Rows:
    """Let a token have been merged with one that was cancelled before."""
    gone = data_of(rows[place_of(rows, Kind.TOKEN_CANCELLED, None, -2)])["token"]
    data_of(rows[place_of(rows, Kind.TOKEN_MERGED)])["merged"] = gone["id"]
    return rows


K = Kind
FINISHED, CALLED, ISSUED = K.TOKEN_FINISHED, K.TOKEN_CALLED, K.TOKEN_ISSUED

BEHIND_A_PERFECT_CHAIN = [
    Tampering("next stage: from the gate to the exit", "wrong_route", event(FINISHED, DONE, step(stage="X"))),
    Tampering("gate → exit, “granted”", "wrong_decision", event(FINISHED, PARTY, past_gate_to_granted)),
    Tampering(
        "the decision swapped: granted → refused",
        "wrong_decision",
        event(FINISHED, SENIOR, token(decision="refused"), 6),
    ),
    Tampering(
        "an outcome that the stage does not have",
        "not_allowed",
        event(FINISHED, DONE, lambda d: d.update(outcome="skip")),
    ),
    Tampering("how the token will end", "wrong_decision", event(FINISHED, SENIOR, token(ends="refused"), 6)),
    Tampering("F002 without a need", "wrong_class", event(ISSUED, "N004", first_without_a_need, 1)),
    Tampering("the class by a correction", "wrong_class", event(K.TOKEN_CORRECTED, PARTY, token(klass="F"))),
    Tampering("the class by a remark", "wrong_class", event(K.TOKEN_REMARKED, PARTY, token(klass="F"))),
    Tampering("the class by an appointment", "wrong_class", event(K.TOKEN_ATTACHED, None, token(klass="F"))),
    Tampering("the class by a merge", "wrong_class", event(K.TOKEN_MERGED, None, token(klass="N"))),
    Tampering("the route of a service", "wrong_route", event(ISSUED, "N004", token(route="enquiry"), 1)),
    Tampering("the services that follow", "wrong_route", event(FINISHED, DONE, token(then=[]))),
    Tampering(
        "the service before a correction", "wrong_route", event(K.TOKEN_CORRECTED, PARTY, lambda d: d.update(was="PCC"))
    ),
    Tampering(
        "the service before an appointment",
        "wrong_route",
        event(K.TOKEN_ATTACHED, None, lambda d: d.update(was="TATKAAL")),
    ),
    Tampering("the route of an appointment", "wrong_route", event(K.TOKEN_ATTACHED, None, token(route="enquiry"))),
    Tampering("the label by an appointment", "wrong_label", event(K.TOKEN_ATTACHED, None, token(label="P900"))),
    Tampering("the age by an appointment", "wrong_age", event(K.TOKEN_ATTACHED, None, born_earlier)),
    Tampering("the age by a merge", "wrong_age", event(K.TOKEN_MERGED, None, born_earlier)),
    Tampering("the place by a merge", "wrong_age", event(K.TOKEN_MERGED, None, lambda d: earlier(d["token"], "since"))),
    Tampering(
        "a merge with a token that did not end", "wrong_change", event(K.TOKEN_MERGED, None, merged_with_another)
    ),
    Tampering("a walk-in born five hours old", "wrong_age", event(ISSUED, "N004", born_earlier, 1)),
    Tampering(
        "a slot without a booking", "wrong_age", event(ISSUED, "N004", token(slot="2026-11-25T03:00:00.000Z"), 1)
    ),
    Tampering("a merge with a token that had gone before", "wrong_change", whole(merged_with_one_that_had_gone)),
    Tampering(
        "a slot by a merge without a booking",
        "wrong_age",
        event(K.TOKEN_MERGED, None, token(slot="2026-11-25T03:00:00.000Z")),
    ),
    Tampering("the age at a stage", "wrong_age", event(FINISHED, DONE, lambda d: earlier(d["token"], "since"))),
    Tampering(
        "the age after a transfer",
        "wrong_age",
        event(K.TOKEN_TRANSFERRED, DONE, lambda d: earlier(d["token"], "since")),
    ),
    Tampering("the label of a token", "wrong_label", event(ISSUED, "N004", token(label="N400"), 1)),
    Tampering("a number left out", "number_gap", event(ISSUED, "N004", token(number=40, label="N040"), 1)),
    Tampering("a number given twice", "number_doubled", event(ISSUED, "N004", token(number=1, label="N001"), 1)),
    Tampering(
        "a paper number that was not leased", "number_doubled", event(ISSUED, "N006", token(number=3, label="N003"))
    ),
    Tampering(
        "when a token was taken", "wrong_time", event(ISSUED, "N004", lambda d: earlier(d["token"], "issued_at"), 1)
    ),
    Tampering(
        "when a service began",
        "wrong_time",
        event(K.TOKEN_STARTED, DONE, lambda d: earlier(d["token"], "started_at", minutes=1)),
    ),
    Tampering(
        "when somebody was called first",
        "wrong_time",
        event(CALLED, DONE, lambda d: earlier(d["token"], "first_called", minutes=1)),
    ),
    Tampering(
        "when a stage was entered",
        "wrong_time",
        event(FINISHED, DONE, lambda d: earlier(d["token"], "entered_at", minutes=1)),
    ),
    Tampering(
        "until when somebody may be away",
        "wrong_time",
        event(K.TOKEN_PAUSED, MISSED, lambda d: earlier(d["token"], "until", minutes=5)),
    ),
    Tampering("the business day of a token", "wrong_day", event(ISSUED, "N004", token(day="2026-11-24"), 1)),
    Tampering("how long somebody waited", "wrong_span", event(CALLED, DONE, step(waited=60000))),
    Tampering("the counter of a call", "wrong_counter", event(CALLED, DONE, step(counter="G3"))),
    Tampering("the counters that help with a party", "wrong_counter", event(CALLED, PARTY, step(beside=["G3"]))),
    Tampering(
        "who was sent where: to a counter of another stage",
        "wrong_counter",
        event(K.TOKEN_TRANSFERRED, DONE, step(only="C1")),
    ),
    Tampering(
        "a way back taken away",
        "wrong_way_back",
        event(FINISHED, SENIOR, lambda d: d["token"]["step"].pop("ways_back"), 2),
    ),
    Tampering("a way back given", "wrong_way_back", event(FINISHED, DONE, step(ways_back=[["C", None]]))),
    Tampering("the state of a token", "wrong_state", event(K.TOKEN_STARTED, DONE, step(state="held"))),
    Tampering("how often somebody was called", "wrong_call", event(K.TOKEN_RECALLED, MISSED, step(calls=7))),
    Tampering("the language", "wrong_change", event(K.TOKEN_STARTED, DONE, token(language="en"))),
    Tampering("a step-free way by a remark", "wrong_need", event(K.TOKEN_REMARKED, PARTY, token(step_free=True))),
    Tampering(
        "since when it is an emergency",
        "wrong_emergency",
        event(K.TOKEN_REMARKED, PARTY, lambda d: earlier(d["token"], "emergency_at")),
    ),
    Tampering(
        "until when a return slip is good", "wrong_return", event(FINISHED, DONE, token(return_until="2026-12-24"), 4)
    ),
    Tampering(
        "a return slip without its outcome",
        "wrong_return",
        event(FINISHED, SENIOR, lambda d: d.update(return_slip=True), 6),
    ),
    Tampering(
        "until when somebody comes again who expired",
        "wrong_return",
        event(K.TOKEN_EXPIRED, RETURNED, token(return_until="2026-12-24")),
    ),
    Tampering(
        "a no-show made of somebody who waited",
        "wrong_decision",
        event(K.TOKEN_EXPIRED, RETURNED, token(ends="no_show")),
    ),
    Tampering("the rule told for a call", "unexplained_call", event(CALLED, DONE, by_another_rule)),
    Tampering("the passes before a call", "unexplained_call", event(CALLED, DONE, lambda d: d.update(passes=9))),
    Tampering("the wait told for a call out of order", "unexplained_call", event(CALLED, PARTY, waited_less)),
    Tampering(
        "a reason that the list does not have",
        "unexplained_call",
        event(CALLED, PARTY, lambda d: d["reason"]["params"].update(why="bribe")),
    ),
    Tampering("absent two minutes after the call", "missed_too_early", whole(fast_enough)),
    Tampering("a call while the floor was stopped", "called_in_stop", whole(stopped_before)),
    Tampering("two people at one counter", "double_call", whole(beside_somebody)),
    Tampering("a counter that did not help", "wrong_counter", row(K.TOKEN_HELPER_LEFT, PARTY, desk="A1")),
    Tampering("the counter that finished", "wrong_counter", row(FINISHED, DONE, desk="A1")),
    Tampering("what an undo takes back", "wrong_undo", event(K.TOKEN_UNDONE, SENIOR, lambda d: d.update(undoes=3))),
    Tampering("a cancel made a withdrawal of another token", "wrong_undo", event(K.TOKEN_CANCELLED, None, withdrawn)),
    Tampering("the record after an undo", "wrong_undo", event(K.TOKEN_UNDONE, SENIOR, token(klass="T"))),
    Tampering(
        "an action on somebody who has gone", "not_under_way", event(K.TOKEN_STARTED, "N001", token(id="another"), 1)
    ),
    Tampering(
        "who sat at the counter of a call", "wrong_officer", event(CALLED, DONE, lambda d: d.update(officer="staff:9"))
    ),
    Tampering("one person at two counters", "wrong_officer", whole(seated_twice)),
    Tampering("a copy of a slip left out", "wrong_copy", event(K.SLIP_REPRINTED, None, lambda d: d.update(copy=5), 1)),
    Tampering(
        "how a printer is reached",
        "printer_differs",
        event(K.PRINTER_SET, None, lambda d: d["settings"].update(host="10.0.0.9")),
    ),
    Tampering("the hash of an answer", "answer_differs", event(ISSUED, "N006", lambda d: d.update(answer="0" * 64), 1)),
    Tampering("a counter opened twice", "illegal_transition", whole(opened_twice)),
    Tampering(
        "the stage of a counter",
        "wrong_counter",
        event(K.COUNTER_OPENED, None, lambda d: d["counter"].update(stage="C")),
    ),
    Tampering(
        "since when the floor stood",
        "wrong_time",
        event(K.NOTICE_LIFTED, None, lambda d: d.update(since="2026-11-24T04:00:00.000Z")),
    ),
    Tampering(
        "the notice that everybody was told",
        "wrong_notice",
        event(K.NOTICE_SET, None, lambda d: d.update(frozen=False)),
    ),
    Tampering("the cause of a notice", "wrong_notice", event(K.NOTICE_SET, None, lambda d: d.update(cause="network"))),
    Tampering("which flag was lifted", "wrong_time", event(K.NOTICE_LIFTED, None, lambda d: d.update(flag="outage"))),
    Tampering(
        "a lease widened in the log",
        "wrong_lease",
        event(K.NUMBERS_LEASED, None, lambda d: d["lease"].update(last=9999)),
    ),
    Tampering(
        "another block declared void",
        "wrong_lease",
        event(K.NUMBERS_VOIDED, None, lambda d: d["lease"].update(first=3)),
    ),
    Tampering("how many expired with a day", "wrong_count", event(K.DAY_CLOSED, None, lambda d: d.update(expired=1))),
    Tampering("which day was closed", "wrong_day", event(K.DAY_CLOSED, None, lambda d: d.update(day="2026-11-30"))),
    Tampering("the number of the set-up", "wrong_plan", row(FINISHED, DONE, plan=2)),
    Tampering("a rule in the log", "plan_differs", event(K.POLICY_CHANGED, None, lambda d: d["body"].update(calls=9))),
    Tampering(
        "a rule from an earlier day on",
        "wrong_plan",
        event(K.POLICY_CHANGED, None, lambda d: d.update(valid_from="2026-11-24")),
    ),
    Tampering("the version of the calling rule", "unreadable", row(CALLED, DONE, rule="v0")),
    Tampering("the act of an event", "wrong_act", row(FINISHED, DONE, act=3)),
    Tampering(
        "the time of an event", "wrong_time", row(FINISHED, DONE, at=datetime.fromisoformat("2026-11-23T04:00:00Z"))
    ),
    Tampering(
        "an event removed, the others numbered anew",
        "wrong_change",
        whole(lambda rows: without(rows, place_of(rows, K.COUNTER_OPENED))),
    ),
    Tampering("calls that changed places, chained anew", "wrong_span", whole(exchanged)),
    Tampering("an event without its token", "unreadable", event(K.TOKEN_STARTED, DONE, lambda d: d.pop("token"))),
]
