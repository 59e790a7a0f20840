"""A body is read to its end and no further than the limit; JSON is RFC 8259 and no more."""

import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.test import EnvironBuilder

from server.web.json import LONG_BODY, MAX_BODY, Json, JsonRequest, body_max


def asked(body: bytes, *, length: int | None, ends: bool) -> JsonRequest:
    """Return a request whose server `ends` the stream where the body ends, or leaves that to who reads."""
    environ = EnvironBuilder(method="POST", input_stream=io.BytesIO(body)).get_environ()
    if length is not None:
        environ["CONTENT_LENGTH"] = str(length)
    if ends:
        environ["wsgi.input_terminated"] = True
    return JsonRequest(environ)


def test_a_stream_that_ends_with_the_body_is_read_as_it_is() -> None:
    request = asked(b'{"a": 1}', length=8, ends=True)
    assert request.stream is request.environ["wsgi.input"]
    assert request.get_data() == b'{"a": 1}'


def test_of_a_stream_that_goes_on_no_more_is_read_than_was_declared() -> None:
    assert asked(b"{}POST /next", length=2, ends=False).get_data() == b"{}"


@pytest.mark.parametrize("ends", [True, False])
def test_a_body_that_declares_too_much_is_refused_unread(ends: bool) -> None:
    request = asked(b"x" * (MAX_BODY + 1), length=MAX_BODY + 1, ends=ends)
    with pytest.raises(RequestEntityTooLarge):
        request.get_data()
    assert request.environ["wsgi.input"].tell() == 0


@pytest.mark.parametrize("size", [2, MAX_BODY])
def test_a_body_in_chunks_is_read_up_to_the_limit(size: int) -> None:
    assert asked(b"x" * size, length=None, ends=True).get_data() == b"x" * size


def test_a_body_in_chunks_beyond_the_limit_is_refused() -> None:
    with pytest.raises(RequestEntityTooLarge):
        asked(b"x" * (MAX_BODY + 1), length=None, ends=True).get_data()


@pytest.mark.parametrize(
    "target", ["/x/days/today/close", "/x/days/2026-11-24/close?a=b", "http://a/x/days/today/close"]
)
def test_who_closes_a_day_may_send_the_ids_of_everybody(target: str) -> None:
    assert body_max(target) == LONG_BODY >= 20_000 * len('"01a20bb5-e600-75b1-a522-4a58b791f1d8",')


@pytest.mark.parametrize("target", ["/x/days/today/extend", "/x/days/today/clos%65", "/x?/days/today/close", ""])
def test_nobody_else_may(target: str) -> None:
    assert body_max(target) == MAX_BODY


@pytest.mark.parametrize("text", ["NaN", "[1,]", "{'a': 1}", '"\\ud800"', ""])
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        Json(Flask("x")).loads(text)


def test_names_keep_their_order_and_words_their_letters() -> None:
    told: dict[str, Any] = {"b": "बारी", "a": [None, 1.5]}
    text = Json(Flask("x")).dumps(told)
    assert text == '{"b":"बारी","a":[null,1.5]}'
    assert Json(Flask("x")).loads(text) == told
