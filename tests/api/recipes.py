"""How each operation of the API works: what must be so before, who may, and the least that is sent."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from server.clock import SystemClock
from server.domain.actors import By
from server.domain.approvals import Asked, Guarded
from server.domain.derived import Purpose
from server.domain.permissions import Role
from server.domain.screens import Screen, ScreenKind
from server.domain.token.claim import Claim, epoch_mark, signed
from server.domain.token.lifecycle import CounterState
from server.services.backups.going_on import Lost, centre_goes_on
from server.services.bookings.book import NewBooking, book
from server.services.floor import away, issue
from server.services.people import approvals, keys, pairing, sign_in
from server.services.people.pairing import Origin
from server.services.person_data import holds
from tests.factories import CENTRE, DAY, KEYS, MORNING, Floor, at_time, make_reference, second_centre

Ids = dict[str, str]
PHONE = "+919876543210"
Ready = Callable[[Floor], Ids]
ROLES = {
    "K": Role.KIOSK,
    "C": Role.COUNTER,
    "D": Role.DISPLAY,
    "M": Role.MANAGER,
    "I": Role.INTEGRATION,
    "L": Role.LEAD,
    "F": Role.FLOOR_MANAGER,
    "A": Role.ADMINISTRATOR,
    "U": Role.AUDITOR,
    "H": Role.HEADQUARTERS,
}

# What stands in an address: a name that is there, and one that is not with the refusal it gets.
THERE: Ids = {"centre": CENTRE, "counter": "G1", "day": DAY.isoformat()}
NOT_THERE = {
    "centre": ("NOWHERE", 403, "forbidden"),
    "counter": ("Z9", 404, "unknown_counter"),
    "token": ("no-such-token", 404, "unknown_token"),
    "label": ("N999", 404, "unknown_token"),
    "lease": ("999", 404, "unknown_lease"),
    "day": ("2026-13-01", 422, "invalid_input"),
    "person": ("999", 404, "unknown_person"),
    "key": ("999", 404, "unknown_key"),
    "approval": ("999", 404, "unknown_approval"),
    "secret": ("no-such-slip", 404, "unknown_token"),
    "kind": ("printer", 404, "unknown_device"),
    "device": ("K9", 404, "unknown_device"),
    "code": ("ZZZZZZ", 404, "unknown_code"),
    "hold": ("999", 404, "unknown_hold"),
}


def empty(_: Floor) -> Ids:
    """Nobody is there, and every counter is closed."""
    return {}


def waiting(floor: Floor) -> Ids:
    """N001 waits at the gate, with a slip of kiosk K1."""
    order, now = floor.order(printer="printer-k1"), floor.now()
    token = floor.write(lambda tx: issue.issue(at_time(tx, now), order, By("test"))).token
    return {"token": token.id, "label": token.label, "secret": order.secret}


def lost(floor: Floor) -> Ids:
    """A restore has lost N050, who holds a slip."""
    order, now, key = floor.order(), floor.now(), KEYS.key(Purpose.SLIPS)
    claim = Claim(epoch_mark(floor.centre.epoch), order.token_id, DAY, "N050", "N", "NORMAL", MORNING)
    floor.write(lambda tx: centre_goes_on(at_time(tx, now), MORNING, "after", Lost({})))
    return {"slip": signed(order.secret, claim, key.secret, key.number)}


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


def employed(floor: Floor) -> Ids:
    """Asha can sign in."""
    kept = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43
    number = floor.write(lambda tx: sign_in.add_staff(tx, "asha", Role.COUNTER, kept, MORNING))
    return {"person": str(number)}


def employed_elsewhere(floor: Floor) -> Ids:
    """Asha works at another centre, which keeps her account."""
    other = second_centre(floor, "PSK-9")
    floor.db.write(other, lambda tx: sign_in.add_staff(tx, "asha", Role.COUNTER, "hash", MORNING))
    return {}


def asked_for(floor: Floor) -> Ids:
    """Asha asks a second person whether somebody may lead."""
    number = int(employed(floor)["person"])
    asked, now = Asked(Guarded.ROLE, "ravi", "lead"), SystemClock().now()
    waiting = floor.write(lambda tx: approvals.waited_for(tx, [Guarded.ROLE], asked, now, By(f"staff:{number}")))
    assert waiting is not None
    return {"approval": str(waiting.id)}


def keyed(floor: Floor) -> Ids:
    """A board has a key."""
    floor.key(Role.DISPLAY)
    listed = floor.db.read(lambda read: keys.keys_of(read, floor.centre_id))
    return {"key": str(max(key.id for key in listed))}


def booked(floor: Floor) -> Ids:
    """Somebody is expected whose reference ends in 1234."""
    floor.book(NewBooking(make_reference("ARN-1234"), MORNING, "NORMAL"))
    return {}


def expected_by_letter(floor: Floor) -> Ids:
    """N001 waits, and somebody is expected whose reference ends in 1234."""
    booked(floor)
    return waiting(floor)


def by_phone(floor: Floor) -> Ids:
    """N001 waits, with a phone number."""
    return {"token": floor.issue(phone=PHONE).id}


def served_by_phone(floor: Floor) -> Ids:
    """N001 is served at G1, with a phone number."""
    floor.open("G1")
    ids = by_phone(floor)
    floor.call("G1")
    floor.start("G1")
    return ids


def over_by_phone(floor: Floor) -> Ids:
    """F001 was served, with a phone number; nobody is here."""
    floor.open("E1")
    floor.issue("ENQUIRY", phone=PHONE)
    floor.serve("E1")
    return {}


def in_custody(floor: Floor) -> Ids:
    """A legal hold is in force."""
    number = floor.write(lambda tx: holds.place(tx, DAY, None, "a court asks", MORNING, By("test")))
    return {"hold": str(number)}


def unpaired(floor: Floor) -> Ids:
    """The page of kiosk K1 shows a code; the tests of the API run on the real clock of people and keys."""
    screen, now = Screen(ScreenKind.KIOSK, "K1"), SystemClock().now()
    origin = Origin("192.0.2.7", "Chromium / Linux")
    code = floor.write(lambda tx: pairing.ask(tx, screen, "baari_" + "p" * 43, origin, now, secrets.token_bytes)).code
    return {"kind": "kiosk", "device": "K1", "code": code}


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
    """A request that works: `roles` are the letters of those who may; words in braces are names of `ready`.

    What is done `by_person` is refused to keys: people of these roles send it, who are signed in.
    """

    roles: str
    ready: Ready = empty
    body: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    by_person: bool = False


BOOKING = {"reference": "ARN-1234", "slot": "2026-11-24T10:15:00+05:30", "service": "NORMAL"}
ANYBODY, NO_KEY = "ACDFHIKLMU", ""

RECIPES: Mapping[str, Recipe] = {
    "GET centres": Recipe(ANYBODY),
    "GET counters": Recipe(ANYBODY),
    "GET services": Recipe(ANYBODY),
    "GET stages": Recipe(ANYBODY),
    "POST tokens": Recipe("CFIKLM", empty, {"service": "NORMAL"}, status=201),
    "GET tokens": Recipe("ACDFIKLMU", waiting),
    "POST tokens/cancel": Recipe("CFILM", waiting),
    "POST tokens/correct": Recipe("CFLM", waiting, {"service": "PCC"}),
    "POST tokens/attach": Recipe("CFLM", expected_by_letter, {"appointment": "ARN 1234"}),
    "POST tokens/merge": Recipe("CFLM", twice, {"into": "{other}"}),
    "POST tokens/return": Recipe("CFLM", gone_out),
    "POST tokens/pause": Recipe("CFLM", waiting),
    "POST tokens/remark": Recipe("CFLM", waiting, {"party": 2}),
    "POST tokens/reprint": Recipe("CFILM", waiting, {"reason": "it was torn"}),
    "POST slips/reprint": Recipe("CFIKLM", waiting, {"slip": "{secret}"}),
    "POST slips/withdraw": Recipe("CFIKLM", waiting, {"slip": "{secret}"}),
    "POST slips/rebuild": Recipe("CFKLM", lost, {"slip": "{slip}"}),
    "POST tokens/hand-over": Recipe("CFLM", sent_to_a_closed_counter),
    "POST tokens/undo": Recipe("FLM", cancelled),
    "POST return": Recipe("CFIKLM", gone_out, {"slip": "{secret}"}),
    "GET status": Recipe(NO_KEY, waiting),
    "POST status/return": Recipe(NO_KEY, gone_out),
    "POST status/pause": Recipe(NO_KEY, waiting),
    "POST status/cancel": Recipe(NO_KEY, waiting),
    "GET snapshot": Recipe(ANYBODY),
    "GET events": Recipe(ANYBODY, query={"after": "0"}),
    "GET counters/line": Recipe("ACFLMU"),
    "GET seats": Recipe("ACFLMU"),
    "POST counters/sit": Recipe("CFLM"),
    "POST counters/leave": Recipe("CFLM"),
    "POST counters/open": Recipe("CFLM"),
    "POST counters/pause": Recipe("CFLM", expected),
    "POST counters/close": Recipe("CFLM", expected),
    "POST counters/call-next": Recipe("CFLM", expected),
    "POST counters/call": Recipe("FLM", expected, {"token": "{token}", "reason": "unwell"}),
    "POST counters/recall": Recipe("CFLM", called),
    "POST counters/start": Recipe("CFLM", called),
    "POST counters/miss": Recipe("CFLM", called_in_vain),
    "POST counters/hold": Recipe("CFLM", served),
    "POST counters/resume": Recipe("CFLM", parked),
    "POST counters/finish": Recipe("CFLM", served),
    "POST counters/transfer": Recipe("CFLM", served, {"stage": "A"}),
    "POST counters/take-over": Recipe("FLM", served, {"to": "G2"}),
    "POST counters/undo": Recipe("CFLM", called),
    "POST notice": Recipe("FM", empty, {"on": True, "kind": "emergency", "cause": "fire"}),
    "GET notice": Recipe(ANYBODY),
    "POST clock": Recipe("FM", empty, {"choose": "floor"}),
    "GET clock": Recipe("AFMU"),
    "GET days": Recipe("AFILMU"),
    "POST days/close": Recipe("FM", over, {"then": "carry_over"}),
    "POST days/extend": Recipe("FM", waiting, {"until": "2026-11-24T12:00:00.000Z"}),
    "POST days/reopen": Recipe("FM", closed, {"reason": "by mistake"}),
    "POST leases": Recipe("FM", empty, {"series": "N", "count": 5, "holder": "pad"}, status=201),
    "POST leases/void": Recipe("FM", leased, {"reason": "lost"}),
    "POST appointments": Recipe("FIM", empty, {"bookings": [BOOKING]}),
    "GET appointments": Recipe("ACFLMU", booked, query={"tail": "1234"}),
    "POST appointments/move": Recipe("FLM", booked_elsewhere, {"appointment": "ARN-1234"}),
    "GET appointments/claims": Recipe("ACFLMU"),
    "GET gate": Recipe("ACDFIKLMU"),
    "GET explain": Recipe("ACFLMU", waiting),
    "GET stats": Recipe("AFHILMU"),
    "GET outlook": Recipe("AFHILMU"),
    "GET report": Recipe("AFHIMU"),
    "GET people": Recipe("AMU", employed),
    "POST people": Recipe("AM", empty, {"user": "ravi", "role": "counter", "password": "a long password"}, status=201),
    "POST people/disable": Recipe("AM", employed),
    "POST people/enable": Recipe("AM", employed),
    "POST people/unlock": Recipe("AM", employed),
    "POST people/role": Recipe("AM", employed, {"role": "manager"}),
    "POST memberships": Recipe("AM", employed_elsewhere, {"user": "asha", "role": "counter"}, status=201),
    "POST people/membership/end": Recipe("AM", employed),
    "POST people/second-step/end": Recipe("AM", employed),
    "POST people/password": Recipe("AM", employed, {"password": "a long password"}),
    "GET people/sessions": Recipe("AMU", employed),
    "POST people/sessions/end": Recipe("AM", employed),
    "GET approvals": Recipe("AMU", asked_for),
    "POST approvals/approve": Recipe("AM", asked_for, by_person=True),
    "POST approvals/refuse": Recipe("AM", asked_for, by_person=True),
    "GET keys": Recipe("AMU", keyed),
    "POST keys": Recipe("AM", empty, {"name": "hall", "role": "display", "secret": "baari_" + "n" * 43}, status=201),
    "POST keys/revoke": Recipe("AM", keyed),
    "GET devices": Recipe("AFMU", unpaired),
    "GET devices/codes": Recipe("AM", unpaired),
    "POST devices/pair": Recipe("AM", unpaired, {"code": "{code}"}),
    "POST devices/revoke": Recipe("AM", unpaired),
    "POST devices/rename": Recipe("AM", unpaired, {"name": "Hall"}),
    "GET trail": Recipe("AMU", waiting),
    "GET trail/export": Recipe("AMU", waiting),
    "POST devices/identify": Recipe("AFM", unpaired),
    "GET personal-data": Recipe("AMU", by_phone),
    "POST personal-data/show": Recipe("AMU", by_phone, {"phone": "9876543210", "reason": "asked by letter"}),
    "POST tokens/reveal-phone": Recipe("ACFLMU", served_by_phone, {"counter": "G1"}),
    "POST personal-data/correct": Recipe("AM", by_phone, {"phone": "9876543210", "set_phone": None, "reason": "asked"}),
    "POST personal-data/erase": Recipe("AM", over_by_phone, {"phone": "9876543210", "reason": "asked by letter"}),
    "POST personal-data/holds": Recipe("AM", by_phone, {"day": "2026-11-24", "reason": "a court asks"}, status=201),
    "POST personal-data/holds/lift": Recipe("AM", in_custody),
    "POST keys/rotate": Recipe("AM", keyed, {"secret": "baari_" + "k" * 43}),
}
