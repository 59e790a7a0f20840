"""A request is whole when whoever reads it meets its end, however it comes in pieces."""

import pytest

from server.web.arrival import FRAMED, HEAD_MAX, Arrival, NoRequest, TooLong
from server.web.json import LONG_BODY, MAX_BODY

HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"
IN_CHUNKS = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = {
    "no body": HEAD + b"\r\n",
    "only a line": b"GET / HTTP/1.0\r\n\r\n",
    "a length": HEAD + b"content-length:  5 \r\nX: y\r\n\r\nhello",
    "chunks": IN_CHUNKS + b"5\r\nhello\r\nA;x=y\r\n0\r\n\r\n12345\r\n0\r\n\r\n",
    "trailers": IN_CHUNKS + b"1\r\nx\r\n0\r\nA: b\r\n\r\n",
    "a line before it": b"\r\n" + HEAD + b"\r\n",
}


def arrival() -> Arrival:
    return Arrival("192.0.2.1", 0)


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_it_is_whole_with_its_last_byte_and_not_before(request_: bytes, size: int) -> None:
    under_way = arrival()
    body = request_[:-1]
    assert not any(under_way.take(body[at : at + size]) for at in range(0, len(body), size))
    assert under_way.take(request_[-1:])


def test_what_comes_behind_it_is_kept() -> None:
    under_way = arrival()
    assert under_way.take(HEAD + b"\r\nGET /next")
    assert under_way.data.endswith(b"GET /next")


@pytest.mark.parametrize(("size", "whole"), [(MAX_BODY, False), (MAX_BODY + 1, True), (10**17, True)])
def test_a_body_above_the_limit_is_not_waited_for(size: int, *, whole: bool) -> None:
    assert arrival().take(HEAD + b"Content-Length: %d\r\n\r\n" % size) is whole


@pytest.mark.parametrize(("size", "whole"), [(LONG_BODY, False), (LONG_BODY + 1, True)])
def test_the_list_of_who_closes_a_day_is_waited_for_up_to_its_own_limit(size: int, *, whole: bool) -> None:
    head = b"POST /api/v1/centres/x/days/today/close HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
    assert arrival().take(head) is whole


def test_nor_are_chunks_without_end() -> None:
    under_way = arrival()
    chunk = b"3e8\r\n" + b"x" * 1000 + b"\r\n"
    assert not under_way.take(IN_CHUNKS)
    pieces = [under_way.take(chunk) for _ in range(FRAMED * MAX_BODY // len(chunk) + 1)]
    assert pieces == [False] * (len(pieces) - 1) + [True]


@pytest.mark.parametrize("size", [b"x", b"", b"-5", b"5 5", b"1\r\nxy"])
def test_a_chunk_that_is_none_is_for_the_reader_to_refuse(size: bytes) -> None:
    assert arrival().take(IN_CHUNKS + size + b"\r\n")


def test_a_head_without_end_is_refused_and_so_is_one_that_cannot_end() -> None:
    assert not arrival().take(HEAD + b"a" * (HEAD_MAX - len(HEAD)))
    with pytest.raises(TooLong) as head:
        arrival().take(HEAD + b"a" * HEAD_MAX)
    with pytest.raises(TooLong) as line:
        arrival().take(b"a" * HEAD_MAX + b"a")
    assert (head.value.in_line, line.value.in_line) == (False, True)
    with pytest.raises(NoRequest):
        arrival().take(b"GET / HTTP/1.1\nHost: a\n\n")


def test_a_sender_that_waits_for_a_word_asks_to_go_on_once_its_head_is_there() -> None:
    under_way = arrival()
    under_way.take(HEAD + b"Expect: 100-Continue\r\n")
    assert not under_way.asks_to_go_on
    under_way.take(b"Content-Length: 5\r\n\r\n")
    assert under_way.asks_to_go_on
