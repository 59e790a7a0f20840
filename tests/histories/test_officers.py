"""What the model says of officers: who waits for one by name, who is absent, and who is handed over."""

from dataclasses import replace
from typing import Any

import pytest

from tests.histories.by_hand import EMPTY, N1, N2, accepted, called, op
from tests.histories.history import NOBODY, SEATED, Change, Operation, Refusal, Said, Stands, closed_text, reopened_text

COUNTERS = ("G1", "G2", "A1", "A2")
ASHA, BELA = "staff:1", "staff:2"


def sit(who: str, at: str, invoked: int, said: Said | None = None) -> Operation:
    """Return how an officer sits down."""
    return op("sit", at, said or who, invoked, invoked + 1, by=who)


def get_up(who: str, at: str, invoked: int, said: Said = NOBODY) -> Operation:
    return op("get_up", at, said, invoked, invoked + 1, by=who)


def hand_over(said: Said, invoked: int, **more: Any) -> Operation:
    """Return how N001 is handed over at A, where they stand with the age of their arrival."""
    stands = Stands("A", 2) if said == N1 else None
    return op("hand_over", "A", said, invoked, invoked + 1, token=N1, **{"stands": stands, **more})


def sent(to: str = ASHA) -> list[Operation]:
    """Return how Asha and Bela sit down at A1 and A2, and N001 is sent to Asha from G1."""
    return [
        sit(ASHA, "A1", 2),
        sit(BELA, "A2", 2),
        *called(),
        op("start", "G1", N1, 8, 9, token=N1),
        op("transfer", "G1", N1, 10, 11, token=N1, to="A", only=to, stands=Stands("A", 2, to)),
    ]


def fits(*operations: Operation, heard: dict[int, Change] | None = None) -> bool:
    return accepted(*operations, heard=heard, counters=COUNTERS)


def test_who_is_sent_to_an_officer_is_called_where_they_sit_and_nowhere_else() -> None:
    assert fits(*sent(), op("call", "A2", EMPTY, 12, 13), op("call", "A1", N1, 14, 15))
    assert not fits(*sent(), op("call", "A2", N1, 12, 13))
    assert not fits(*sent(), op("call", "A1", EMPTY, 12, 13))


def test_who_waits_for_an_officer_goes_before_others_at_their_counter() -> None:
    other = [
        op("call", "G2", N2, 8, 9),
        op("start", "G2", N2, 10, 11, token=N2),
        op("finish", "G2", N2, 12, 13, token=N2, stands=Stands("A", 1)),
    ]
    assert fits(*sent(), *other, op("call", "A1", N1, 14, 15), op("call", "A2", N2, 14, 15))
    assert not fits(*sent(), *other, op("call", "A1", N2, 14, 15))


def test_a_token_follows_its_officer_from_counter_to_counter() -> None:
    moved = [get_up(BELA, "A2", 12), sit(ASHA, "A2", 14)]
    assert fits(*sent(), *moved, op("call", "A1", EMPTY, 16, 17), op("call", "A2", N1, 18, 19))
    assert not fits(*sent(), *moved, op("call", "A1", N1, 16, 17))
    assert not fits(*sent("A1"), *moved, op("call", "A2", N1, 16, 17))


def test_nobody_is_sent_to_an_officer_who_is_absent_or_whose_counter_is_closed() -> None:
    begun, last = sent()[:-1], sent()[-1]
    away, shut = (replace(last, said=Refusal(code), stands=None) for code in ("not_in_this_line", "counter_not_open"))
    assert fits(*begun, get_up(ASHA, "A1", 8), away)
    assert not fits(*begun, get_up(ASHA, "A1", 8), last)
    assert not fits(*begun, away)
    assert not fits(*begun, shut)
    closed = [op("close", "day", closed_text(0, 0, 4), 2, 3), op("reopen", "day", reopened_text(0, []), 4, 5)]
    again = [op("open", "G1", "open", 6, 7), *(replace(o, invoked=o.invoked + 10, returned=17) for o in called())]
    later = [op("start", "G1", N1, 18, 19, token=N1), replace(shut, invoked=20, returned=21)]
    assert fits(sit(ASHA, "A1", 2), *closed, *again, *later)


def test_who_waits_for_an_absent_officer_is_called_by_everybody_once_they_are_handed_over() -> None:
    absent = [*sent(), get_up(ASHA, "A1", 12)]
    assert fits(*absent, op("call", "A2", EMPTY, 14, 15))
    assert fits(*absent, hand_over(N1, 14), op("call", "A2", N1, 16, 17))
    assert not fits(*absent, hand_over(N1, 14), op("call", "A2", EMPTY, 16, 17))
    assert fits(*absent, hand_over(N1, 14), hand_over(Refusal("not_in_this_line"), 16))
    assert not fits(*absent, hand_over(N1, 14), hand_over(N1, 16))


@pytest.mark.parametrize("stands", [Stands("A", 14), Stands("A", 2, ASHA), Stands("G", 2)])
def test_a_hand_over_changes_neither_age_nor_stage_and_names_nobody(stands: Stands) -> None:
    assert not fits(*sent(), get_up(ASHA, "A1", 12), hand_over(N1, 14, stands=stands))


def test_nobody_is_handed_over_who_does_not_wait_for_somebody_absent() -> None:
    alone = Refusal("not_in_this_line")
    assert fits(*sent(), hand_over(alone, 12))
    assert not fits(*sent(), hand_over(N1, 12))
    assert fits(*sent(), get_up(ASHA, "A1", 12), sit(ASHA, "A1", 14), hand_over(alone, 16))
    assert fits(*sent(), op("call", "A1", N1, 12, 13), hand_over(alone, 14))
    assert not fits(*sent(), hand_over(Refusal("illegal_transition"), 12))


