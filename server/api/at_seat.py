"""A command at a counter is done by whoever sits there."""

from collections.abc import Callable

from flask import Response

from server.api.at_centre import AT as AT_CENTRE
from server.api.commands import Body, command
from server.domain.actors import By
from server.services.people import seats
from server.services.people.principal import Principal
from server.storage.transaction import Transaction

AT = f"{AT_CENTRE}/counters/<counter>"


def at_seat(principal: Principal, counter: str, fn: Callable[[Transaction, By], Body]) -> Response:
    """Run a command at a counter: who reaches no further than their own must sit there; a key need not."""

    def seated(tx: Transaction) -> Body:
        seats.require_seat(tx, counter, principal)
        return fn(tx, By(principal.id, counter))

    return command(principal, seated)
