"""Why this token: the words of each rule in each language, and who was called before whom."""

from datetime import timedelta

import pytest

from server.domain.calling.rule import Reason
from server.domain.day import Then
from server.domain.errors import UnknownToken
from server.services.figures.explanations import Explanation, explain, explain_now
from server.services.setup.plans import plan_of
from server.storage.database import Database
from server.storage.sql import centres
from server.wording.catalogue import catalogue
from server.wording.reasons import CALLED_FIRST, NEXT_IN_LINE, REASONS, WhyFirst, sentence_of, why_first
from tests.factories import CENTRE, DAY, MORNING, Floor, install_floor

DESKS = {"G2": {"prefers": ["P"]}, "G3": {"languages": ["mr"]}}
RELATIVE = {"rule": "relative_age", "quota": 3, "targets": {"N": 30, "T": 5}, "language_patience_s": 60}


@pytest.fixture
def floor(sqlite_floor: Floor) -> Floor:
    """Return a floor on SQLite: what happens here does not depend on the database; the last test runs on both."""
    return sqlite_floor


def explained(floor: Floor, label: str, language: str = "en") -> Explanation:
    return floor.db.read(lambda conn: explain(conn, centres.centre_by_code(conn, CENTRE), label, DAY, language))


def why(floor: Floor, label: str, language: str = "en") -> str:
    return explained(floor, label, language).calls[-1].text


def overtaken(floor: Floor, label: str, language: str = "en") -> list[str]:
    return [overtaker.text for overtaker in explained(floor, label, language).overtaken]


def test_each_rule_says_to_those_it_passed_over_no_more_than_they_may_know() -> None:
    first = {rule: words.first for rule, words in REASONS.items() if words.first is not WhyFirst.DUE}
    assert first == {
        "protected_class": "priority",
        "emergency": "priority",
        "out_of_order": "staff",
        "preferred_here": "counter",
        "language": "counter",
        "sent_here": "counter",
    }
    assert why_first("lottery") is WhyFirst.DUE
    assert set(CALLED_FIRST) == set(WhyFirst)


@pytest.mark.parametrize("language", ["hi", "mr"])
def test_every_sentence_of_an_explanation_is_translated(language: str) -> None:
    sentences = {*(words.called for words in REASONS.values()), *NEXT_IN_LINE.values(), *CALLED_FIRST.values()}
    assert sorted(sentences - set(catalogue(language))) == []