def test_who_was_handed_over_goes_back_from_their_errand_and_what_came_before_is_not_taken_back() -> None:
    errand = [*sent()[:-1], replace(sent()[-1], back=True), get_up(ASHA, "A1", 12), hand_over(N1, 14)]
    done = [op("call", "A2", N1, 16, 17), op("start", "A2", N1, 18, 19, token=N1)]
    home = op("finish", "A2", N1, 20, 21, token=N1, stands=Stands("G", 2, "G1"))
    assert fits(*errand, *done, home)
    assert not fits(*errand, *done, replace(home, stands=Stands("B", 20)))
    undo = op("undo", "G1", N1, 16, 17, token=N1, to="A")
    assert fits(*errand[:-2], undo)
    assert not fits(*errand, undo)
    assert fits(*errand, replace(undo, said=Refusal("later_act")))


@pytest.mark.parametrize("present", [True, False])
def test_an_errand_of_an_officer_comes_back_to_them_while_they_are_there(present: bool) -> None:
    errand = [
        *sent(),
        op("call", "A1", N1, 12, 13),
        op("start", "A1", N1, 14, 15, token=N1),
        op("transfer", "A1", N1, 16, 17, token=N1, to="G", back=True, stands=Stands("G", 2)),
        op("call", "G2", N2, 18, 19),
        *(() if present else [get_up(ASHA, "A1", 18)]),
        op("call", "G1", N1, 20, 21),
        op("start", "G1", N1, 22, 23, token=N1),
    ]
    for only in (ASHA, "A1", ""):
        back = op("finish", "G1", N1, 24, 25, token=N1, stands=Stands("A", 2, only))
        assert fits(*errand, back) is (only == (ASHA if present else ""))


def test_age_goes_along_to_whoever_is_there_instead_of_an_absent_officer() -> None:
    arrived = replace(called()[0], stands=Stands("G", 2))
    begun = [arrived if one.verb == "issue" and one.said == N1 else one for one in sent()]
    assert fits(*begun)
    assert not fits(*begun[:-1], replace(begun[-1], stands=Stands("A", 10, ASHA)))


def test_a_seat_has_one_officer_and_an_officer_one_seat() -> None:
    seated = [sit(ASHA, "A1", 2), *called()]
    taken = Refusal("counter_taken")
    assert fits(*seated, sit(BELA, "A1", 8, taken))
    assert not fits(*seated, sit(BELA, "A1", 8))
    assert fits(*seated, sit(ASHA, "A2", 8), sit(BELA, "A1", 10))
    assert not fits(*seated, sit(ASHA, "A2", 8), sit(BELA, "A1", 10, taken))
    assert not fits(*seated, sit(ASHA, "A1", 8, BELA))


def test_only_who_sits_at_a_counter_serves_there() -> None:
    refused = Refusal("not_your_counter")
    seated = [sit(ASHA, "G1", 2), op("issue", "N", N1, 2, 3)]
    assert fits(*seated, op("call", "G1", N1, 4, 5, by=ASHA))
    assert not fits(*seated, op("call", "G1", N1, 4, 5, by=BELA))
    for verb in ("open", "call", "start", "undo"):
        assert fits(*seated, op(verb, "G1", refused, 4, 5, by=BELA, token=N1))
        assert not fits(*seated, op(verb, "G1", refused, 4, 5, by=ASHA, token=N1))


def test_nobody_gets_up_from_a_citizen() -> None:
    busy = [sit(ASHA, "G1", 2), op("issue", "N", N1, 2, 3), op("call", "G1", N1, 4, 5, by=ASHA)]
    refused = Refusal("counter_busy")
    assert fits(*busy, get_up(ASHA, "G1", 6, refused), sit(ASHA, "G2", 8, refused))
    assert not fits(*busy, get_up(ASHA, "G1", 6))
    assert not fits(*busy, sit(ASHA, "G2", 6))
    assert fits(*busy, op("hold", "G1", N1, 6, 7, token=N1, by=ASHA), get_up(ASHA, "G1", 8), get_up(ASHA, "G1", 10))


def test_each_change_of_a_seat_is_told_and_a_seat_taken_twice_is_one() -> None:
    moves = [sit(ASHA, "A1", 2), sit(ASHA, "A1", 4), sit(ASHA, "A2", 6), op("issue", "N", N1, 8, 9)]
    issued = Change(N1, "waiting", "G")
    assert fits(*moves, heard={5: SEATED, 6: SEATED, 7: SEATED, 8: issued})
    assert not fits(*moves, heard={5: SEATED, 6: SEATED, 7: issued})


def test_officers_sit_again_after_a_reopening_where_they_had_called_somebody_and_nowhere_else() -> None:
    closed = [
        sit(ASHA, "G1", 2),
        op("issue", "N", N1, 2, 3),
        op("call", "G1", N1, 4, 5, by=ASHA),
        op("close", "day", closed_text(1, 0, 4), 6, 7, shown=frozenset({N1})),
    ]
    again = op("reopen", "day", reopened_text(1, ["G1"]), 10, 11)
    mine = op("start", "G1", N1, 12, 13, token=N1, by=ASHA)
    for meanwhile in ([], [get_up(ASHA, "G1", 8)]):
        assert fits(*closed, *meanwhile, again, mine)
    assert not fits(*closed, sit(ASHA, "G2", 8), again, mine)
    assert not fits(*closed, get_up(ASHA, "G1", 8), sit(BELA, "G1", 9), again, mine)
