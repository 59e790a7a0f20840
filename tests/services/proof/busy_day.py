"""A sealed day on which everything happens, and a second with people under way, for the forgers of the tests."""

from datetime import timedelta

from server.domain.actors import CLI, By
from server.domain.approvals import Asked, Guarded
from server.domain.permissions import Role
from server.services.bookings.book import NewBooking
from server.services.command import Answer, Attempt, once
from server.services.floor.issue import PadNumber, issue
from server.services.paper import printers, slips
from server.services.people import approvals, keys, pins, seats, second_step, sign_in
from server.services.people.principal import Principal
from server.services.people.second_step import Whose
from server.services.setup import secret
from server.storage.sql.tokens import open_tokens
from server.storage.transaction import Transaction
from tests.factories import CENTRE, MORNING, Floor, at_time, make_reference
from tests.services.people.people import KEYS, enrolled, whose

TOMORROW = MORNING + timedelta(days=1)
COUNTERS = ("G1", "G2", "G3", "A1", "A2", "AX1", "B1", "C1", "X1")
DONE, RETURNED, SENIOR, BOOKED, PARTY, GONE, MISSED, PAPER = (
    *("N001", "N002", "F001", "P001", "N003", "N004", "N005"),
    "N006",
)


def busy_day(floor: Floor) -> None:
    """Let one day pass whole and be closed, and leave people in every state on the next."""
    _first_day(floor)
    floor.close_day()
    floor.begin = TOMORROW - timedelta(minutes=next(floor.minutes))
    _second_day(floor)


def _staff(floor: Floor) -> None:
    """Let a person sign in and sit down, make keys, revoke one, set a printer, and answer a command that is retried."""
    floor.key(Role.KIOSK, device="K1")
    floor.key(Role.COUNTER, counter="A1")
    floor.write(lambda tx: keys.create_key(tx, Role.DISPLAY, "old", MORNING))
    floor.write(lambda tx: keys.revoke_key(tx, "old", MORNING))
    floor.write(lambda tx: sign_in.add_staff(tx, "asha", Role.COUNTER, "hash", MORNING))
    floor.db.write(None, lambda tx: secret.rotate(tx, b"secret", MORNING - timedelta(minutes=1)))
    floor.db.write(None, lambda tx: secret.end(tx, 1, MORNING))
    floor.db.write(None, _sign_in)
    floor.write(lambda tx: pins.keep(tx, Whose(1, "asha", "a session"), pins.Chosen("hash", 1), MORNING))
    asked = Asked(Guarded.ROLE, "asha", "lead")
    floor.write(lambda tx: approvals.waited_for(tx, [Guarded.ROLE], asked, MORNING, By("cli:ravi")))
    asha = Principal("staff:1", Role.COUNTER, floor.centre_id, CENTRE, user="asha")
    now = floor.now()
    floor.write(lambda tx: seats.sit(at_time(tx, now), "B1", asha, MORNING))
    floor.write(lambda tx: printers.set_printer(at_time(tx, now), "printer-k1", {"host": "192.0.2.1"}, CLI))


def _sign_in(tx: Transaction) -> None:
    person = sign_in.person_named(tx.conn, "asha", MORNING)
    assert person is not None
    paper = enrolled(tx, person, str(sign_in.settle(tx, person, True, MORNING, "192.0.2.7")), MORNING)
    waiting = str(sign_in.settle(tx, person, True, MORNING, "192.0.2.7"))
    assert second_step.take(tx, KEYS, whose(person, waiting), paper[0], MORNING)
    assert sign_in.settle(tx, person, True, MORNING, "192.0.2.8")
    sign_in.note_refusal(tx, "asha", "192.0.2.8", MORNING, locked=False)


def answered(floor: Floor, key: str) -> None:
    """Issue a token by a command whose answer is kept."""
    order, now = floor.order(printer="printer-k1"), floor.now()

    def command(tx: Transaction) -> Answer:
        token = issue(at_time(tx, now), order, By("key:1")).token
        return Answer(201, {"label": token.label})

    floor.write(lambda tx: once(tx, Attempt("key:1", key, ("asked",), now), lambda: command(tx)))


