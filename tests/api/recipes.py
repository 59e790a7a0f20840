"""How each operation of the API works: what must be so before, who may, and the least that is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.domain.actors import By
from server.domain.permissions import Role
from server.domain.token.lifecycle import CounterState
from server.services.bookings.book import NewBooking, book
from server.services.floor import away, issue
from tests.factories import CENTRE, DAY, MORNING, Floor, at_time, make_reference, second_centre

Ids = dict[str, str]
Ready = Callable[[Floor], Ids]
ROLES = {role.value[0].upper(): role for role in Role}

# What stands in an address: a name that is there, and one that is not with the refusal it gets.
THERE: Ids = {"centre": CENTRE, "counter": "G1", "day": DAY.isoformat()}
NOT_THERE = {
    "centre": ("NOWHERE", 403, "forbidden"),
    "counter": ("Z9", 404, "unknown_counter"),
    "token": ("no-such-token", 404, "unknown_token"),
    "label": ("N999", 404, "unknown_token"),
    "lease": ("999", 404, "unknown_lease"),
    "day": ("2026-13-01", 422, "invalid_input"),
    "secret": ("no-such-slip", 404, "unknown_token"),
}


def empty(_: Floor) -> Ids:
    """Nobody is there, and every counter is closed."""
    return {}


def waiting(floor: Floor) -> Ids:
    """N001 waits at the gate, with a slip of kiosk K1."""
    order, now = floor.order(printer="printer-k1"), floor.now()
    token = floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test"))).token
    return {"token": token.id, "label": token.label, "secret": order.secret}


def sent_to_a_closed_counter(floor: Floor) -> Ids:
    """N001 waits for G2 alone, which has closed."""
    ids = called(floor)
    floor.open("G2")
    floor.transfer("G1", "G", "G2")
    floor.set_state("G2", CounterState.CLOSED)
    return ids


def over(floor: Floor) -> Ids:
    """N001 was served; nobody is here."""
    floor.open("E1")
    floor.issue("ENQUIRY")
    floor.serve("E1")
    return {}


def closed(floor: Floor) -> Ids:
    """The day was closed while N001 waited."""
    ids = waiting(floor)
    floor.close_day()
    return ids


def expected(floor: Floor) -> Ids:
    """N001 waits at the gate, where counter G1 is open."""
    floor.open("G1")
    return waiting(floor)


def called(floor: Floor) -> Ids:
    """N001 is called to G1."""
    ids = expected(floor)
    floor.call("G1")
    return ids


def called_in_vain(floor: Floor) -> Ids:
    """N001 was called to G1 often and long enough."""
    ids = called(floor)
    floor.recall("G1")
    floor.recall("G1")
    floor.wait(5)
    return ids


def served(floor: Floor) -> Ids:
    """N001 is served at G1, and G2 is open."""
    floor.open("G2")
    ids = called(floor)
    floor.start("G1")
    return ids


def parked(floor: Floor) -> Ids:
    """N001 is on hold at G1."""
    ids = served(floor)
    floor.hold("G1")
    return ids


def gone_out(floor: Floor) -> Ids:
    """N001 has gone out for a while."""
    ids, now = waiting(floor), floor.now()
    floor.write(lambda tx: away.pause(at_time(tx, now), ids["token"], By("test")))
    return ids


def cancelled(floor: Floor) -> Ids:
    """N001 is cancelled."""
    ids, now = waiting(floor), floor.now()
    floor.write(lambda tx: away.cancel(at_time(tx, now), ids["token"], By("test")))
    return ids


def leased(floor: Floor) -> Ids:
    """A pad has the first numbers."""
    return {"lease": str(floor.lease().id)}


def booked(floor: Floor) -> Ids:
    """Somebody is expected whose reference ends in 1234."""
    floor.book(NewBooking(make_reference("ARN-1234"), MORNING, "NORMAL"))
    return {}


def expected_by_letter(floor: Floor) -> Ids:
    """N001 waits, and somebody is expected whose reference ends in 1234."""
    booked(floor)
    return waiting(floor)


def twice(floor: Floor) -> Ids:
    """Somebody waits with two tokens."""
    return {"other": floor.issue().id, **waiting(floor)}


def booked_elsewhere(floor: Floor) -> Ids:
    """Somebody comes who is expected at another centre."""
    other = second_centre(floor, "PSK-9")
    row = NewBooking(make_reference("ARN-1234"), MORNING, "ENQUIRY")
    floor.db.write(other, lambda tx: book(at_time(tx, MORNING), [row], By("test")))
    return {}


@dataclass(frozen=True, slots=True)
class Recipe:
    """A request that works: `roles` are the first letters of those who may; words in braces are names of `ready`."""

    roles: str
    ready: Ready = empty
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


BOOKING = {"reference": "ARN-1234", "slot": "2026-11-24T10:15:00+05:30", "service": "NORMAL"}
ANYBODY, NO_KEY = "CDIKM", ""

RECIPES: Mapping[str, Recipe] = {
    "GET centres": Recipe(ANYBODY),
    "GET counters": Recipe(ANYBODY),
    "GET services": Recipe(ANYBODY),
    "GET stages": Recipe(ANYBODY),
    "POST tokens": Recipe("CIKM", empty, {"service": "NORMAL"}, status=201),
    "GET tokens": Recipe(ANYBODY, waiting),
    "POST tokens/cancel": Recipe("CIM", waiting),
    "POST tokens/correct": Recipe("CM", waiting, {"service": "PCC"}),
    "POST tokens/attach": Recipe("CM", expected_by_letter, {"appointment": "ARN 1234"}),
    "POST tokens/merge": Recipe("CM", twice, {"into": "{other}"}),
    "POST tokens/return": Recipe("CM", gone_out),
    "POST tokens/pause": Recipe("CM", waiting),
    "POST tokens/remark": Recipe("CM", waiting, {"party": 2}),
    "POST tokens/reprint": Recipe("CIM", waiting, {"reason": "it was torn"}),
    "POST slips/reprint": Recipe("CIKM", waiting, {"slip": "{secret}"}),
    "POST slips/withdraw": Recipe("CIKM", waiting, {"slip": "{secret}"}),
    "POST tokens/hand-over": Recipe("CM", sent_to_a_closed_counter),
    "POST tokens/undo": Recipe("M", cancelled),
    "POST return": Recipe("CIKM", gone_out, {"slip": "{secret}"}),
    "GET status": Recipe(NO_KEY, waiting),
    "POST status/return": Recipe(NO_KEY, gone_out),
    "POST status/pause": Recipe(NO_KEY, waiting),
    "POST status/cancel": Recipe(NO_KEY, waiting),
    "GET snapshot": Recipe(ANYBODY),
    "GET events": Recipe(ANYBODY, query={"after": "0"}),
    "GET counters/line": Recipe("CM"),
    "GET seats": Recipe("CM"),
    "POST counters/sit": Recipe("CM"),
    "POST counters/leave": Recipe("CM"),
    "POST counters/open": Recipe("CM"),
    "POST counters/pause": Recipe("CM", expected),
    "POST counters/close": Recipe("CM", expected),
    "POST counters/call-next": Recipe("CM", expected),
    "POST counters/call": Recipe("M", expected, {"token": "{token}", "reason": "unwell"}),
    "POST counters/recall": Recipe("CM", called),
    "POST counters/start": Recipe("CM", called),
    "POST counters/miss": Recipe("CM", called_in_vain),
    "POST counters/hold": Recipe("CM", served),
    "POST counters/resume": Recipe("CM", parked),
    "POST counters/finish": Recipe("CM", served),
    "POST counters/transfer": Recipe("CM", served, {"stage": "A"}),
    "POST counters/take-over": Recipe("M", served, {"to": "G2"}),
    "POST counters/undo": Recipe("CM", called),
    "POST notice": Recipe("M", empty, {"on": True, "kind": "emergency", "cause": "fire"}),
    "GET notice": Recipe(ANYBODY),
    "POST clock": Recipe("M", empty, {"choose": "floor"}),
    "GET clock": Recipe("M"),
    "GET days": Recipe("IM"),
    "POST days/close": Recipe("M", over, {"then": "carry_over"}),
    "POST days/extend": Recipe("M", waiting, {"until": "2026-11-24T12:00:00.000Z"}),
    "POST days/reopen": Recipe("M", closed, {"reason": "by mistake"}),
    "POST leases": Recipe("M", empty, {"series": "N", "count": 5, "holder": "pad"}, status=201),
    "POST leases/void": Recipe("M", leased, {"reason": "lost"}),
    "POST appointments": Recipe("IM", empty, {"bookings": [BOOKING]}),
    "GET appointments": Recipe("CM", booked, query={"tail": "1234"}),
    "POST appointments/move": Recipe("M", booked_elsewhere, {"appointment": "ARN-1234"}),
    "GET appointments/claims": Recipe("CM"),
    "GET gate": Recipe(ANYBODY),
    "GET explain": Recipe("CM", waiting),
    "GET stats": Recipe("IM"),
    "GET outlook": Recipe("IM"),
    "GET report": Recipe("IM"),
}