def test_the_longest_wait_is_told_in_three_languages(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.wait(7)
    floor.call("G1")
    assert [why(floor, "N001", language) for language in ("en", "hi", "mr")] == [
        "N001 was called: the longest wait, 8 min.",
        "N001 को बुलाया गया: सबसे लंबी प्रतीक्षा, 8 मिनट।",
        "N001 ला बोलावले: सर्वांत जास्त प्रतीक्षा, 8 मिनिटे.",
    ]


def test_priority_and_the_turn_of_the_longest_wait_are_told(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    for _ in range(3):
        floor.issue(need="senior")
    for _ in range(3):
        floor.serve("G1")
    assert why(floor, "F001") == "F001 was called before N001: series F goes first."
    assert why(floor, "N001") == ("N001 was called: the longest wait, 10 min. One call in 3 goes to the longest wait.")


def test_a_shorter_target_is_told_with_its_figures(floor: Floor) -> None:
    floor.set_policy("calling", RELATIVE, DAY)
    floor.open("G1")
    floor.issue()
    floor.issue("TATKAAL")
    floor.wait(4)
    floor.call("G1")
    assert why(floor, "T001") == "T001 was called before N001: 5 min of a wait of 5 min meant for its series."


def test_what_a_counter_prefers_and_speaks_is_told(floor: Floor) -> None:
    floor.set_policy("profiles", DESKS, DAY)
    floor.open("G2", "G3")
    floor.issue()
    floor.issue("PCC")
    floor.issue(language="mr")
    floor.call("G2")
    assert why(floor, "P001") == "P001 was called before N001: series P goes first at this counter."
    floor.set_policy("calling", {**RELATIVE, "language_patience_s": 600})
    tomorrow = Floor(floor.db, floor.centre_id, floor.preset, floor.rng, begin=MORNING + timedelta(days=1))
    tomorrow.close_day()
    tomorrow.open("G3")
    tomorrow.issue()
    tomorrow.issue(language="mr")
    tomorrow.call("G3")
    text = (
        floor.db.read(
            lambda conn: explain(conn, centres.centre_by_code(conn, CENTRE), "N002", DAY + timedelta(days=1), "en")
        )
        .calls[0]
        .text
    )
    assert text == "N002 was called before N001: its language is spoken at this counter."


def test_a_token_that_was_sent_to_a_counter_is_told(floor: Floor) -> None:
    floor.open("G1", "A1", "A2")
    floor.issue()
    floor.serve("G1")
    younger = floor.issue()
    floor.serve("G1")
    floor.call_token("A1", younger)
    floor.transfer("A1", "A", "A2")
    floor.call("A2")
    assert why(floor, "N002") == "N002 was called before N001: it was sent to this counter."
    assert overtaken(floor, "N001")[-1] == "N002 was called first: that counter is meant for it."


def test_an_emergency_is_told(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.remark(floor.issue(), emergency=True)
    floor.call("G1")
    assert why(floor, "N002") == "N002 was called first: an emergency."


def test_a_decision_of_a_person_is_told_with_the_reason_of_the_list_in_the_readers_language(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.call_token("G1", floor.issue(), "instruction")
    assert [why(floor, "N002", language) for language in ("en", "hi", "mr")] == [
        "N002 was called out of order: Instruction of an officer.",
        "N002 को क्रम से पहले बुलाया गया: अधिकारी के निर्देश पर।",
        "N002 ला क्रमाबाहेर बोलावले: अधिकाऱ्यांच्या सूचनेनुसार.",
    ]


def test_a_take_over_is_told(floor: Floor) -> None:
    floor.open("G1", "G2")
    floor.issue()
    floor.call("G1")
    floor.take_over("G1", "G2")
    calls = explained(floor, "N001").calls
    assert [(call.counter, call.rule) for call in calls] == [("G1", "longest_wait"), ("G2", "taken_over")]
    assert calls[-1].text == "N001 goes on at another counter."


def test_every_call_of_a_token_is_told_with_its_stage_its_time_and_whether_it_stands(floor: Floor) -> None:
    floor.open("G1", "A1")
    floor.issue()
    floor.call("G1")
    floor.undo("G1")
    floor.serve("G1")
    floor.call("A1")
    calls = explained(floor, "N001").calls
    assert [(call.stage, call.at, call.undone) for call in calls] == [
        ("G", "09:33:00", True),
        ("G", "09:35:00", False),
        ("A", "09:38:00", False),
    ]


def test_who_was_called_first_is_told_with_no_more_than_everybody_may_know(floor: Floor) -> None:
    floor.open("G1", "G2")
    token = floor.issue()
    floor.issue(need="pregnant")
    floor.serve("G1")
    floor.call_token("G1", floor.issue(), "unwell")
    ill = floor.issue()
    floor.remark(ill, emergency=True)
    floor.call("G2")
    assert overtaken(floor, token.label) == [
        "F001 was called first: priority.",
        "N002 was called first: staff decided so.",
        "N003 was called first: priority.",
    ]
    assert overtaken(floor, token.label, "hi")[0] == "F001 पहले बुलाया गया: प्राथमिकता।"
    assert overtaken(floor, ill.label) == []


def test_those_called_after_somebodys_own_call_and_by_other_desks_did_not_overtake_them(floor: Floor) -> None:
    floor.set_policy("profiles", {"G2": {"reserved": ["F"]}}, DAY)
    floor.open("G1", "G2")
    floor.issue()
    floor.issue(need="senior")
    floor.call("G2")
    floor.call("G1")
    floor.lose("G1")
    assert overtaken(floor, "N001") == []


def test_an_undone_call_overtook_nobody(floor: Floor) -> None:
    floor.open("G1")
    floor.issue()
    floor.issue(need="senior")
    floor.call("G1")
    assert len(overtaken(floor, "N001")) == 1
    floor.undo("G1")
    assert overtaken(floor, "N001") == []


@pytest.mark.parametrize("label", ["N002", "Z001", "", "N", "seven", "N²", "N99999999999999999999"])
def test_a_number_that_was_not_given_is_refused(floor: Floor, label: str) -> None:
    floor.issue()
    with pytest.raises(UnknownToken):
        explained(floor, label)


@pytest.mark.parametrize("label", ["N001", "n1", " N 001 "])
def test_a_number_is_found_as_people_write_it(floor: Floor, label: str) -> None:
    floor.issue()
    assert explained(floor, label).label == "N001"


def test_today_is_the_day_of_the_centre(floor: Floor) -> None:
    floor.issue()
    found = floor.db.read(lambda conn: explain_now(conn, CENTRE, "N001", MORNING, "en"))
    assert (found.day, found.stage, found.calls) == (DAY.isoformat(), "G", ())


def test_a_reason_of_a_rule_that_is_no_more_is_told_in_its_own_words(floor: Floor) -> None:
    plan = floor.db.read(lambda conn: plan_of(conn, centres.centre_by_code(conn, CENTRE), DAY))
    old = Reason("lottery", {"label": "N001"}, "N001 was drawn.")
    before = Reason("longest_wait", {"label": "N001", "passed_over": 3}, "N001 waited longest.")
    assert [sentence_of(reason, plan, "hi") for reason in (old, before)] == ["N001 was drawn.", "N001 waited longest."]


def test_explanations_are_alike_on_each_database(db: Database) -> None:
    floor = install_floor(db)
    floor.open("G1")
    floor.issue()
    floor.issue(need="senior")
    floor.call("G1")
    assert why(floor, "F001", "mr") == "F001 ला N001 च्या आधी बोलावले: मालिका F आधी जाते."
    assert overtaken(floor, "N001", "mr") == ["F001 आधी बोलावले: प्राधान्य."]


def test_somebody_carried_over_is_found_by_their_label_and_so_is_who_was_called_first(floor: Floor) -> None:
    floor.open("G1")
    carried = floor.issue()
    floor.close_day(Then.CARRY_OVER)
    floor.wait(24 * 60)
    floor.open("G1")
    younger = floor.issue(need="senior")
    floor.call("G1")
    now = floor.now()
    told = floor.db.read(lambda conn: explain_now(conn, CENTRE, carried.label, now, "en"))
    assert (told.day, told.state) == (DAY.isoformat(), "waiting")
    assert [first.label for first in told.overtaken] == [younger.label]
    floor.start("G1")
    floor.finish("G1")
    floor.call("G1")
    assert floor.db.read(lambda conn: explain_now(conn, CENTRE, carried.label, now, "en")).calls[0].counter == "G1"