def _first_day(floor: Floor) -> None:
    _staff(floor)
    floor.open(*COUNTERS)
    floor.book(NewBooking(make_reference("26-0001"), MORNING + timedelta(minutes=20), "PCC"))
    floor.issue(then=("ENQUIRY",))
    floor.issue()
    floor.issue(need="senior")
    floor.issue("PCC", reference=make_reference("26-0001"))
    _whole_way(floor)
    _deferred(floor)
    _party(floor)
    floor.cancel(floor.issue())
    _missed(floor)
    lease = floor.lease(count=5)
    enter(floor, "N006")
    floor.void(lease)
    floor.set_policy("missed", {"calls": 2, "minutes": 3})


def _whole_way(floor: Floor) -> None:
    """Serve the senior through correction and exit, with a call that was taken back."""
    floor.call("G1")
    floor.undo("G1")
    floor.serve("G1")
    floor.serve("A1")
    floor.serve("B1", "error")
    floor.serve("AX1")
    for counter in ("B1", "C1", "X1"):
        floor.serve(counter)


def _deferred(floor: Floor) -> None:
    for _ in range(2):
        floor.serve("G2")
    floor.serve("A2")
    floor.call("B1")
    floor.start("B1")
    floor.transfer("B1", "A", returns=True)
    floor.serve("A2")
    floor.serve("B1")
    floor.serve("C1", "deferred")
    floor.call("X1")
    floor.start("X1")
    floor.hold("X1")
    floor.resume("X1")
    floor.finish("X1")
    floor.call("G3")
    floor.take_over("G3", "G1")
    floor.start("G1")
    floor.finish("G1")


def _party(floor: Floor) -> None:
    party = floor.issue(party=2)
    floor.open("G3")
    floor.call_token("G1", party)
    floor.start("G1")
    floor.finish("G2")  # the helper leaves
    floor.finish("G1")
    floor.remark(party, emergency=True)
    floor.correct(party, "TATKAAL")


def _missed(floor: Floor) -> None:
    token = floor.issue()
    floor.call_token("G1", token)
    floor.lose("G1")
    floor.here(token)
    floor.pause(token)
    floor.freeze()
    floor.unfreeze()


def _second_day(floor: Floor) -> None:
    floor.open("G1", "G2", "G3", "A1")
    for need in (None, "senior", None, None, None):
        floor.issue(need=need)
    floor.serve("G1")
    floor.call("G1")
    floor.start("G1")
    floor.call_token("G2", floor.issue(party=2))
    floor.call("A1")
    answered(floor, "first")
    floor.wait(20)
    answered(floor, "second")
    answered(floor, "third")
    floor.write(lambda tx: slips.reprint(at_time(tx, floor.now()), last_issued(floor), None, By("key:1"), None))
    floor.write(lambda tx: slips.reprint(at_time(tx, floor.now()), last_issued(floor), None, By("key:1"), None))

    _appointed(floor)


def _appointed(floor: Floor) -> None:
    """Give somebody in the line their appointment, and merge two tokens of somebody else, who is at the gate twice."""
    slot = TOMORROW + timedelta(minutes=40)
    floor.book(NewBooking(make_reference("26-0002"), slot, "PCC"))
    floor.attach(floor.issue(), "26-0002")
    floor.cancel(floor.issue(need="infant"))
    first, second = floor.issue(need="senior"), floor.issue()
    floor.merge(first, second)


def last_issued(floor: Floor) -> str:
    """Return the id of the token that was given last."""
    return max(floor.db.read(lambda conn: list(open_tokens(conn, floor.centre_id))), key=lambda t: t.step.seq).id


def enter(floor: Floor, label: str) -> None:
    """Enter a number of the paper pad."""
    now = floor.now()
    order = floor.order(paper=PadNumber(label, now))
    floor.write(lambda tx: issue(at_time(tx, now), order, By("test")))
