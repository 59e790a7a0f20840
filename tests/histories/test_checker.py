"""The checker accepts what has an order and rejects what has none, on histories written by hand."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, permutations

import pytest

from tests.histories import checker
from tests.histories.by_hand import COUNTERS, EMPTY, N1, N2, accepted, called, op, opened, served, undo
from tests.histories.checker import GaveUp, check
from tests.histories.history import (
    Change,
    Heard,
    Operation,
    Picture,
    Refusal,
    Said,
    Stands,
    closed_text,
    reopened_text,
)
from tests.histories.model import Model


def test_an_empty_history_is_linearizable() -> None:
    assert check([], Model(COUNTERS)).ok


def test_one_after_the_other_is_linearizable() -> None:
    assert accepted(
        op("issue", "N", N1, 2, 3),
        op("call", "G1", N1, 4, 5),
        op("start", "G1", N1, 6, 7, token=N1),
        op("finish", "G1", N1, 8, 9, token=N1),
        op("call", "A1", N1, 10, 11),
    )


def test_concurrent_issues_may_take_numbers_in_any_order() -> None:
    assert accepted(op("issue", "N", N2, 2, 10), op("issue", "N", N1, 3, 9))


def test_a_later_issue_never_gets_an_earlier_number() -> None:
    assert not accepted(op("issue", "N", N2, 2, 3), op("issue", "N", N1, 4, 5))


def test_a_number_given_twice_is_rejected() -> None:
    assert not accepted(op("issue", "N", N1, 2, 10), op("issue", "N", N1, 3, 9))


def test_a_token_called_to_two_counters_is_rejected() -> None:
    assert not accepted(op("issue", "N", N1, 2, 3), op("call", "G1", N1, 4, 10), op("call", "G2", N1, 5, 9))


def test_a_call_before_its_issue_is_rejected() -> None:
    assert not accepted(op("call", "G1", N1, 2, 3), op("issue", "N", N1, 4, 5))


def test_calling_the_younger_first_is_rejected() -> None:
    issues = op("issue", "N", N1, 2, 3), op("issue", "N", N2, 4, 5)
    assert accepted(*issues, op("call", "G1", N1, 6, 7))
    assert not accepted(*issues, op("call", "G1", N2, 6, 7))


def test_series_f_goes_first_twice_and_then_the_longest_wait() -> None:
    served = [
        one
        for at, label in ((10, "F001"), (20, "F002"), (30, N1))
        for one in (
            op("call", "G1", label, at, at + 1),
            op("start", "G1", label, at + 2, at + 3, token=label),
            op("finish", "G1", label, at + 4, at + 5, token=label),
        )
    ]
    line = [op("issue", label[0], label, 2 + i, 2 + i) for i, label in enumerate((N1, "F001", "F002", "F003"))]
    assert accepted(*line, *served)
    assert not accepted(*line, *served[:6], op("call", "G1", "F003", 30, 31))


def test_an_empty_line_is_answered_only_while_nobody_waits() -> None:
    issue = op("issue", "N", N1, 2, 3)
    assert accepted(issue, op("call", "G1", EMPTY, 2, 5))
    assert not accepted(issue, op("call", "G1", EMPTY, 4, 5))


def test_a_busy_counter_says_whom_it_has() -> None:
    begin = op("issue", "N", N1, 2, 3), op("issue", "N", N2, 4, 5), op("call", "G1", N1, 6, 7)
    assert accepted(*begin, op("call", "G1", Refusal("counter_busy", N1), 8, 9))
    assert not accepted(*begin, op("call", "G1", Refusal("counter_busy", N2), 8, 9))
    assert not accepted(*begin, op("call", "G1", N2, 8, 9))


@pytest.mark.parametrize("next_number", [N1, N2])
def test_a_command_of_unknown_outcome_may_have_happened_or_not(next_number: str) -> None:
    assert accepted(op("issue", "N", None, 2, None), op("issue", "N", next_number, 4, 5))


def test_a_command_of_unknown_outcome_may_happen_late_but_not_before_it_was_sent() -> None:
    lost = op("call", "G1", None, 4, None)
    issue, other = op("issue", "N", N1, 2, 3), op("call", "G2", EMPTY, 20, 21)
    assert accepted(
        issue, lost, op("call", "G2", EMPTY, 6, 7), op("issue", "N", N2, 8, 9), op("call", "G2", N2, 10, 11)
    )
    assert accepted(issue, lost, op("call", "G1", Refusal("counter_busy", N1), 10, 11), other)
    assert not accepted(issue, op("call", "G2", EMPTY, 6, 7), op("call", "G1", None, 8, None))


def test_a_command_of_unknown_outcome_happens_at_most_once() -> None:
    issues = [op("issue", "N", N1, 2, 3), op("issue", "N", N2, 4, 5)]
    assert not accepted(*issues, op("call", "G1", None, 6, None), op("call", "G2", EMPTY, 8, 9))


def test_a_retry_gets_the_first_answer() -> None:
    first, second = op("issue", "N", N1, 2, 3, key="k"), op("issue", "N", N1, 4, 5, key="k")
    assert accepted(first, second, op("issue", "N", N2, 6, 7))


def test_a_retry_that_runs_again_is_rejected() -> None:
    first = op("issue", "N", N1, 2, 3, key="k")
    assert not accepted(first, op("issue", "N", N2, 4, 5, key="k"))
    assert not accepted(first, op("issue", "N", N1, 4, 5, key="k"), op("issue", "N", "N003", 6, 7))


def test_a_retry_settles_a_try_of_unknown_outcome() -> None:
    lost, retry = op("call", "G1", None, 4, None, key="k"), op("call", "G1", N1, 8, 9, key="k")
    issue = op("issue", "N", N1, 2, 3)
    assert accepted(issue, lost, retry)
    assert accepted(issue, lost, op("call", "G2", EMPTY, 5, 6), retry)
    late = op("call", "G1", None, 6, None, key="k")
    assert not accepted(issue, op("call", "G2", EMPTY, 4, 5), late, retry)


def test_a_retry_is_not_refused_after_the_command_took_effect() -> None:
    issue, call = op("issue", "N", N1, 2, 3), op("call", "G1", N1, 4, 5, key="k")
    assert not accepted(issue, call, op("call", "G1", Refusal("counter_busy", N1), 6, 7, key="k"))


def test_a_refused_try_may_be_carried_out_later() -> None:
    refused, issue = op("call", "G1", EMPTY, 2, 3, key="k"), op("issue", "N", N1, 4, 5)
    assert accepted(refused, issue, op("call", "G1", N1, 6, 7, key="k"))


def test_an_event_heard_before_it_is_true_is_rejected() -> None:
    issued = Change(N1, "waiting", "G")
    known = {4: issued}
    issue, hear = op("issue", "N", N1, 2, 9), op("hear", "", Heard(4, issued), 5, 5)
    assert accepted(issue, hear, op("read", "", Picture(4), 6, 7), heard=known)
    assert not accepted(issue, hear, op("read", "", Picture(3), 6, 7), heard=known)
    assert not accepted(op("issue", "N", N1, 6, 9), hear, heard=known)


def test_an_event_of_a_command_that_was_undone_is_rejected() -> None:
    known = {4: Change(N1, "waiting", "G")}
    hear = op("hear", "", Heard(4, known[4]), 5, 5)
    assert not accepted(op("issue", "F", "F001", 2, 9), hear, heard=known)


def test_two_screens_that_hear_different_things_are_rejected() -> None:
    issues = op("issue", "N", N1, 2, 9), op("issue", "F", "F001", 2, 9)
    first, other = Change(N1, "waiting", "G"), Change("F001", "waiting", "G")
    told = op("hear", "", Heard(4, first), 10, 10), op("hear", "", Heard(4, other), 10, 10)
    assert accepted(*issues, told[0], heard={4: first})
    assert not accepted(*issues, *told, heard={4: first})


def test_a_picture_must_be_one_that_there_was() -> None:
    doors = {Change(counter, "open", counter[0]) for counter in COUNTERS}
    issue, call = op("issue", "N", N1, 2, 3), op("call", "G1", N1, 4, 9)
    before, after = (
        frozenset({*doors, Change(N1, "waiting", "G")}),
        frozenset({*doors, Change(N1, "called", "G", "G1")}),
    )
    assert accepted(issue, call, op("read", "", Picture(4, before), 5, 6), op("read", "", Picture(5, after), 7, 8))
    assert not accepted(issue, call, op("read", "", Picture(5, after), 5, 6), op("read", "", Picture(4, before), 7, 8))
    assert not accepted(issue, call, op("read", "", Picture(4, after), 5, 6))


def test_a_counter_is_free_while_somebody_is_parked_at_it() -> None:
    held = [*called(), op("hold", "G1", N1, 8, 9, token=N1)]
    assert accepted(*held, op("call", "G1", N2, 10, 11))
    assert accepted(*held, op("resume", "G1", N1, 10, 11, token=N1), op("finish", "G1", N1, 12, 13, token=N1))
    assert not accepted(*held, op("call", "G1", Refusal("counter_busy", N1), 10, 11))
    assert not accepted(*held, op("hold", "G1", N1, 10, 11, token=N1))


def test_nobody_is_resumed_where_somebody_is_or_who_is_not_parked() -> None:
    busy = [*called(), op("hold", "G1", N1, 8, 9, token=N1), op("call", "G1", N2, 10, 11)]
    assert accepted(*busy, op("resume", "G1", Refusal("counter_busy", N2), 12, 13, token=N1))
    assert not accepted(*busy, op("resume", "G1", N1, 12, 13, token=N1))
    assert not accepted(*called(), op("resume", "G2", N1, 8, 9, token=N1))
    assert accepted(*called(), op("resume", "G2", Refusal("no_current_token"), 8, 9, token=N1))


def test_missed_is_who_was_called_twice_and_comes_back_before_the_younger() -> None:
    early = Refusal("too_early_to_miss", N1)
    assert accepted(*called(), op("miss", "G1", early, 8, 9, token=N1))
    assert not accepted(*called(), op("miss", "G1", N1, 8, 9, token=N1))
    missed = [*called(), op("recall", "G1", N1, 8, 9, token=N1), op("miss", "G1", N1, 10, 11, token=N1)]
    back = op("return", "G", N1, 12, 13, token=N1)
    assert accepted(*missed, op("call", "G2", N2, 12, 13))
    assert accepted(*missed, back, back, op("call", "G2", N1, 14, 15))
    assert not accepted(*missed, back, op("call", "G2", N2, 14, 15))
    assert not accepted(*missed, op("return", "G", Refusal("illegal_transition"), 12, 13, token=N1))
    assert not accepted(*missed, op("miss", "G1", N1, 12, 13, token=N1))


def test_whoever_is_parked_keeps_how_often_they_were_called() -> None:
    held = [op("recall", "G1", N1, 8, 9, token=N1), op("hold", "G1", N1, 10, 11, token=N1)]
    assert accepted(*called(), *held, op("miss_held", "G1", N1, 12, 13, token=N1))
    early = op("miss_held", "G1", Refusal("too_early_to_miss", N1), 12, 13, token=N1)
    assert accepted(*called(), held[1], early)
    assert not accepted(*called(), *held, early)


@pytest.mark.parametrize("back", [True, False])
def test_an_errand_leads_back_to_the_counter_that_sent_and_to_no_other(back: bool) -> None:
    served = [
        *called(),
        op("start", "G1", N1, 8, 9, token=N1),
        op("transfer", "G1", N1, 10, 11, token=N1, to="A", back=back, stands=Stands("A", 2)),
        op("call", "A1", N1, 12, 13),
        op("start", "A1", N1, 14, 15, token=N1),
    ]
    returned, went_on = (
        op("finish", "A1", N1, 16, 17, token=N1, stands=stands) for stands in (Stands("G", 2, "G1"), Stands("B", 16))
    )
    assert accepted(*served, returned) is back
    assert accepted(*served, went_on) is not back
    if back:
        assert accepted(*served, returned, op("call", "G2", N2, 18, 19), op("call", "G1", N1, 20, 21))
        assert not accepted(*served, returned, op("call", "G2", N1, 18, 19))
        assert not accepted(*served, returned, op("call", "G1", N2, 18, 19))


def test_an_undo_lets_somebody_stand_where_they_stood() -> None:
    assert accepted(*called(), undo(N1, 8, N1, stands=Stands("G", 0)), op("call", "G2", N1, 10, 11))
    assert not accepted(*called(), undo(N1, 8, N1, stands=Stands("G", 8)))
    assert not accepted(*called(), undo(N1, 8, N1, stands=Stands("G", 0)), op("call", "G2", N2, 10, 11))
    assert accepted(*served(), undo(N1, 12, N1, to="A"), op("call", "A1", EMPTY, 14, 15))
    assert not accepted(*served(), undo(N1, 12, N1, to="A"), op("call", "A1", N1, 14, 15))


def test_an_act_is_taken_back_once_and_before_those_that_came_earlier() -> None:
    back = undo(N1, 12, N1, act=8)
    assert accepted(*served(), back, undo(Refusal("nothing_to_undo"), 14, N1, act=8))
    assert not accepted(*served(), back, undo(N1, 14, N1, act=8))
    assert accepted(*served(), undo(Refusal("later_act"), 12, N1, act=7))
    assert accepted(*served(), back, undo(N1, 14, N1, act=7), undo(N1, 16, N1, act=6, stands=Stands("G", 0)))


def test_nothing_is_taken_back_on_which_others_have_built_or_at_a_counter_that_has_somebody_else() -> None:
    elsewhere = op("call", "A1", N1, 12, 13)
    assert accepted(*served(), elsewhere, undo(Refusal("later_act"), 14, N1))
    assert not accepted(*served(), elsewhere, undo(N1, 14, N1, to="A"))
    busy = op("call", "G1", N2, 12, 13)
    assert accepted(*served(), busy, undo(Refusal("counter_busy"), 14, N1, act=8))
    assert not accepted(*served(), busy, undo(N1, 14, N1, act=8))
    assert accepted(*served(), busy, undo(N2, 14, N2, stands=Stands("G", 0)), undo(N1, 16, N1))


def test_who_came_back_after_they_were_missed_is_not_called_by_an_undo() -> None:
    missed = [*called(), op("recall", "G1", N1, 8, 9, token=N1), op("miss", "G1", N1, 10, 11, token=N1)]
    back = op("return", "G", N1, 12, 13, token=N1)
    assert accepted(*missed, undo(N1, 14, N1), op("call", "G1", Refusal("counter_busy", N1), 16, 17))
    assert accepted(*missed, back, undo(Refusal("later_act"), 14, N1))
    assert not accepted(*missed, back, undo(N1, 14, N1))


def close(at: int, said: Said, shown: str = f"{N1} {N2}") -> Operation:
    """Return a close of the day."""
    return op("close", "day", said, at, at + 1, shown=frozenset(shown.split()))


def test_a_close_ends_those_who_were_shown_and_nobody_else() -> None:
    assert accepted(*called(), close(8, closed_text(2, 0, 3)), close(10, closed_text(0, 0, 0)))
    assert accepted(*called(), close(8, Refusal("people_live"), N1))
    assert not accepted(*called(), close(8, closed_text(2, 0, 3), N1))
    assert not accepted(*called(), close(8, closed_text(1, 0, 3)))


def test_nothing_begins_between_a_close_and_the_reopening() -> None:
    closed, refused = [*called(), close(8, closed_text(2, 0, 3))], Refusal("day_closed")
    assert accepted(*closed, op("issue", "N", refused, 10, 11), op("open", "G2", refused, 10, 11))
    assert accepted(*closed, undo(refused, 10, N1))
    assert not accepted(*closed, op("issue", "N", "N003", 10, 11))
    assert not accepted(*closed, op("open", "G2", "open", 10, 11))
    assert not accepted(*closed, op("call", "G2", N2, 10, 11))


def test_everybody_stands_after_a_reopening_where_they_stood() -> None:
    again = op("reopen", "day", reopened_text(2, ["G1"]), 10, 11)
    reopened = [*called(), close(8, closed_text(2, 0, 3)), again]
    later = [op("open", "G2", "open", 12, 13), op("issue", "F", "F001", 14, 15)]
    assert accepted(*reopened, replace(again, said=reopened_text(0, []), invoked=12, returned=13))
    assert accepted(*reopened, op("start", "G1", N1, 12, 13, token=N1), op("open", "G1", "open", 14, 15))
    assert accepted(*reopened, op("open", "G2", "open", 12, 13), op("call", "G2", N2, 14, 15))
    assert not accepted(*reopened, op("call", "G2", N2, 12, 13))
    assert not accepted(*reopened, *later[:1], op("call", "G2", N1, 14, 15))
    assert not accepted(*reopened, *later, op("issue", "N", N2, 16, 17))
    assert not accepted(*reopened[:-1], replace(again, said=reopened_text(1, ["G1"])))
    assert not accepted(*reopened[:-1], replace(again, said=reopened_text(2, [])))


def test_what_a_close_tells_of_several_people_it_may_tell_in_any_order_but_all_of_it() -> None:
    ends = [Change(N1, "expired"), Change(N2, "expired")]
    shut = [Change(counter, "closed", counter[0]) for counter in COUNTERS]
    closed = close(6, closed_text(2, 0, 3))
    issues = op("issue", "N", N1, 2, 3), op("issue", "N", N2, 4, 5)
    for told, ok in (([*ends, *shut], True), ([*reversed(ends), *shut], True), ([ends[0], ends[0], *shut], False)):
        heard = dict(enumerate([*told, Change("day", "closed")], start=6))
        assert accepted(*issues, closed, heard=heard) is ok


def test_a_token_is_sent_on_five_errands_and_not_on_a_sixth() -> None:
    errands, at = called()[:1], 10
    for step in range(5):
        here, there = (("G1", "A"), ("A1", "G"))[step % 2]
        errands += [
            op("call", here, N1, at, at + 1),
            op("start", here, N1, at + 2, at + 3, token=N1),
            op("transfer", here, N1, at + 4, at + 5, token=N1, to=there, back=True, stands=Stands(there, 2)),
        ]
        at += 10
    last = [op("call", "A1", N1, at, at + 1), op("start", "A1", N1, at + 2, at + 3, token=N1)]
    assert accepted(*errands, *last, op("transfer", "A1", Refusal("too_deep"), 90, 91, token=N1, to="G", back=True))
    assert accepted(*errands, *last, op("transfer", "A1", N1, 90, 91, token=N1, to="G", stands=Stands("G", 2)))
    assert not accepted(*errands, *last, op("transfer", "A1", N1, 90, 91, token=N1, to="G", back=True))


def test_who_is_sent_to_a_counter_waits_for_it_alone_and_it_must_be_open() -> None:
    begun = [*called(), op("start", "G1", N1, 8, 9, token=N1)]
    sent = op("transfer", "G1", N1, 10, 11, token=N1, to="A", only="A1", stands=Stands("A", 2, "A1"))
    assert accepted(*begun, sent, op("call", "A1", N1, 12, 13))
    assert not accepted(*begun, replace(sent, stands=Stands("A", 2)))
    assert not accepted(*begun, replace(sent, said=Refusal("counter_not_open"), stands=None))


def test_what_is_told_of_nothing_that_clients_do_takes_a_number_and_nothing_else() -> None:
    foreign = Change("", "clock.followed")
    known = {4: foreign, 5: Change(N1, "waiting", "G"), 6: foreign}
    hear = [op("hear", "", Heard(seq, change), 5, 5) for seq, change in known.items()]
    pictures = [op("read", "", Picture(seq), 7, 8) for seq in (5, 6)]
    assert accepted(op("issue", "N", N1, 2, 3), *hear, *pictures, heard=known)
    assert not accepted(op("issue", "N", N1, 2, 3), op("read", "", Picture(4), 7, 8), heard=known)


def test_a_search_that_takes_too_long_gives_up_instead_of_guessing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "TRIES", 10)
    with pytest.raises(GaveUp):
        accepted(*(op("issue", "N", f"N{n:03d}", 2, 30) for n in range(9, 0, -1)))


def some_history(rng: random.Random) -> list[Operation]:
    """Return a few overlapping commands with answers that may or may not go together, some of unknown outcome."""
    answers = (N1, N2, EMPTY, EMPTY, Refusal("counter_busy", N1))
    history = [op("issue", "N", N1, 2, rng.randrange(4, 12)), op("issue", "N", N2, 5, rng.randrange(6, 18))]
    for _ in range(4):
        at, begin = rng.choice(("G1", "G2")), rng.randrange(2, 16)
        if rng.random() < 0.3:
            history.append(op("call", at, None, begin, None))
        else:
            history.append(op("call", at, rng.choice(answers), begin, begin + rng.randrange(12)))
    return history


def by_force(history: Sequence[Operation]) -> bool:
    """Return the verdict found by trying every order of the answered and of some of the others."""
    model = Model(COUNTERS)
    sure, unsure = [o for o in history if o.returned is not None], [o for o in history if o.returned is None]
    chosen = (some for size in range(len(unsure) + 1) for some in combinations(unsure, size))
    return any(
        in_time(order) and fits(model, [*opened(), *order]) for some in chosen for order in permutations([*sure, *some])
    )


def in_time(order: Sequence[Operation]) -> bool:
    """Whether nothing stands behind what was invoked after its return."""
    latest = 0
    for one in order:
        latest = max(latest, one.invoked)
        if one.returned is not None and one.returned < latest:
            return False
    return True


def fits(model: Model, order: Sequence[Operation]) -> bool:
    """Whether the answers are those of the model in this order."""
    floors = [model.initial]
    for one in order:
        floors = [after for floor in floors for after in model.step(floor, one)]
    return bool(floors)


def test_the_search_agrees_with_trying_every_order() -> None:
    rng, found = random.Random(1), []
    for _ in range(150):
        history = some_history(rng)
        found.append(accepted(*history))
        assert found[-1] == by_force(history), history
    assert 30 < sum(found) < 120
