"""A command at a counter is done by whoever sits there."""

from collections.abc import Callable
from typing import Any

from flask import Response

from server.api.commands import command
from server.services.people import seats
from server.services.people.principal import Principal

AT = "/api/v1/counters/<counter>"


def at_seat(by: Principal, counter: str, fn: Callable[[Any], dict[str, Any]]) -> Response:
    """Run a command at a counter where this person sits; devices and integrations sit nowhere."""

    def seated(tx: Any) -> dict[str, Any]:
        seats.require_seat(tx, counter, by)
        return fn(tx)

    return command(by, seated)
