"""Who sits where, as somebody of the staff sees it."""

from dataclasses import dataclass

from server.services.people.principal import Principal
from server.storage.sql.seats import taken_seats
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class SeatEntry:
    """A counter at which somebody sits: their user name, if any, whether it is oneself, and the token there."""

    counter: str
    user: str | None
    mine: bool
    token: str | None


def seats_taken(read: Read, principal: Principal) -> tuple[SeatEntry, ...]:
    """Return the counters of a centre at which somebody sits, in the order of its stages."""
    seats = taken_seats(read, principal.centre_id)
    return tuple(SeatEntry(seat.counter, seat.user, seat.operator == principal.id, seat.token) for seat in seats)
