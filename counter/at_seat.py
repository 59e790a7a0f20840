"""A command at a counter is done by whoever sits there."""

from collections.abc import Callable
from typing import Any

from flask import Response

from server.services import operators
from server.services.access import Principal
from server.web.commands import command

AT = "/api/v1/counters/<counter>"


def at_seat(by: Principal, counter: str, fn: Callable[[Any], dict[str, Any]]) -> Response:
    """Run a command at a counter where this person sits; devices and integrations sit nowhere."""

    def seated(tx: Any) -> dict[str, Any]:
        operators.require_seat(tx, counter, by)
        return fn(tx)

    return command(by, seated)
