"""Where clients write what they did, and how answers of the server are read."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

from tests.histories.history import (
    NOBODY,
    SEATED,
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

UNSURE = FAILED = 500


class Tape:
    """The tries of commands, what was heard and read, and failures (500); threads may append to a list at once."""

    def __init__(self) -> None:
        self.commands: list[Operation] = []
        self.observations: list[Operation] = []
        self.failures: list[str] = []
        self.wall_offset = time.time_ns() - time.monotonic_ns()

    def now(self) -> int:
        """Return the instant, in nanoseconds."""
        return time.monotonic_ns()

    def hear(self, event: Mapping[str, Any], client: str) -> None:
        """Keep an event that a screen has just received."""
        now = self.now()
        self.observations.append(Operation("hear", "", Heard(event["seq"], change_of(event)), now, now, client=client))

    def wall_ms(self, instant: int) -> float:
        """Return an instant as milliseconds since 1970."""
        return (instant + self.wall_offset) / 1e6


def said_of(verb: str, response: httpx.Response) -> Said | None:
    """Return what a server answered, None when that leaves the outcome unknown (5xx)."""
    if response.status_code >= UNSURE:
        return None
    body = response.json()
    if response.is_error:
        return Refusal(body["code"], (body.get("current") or {}).get("label", ""))
    if verb == "open":
        return str(body["state"])
    if verb in ("sit", "get_up"):
        return str(body["operator"] or NOBODY)
    if verb == "close":
        return closed_text(body["expired"], body["no_show"], body["counters"])
    if verb == "reopen":
        return reopened_text(body["restored"], body["counters"])
    return str(token_of(verb, body)["label"])


def token_of(verb: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the token of an answer."""
    found: Mapping[str, Any] = body["call"]["token"] if verb == "call" else body["token"]
    return found


def stands_of(verb: str, response: httpx.Response) -> Stands | None:
    """Return where a token waits by the answer to what may put it in line, None when it does not or nobody says."""
    if response.is_error or verb not in ("finish", "transfer", "return", "hand_over", "undo"):
        return None
    token = token_of(verb, response.json())
    if token["state"] != "waiting":
        return None
    return Stands(token["stage"], milliseconds(token["staff"]["waiting_since"]), token["staff"]["only"] or "")


def milliseconds(instant: str) -> int:
    """Return an instant as milliseconds since 1970."""
    return round(datetime.fromisoformat(instant).timestamp() * 1000)


def change_of(event: Mapping[str, Any]) -> Change:
    """Return what an event tells."""
    if event["token"]:
        return _token(event["token"])
    if event["counter"]:
        return _counter(event["counter"])
    subject, _, state = event["type"].partition(".")
    if event["type"] == "counter.seated":
        return SEATED
    return Change("day", state) if subject == "day" else Change("", event["type"])


def picture_of(snapshot: Mapping[str, Any]) -> Picture:
    """Return the floor of a snapshot."""
    tokens = [_token(token) for token in snapshot["tokens"]]
    counters = [_counter(counter) for counter in snapshot["counters"] if counter["state"] != "closed"]
    return Picture(snapshot["seq"], frozenset((*tokens, *counters)))


def _token(view: Mapping[str, Any]) -> Change:
    return Change(view["label"], view["state"], view["stage"] or "", view["counter"] or "")


def _counter(view: Mapping[str, Any]) -> Change:
    return Change(view["id"], view["state"], view["stage"])
