"""Of what comes by a socket only what a screen of ours sends is taken, and not too much of it."""

import random

import pytest

from server.live.packets import A_SECOND, AT_ONCE, FRAME_MAX, POST_MAX, Pace, are_ours, is_ours, leaves
from tests.api.malformed import TEXTS


@pytest.mark.parametrize(
    "packet",
    [
        '40/live,{"key":"baari_x"}',
        "40/live,",
        '40/live,{"csrf":"[{"}',
        "40",
        '42/live,0["watch",{"centre":"PSK-1","epoch":null,"after":3}]',
        '42/live,["watch",{}]',
        "41/live,",
        "3",
        "1",
    ],
)
def test_what_a_screen_sends_is_taken(packet: str) -> None:
    assert is_ours(packet)


@pytest.mark.parametrize(
    "packet",
    [
        '42/live,["disconnect"]',
        '42/live,1["connect",{}]',
        '42/live,["message","x"]',
        '42["watch",{}]',
        '42/other,["watch",{}]',
        '42/live,["watch",{]',
        '42/live,12345678901["watch",{}]',
        '42/live,["watch",' + "[" * 9 + "]" * 9 + "]",
        '42/live,["watch","' + "x" * FRAME_MAX + '"]',
        "40/live,[]",
        "40/live,{",
        "40/admin,",
        '451-/live,["watch",{"_placeholder":true,"num":0}]',
        "43/live,1[]",
        "44/live,{}",
        "47",
        "4",
        "0",
        "2",
        "2probe",
        "5",
        "6",
        "9",
        "",
        "é",
        b"\x04",
        None,
        *TEXTS,
    ],
)
def test_anything_else_is_not(packet: object) -> None:
    assert not is_ours(packet)


def test_no_garbage_is_more_than_refused() -> None:
    rng = random.Random(1)
    taken = '42/live,0["watch",{"centre":"PSK-1","after":3}]'
    for _ in range(5000):
        packet = list(taken)
        for _ in range(rng.randint(1, 4)):
            packet[rng.randrange(len(packet))] = rng.choice('"[]{},\\0149\ud800é\x1e')
        is_ours("".join(packet))


def test_a_post_holds_a_few_packets_all_of_which_are_ours() -> None:
    assert are_ours(b'40/live,{}\x1e42/live,0["watch",{}]')
    assert not are_ours(b"40/live,{}\x1e42/live,[]")
    assert not are_ours("\x1e".join(["3"] * (POST_MAX + 1)).encode())
    assert not are_ours(b"\xff")
    assert leaves(b"3\x1e41/live,")
    assert not leaves(b"40/live,{}")


def test_a_screen_sends_so_many_at_once_and_so_many_a_second() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert [pace.allows() for _ in range(AT_ONCE + 1)] == [True] * AT_ONCE + [False]
    now[0] = 1.0
    assert [pace.allows() for _ in range(int(A_SECOND) + 1)] == [True] * int(A_SECOND) + [False]
    now[0] = 1000.0
    assert sum(pace.allows() for _ in range(100)) == AT_ONCE
