"""What an event says that is of no token: a counter, a stop, a lease, a rule, the clock, the day. One function a kind.

Each takes the event over into the hall, and finds what cannot have come after the events before it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from server.domain.errors import IllegalTransition
from server.domain.events import payloads as p
from server.domain.events.event import Event
from server.domain.events.kinds import Kind
from server.domain.freezes import freezes_after
from server.domain.instants import to_iso
from server.domain.notice import STOPPING, flag_of, is_stopped, strongest, with_flag, without_flag
from server.domain.proof.findings import Finding
from server.domain.proof.hall import Hall
from server.domain.steady.choice import Choice
from server.domain.steady.steady import Why
from server.domain.token.claim import epoch_mark
from server.domain.token.lifecycle import CounterState, move_counter

Findings = Iterator[Finding]
Note = Callable[[Hall, Event], Findings]
ASKED = timedelta(seconds=5)
"""So much later than a wall clock what is shown may be: logs were written that hold it as another machine had told it,
without the time in which it was asked for."""
STATES: Mapping[Kind, CounterState] = {
    Kind.COUNTER_OPENED: CounterState.OPEN,
    Kind.COUNTER_PAUSED: CounterState.PAUSED,
    Kind.COUNTER_CLOSED: CounterState.CLOSED,
}


def _counter(hall: Hall, event: Event) -> Findings:
    """A counter goes from the state it was in to the one its kind names."""
    assert isinstance(event.payload, p.CounterEvent)  # noqa: S101 - by its kind
    told = event.payload.counter
    desk, state = hall.desks.get(told.id), STATES[event.kind]
    if desk is None or desk.stage != told.stage or told.state is not state:
        yield "wrong_counter", f"Counter {told.id} of {told.stage} is {told.state.value} by {event.kind.value}."
    if desk is None:
        return
    comes_back = event.act == hall.reopening and (desk.state, state) == (CounterState.CLOSED, CounterState.PAUSED)
    if hall.whole and not comes_back and not _may_move(desk.state, state):
        yield "illegal_transition", f"Counter {told.id} was {desk.state.value}: {event.kind.value} cannot follow."
    desk.state, desk.since, desk.back_at = state, event.at, told.back_at


def _may_move(before: CounterState, after: CounterState) -> bool:
    try:
        return move_counter(before, after) is not before
    except IllegalTransition:
        return False


def _seated(hall: Hall, event: Event) -> Findings:
    """Somebody sits at one counter of the centre, and nobody at two."""
    assert isinstance(event.payload, p.CounterSeated)  # noqa: S101 - by its kind
    seat, officer = event.payload.seat, event.payload.officer
    desk = hall.desks.get(seat)
    if desk is None or (officer is not None and _sits_elsewhere(hall, officer, seat)):
        yield "wrong_officer", f"{officer} cannot sit at counter {seat}."
    if desk is not None:
        desk.officer, desk.seated = officer, True


def _sits_elsewhere(hall: Hall, officer: str, seat: str) -> bool:
    return any(desk.officer == officer and id_ != seat for id_, desk in hall.desks.items())


def _reprinted(hall: Hall, event: Event) -> Findings:
    """The copies of a slip are counted; one of which no paper came is printed under its number again."""
    assert isinstance(event.payload, p.SlipReprinted)  # noqa: S101 - by its kind
    token, copy = event.payload.token_id, event.payload.copy
    before = hall.copies.get(token)
    if hall.whole and before is not None and copy - before not in (0, 1):
        yield "wrong_copy", f"Copy {copy} of a slip is told, {before} or {before + 1} was due."
    hall.copies[token] = copy


def _printer(hall: Hall, event: Event) -> Findings:
    """What a printer is set to is compared with its row at the end."""
    assert isinstance(event.payload, p.PrinterSet)  # noqa: S101 - by its kind
    hall.printers[event.payload.printer] = event.payload.settings
    return iter(())


def _flag(hall: Hall, event: Event) -> Findings:
    """A flag that was not set so is set, or one that was is lifted; what is told then follows from the flags."""
    assert isinstance(event.payload, p.NoticeEvent)  # noqa: S101 - by its kind
    told, now = event.payload, to_iso(event.at)
    if isinstance(told, p.NoticeSet):
        after = with_flag(hall.flags, told.flag, told.cause, now)
    else:
        yield from _lifted(hall, told)
        after = without_flag(hall.flags, told.flag, now)
    if hall.whole and after == hall.flags:
        yield "illegal_transition", f"The {told.flag.value} was set, or lifted, already."
    if hall.whole and (strongest(after), is_stopped(after)) != (told.notice, told.frozen):
        yield "wrong_notice", f"After the {told.flag.value} was set or lifted another notice is told."
    hall.flags = after
    hall.freezes = freezes_after(hall.freezes, event.at, frozen=told.frozen)


def _lifted(hall: Hall, told: p.NoticeEvent) -> Findings:
    """A flag that is lifted says since when it was set; a replay that begins later believes it."""
    assert isinstance(told, p.NoticeLifted)  # noqa: S101 - the other kind sets one
    flag = flag_of(hall.flags, told.flag)
    if hall.whole and (flag is None or flag.since != to_iso(told.since)):
        yield "wrong_time", f"The {told.flag.value} is over, but was not set at {told.since}."
    if told.flag in STOPPING and not told.frozen and not hall.frozen:
        hall.freezes.append((told.since, None))


def _leased(hall: Hall, event: Event) -> Findings:
    """A block of numbers begins where the row ended, on the day of its event, and is called by its number."""
    assert isinstance(event.payload, p.NumbersLeased)  # noqa: S101 - by its kind
    lease = event.payload.lease
    series = hall.plan.series.get(lease.letter)
    if (lease.id, lease.day) != (event.seq, hall.day) or series is None or lease.last > series.last:
        yield "wrong_lease", f"Block {lease.id}, {lease.letter}{lease.first} to {lease.last}, cannot be leased."
    yield from left_out(hall, event.payload.left_out)
    if (finding := hall.ledger.lease(lease, event.at)) is not None:
        yield finding


def _voided(hall: Hall, event: Event) -> Findings:
    """A block that was leased is void."""
    assert isinstance(event.payload, p.NumbersVoided)  # noqa: S101 - by its kind
    if (finding := hall.ledger.void_lease(event.payload.lease)) is not None and hall.whole:
        yield finding


def _rule(hall: Hall, event: Event) -> Findings:
    """A rule holds from a later day on; what it changes is compared with the versions of the set-up at the end."""
    assert isinstance(event.payload, p.PolicyChanged)  # noqa: S101 - by its kind
    if event.v and hall.last_at is not None and event.payload.valid_from <= hall.day:
        yield "wrong_plan", f"The rule {event.payload.policy} changes a day that has begun."


def _bookings(_hall: Hall, event: Event) -> Findings:
    """An import stands in the log when it has changed something."""
    assert isinstance(event.payload, p.BookingsTaken)  # noqa: S101 - by its kind
    told = event.payload
    counts = (told.created, told.changed, told.unchanged, told.refused)
    if min(counts) < 0 or told.created + told.changed == 0:
        yield "wrong_count", "Bookings were imported, and nothing is said to have changed."


def _moved(_hall: Hall, _event: Event) -> Findings:
    """A booking has come from another centre, or gone there; the record of that one says so too."""
    return iter(())


def _retried(_hall: Hall, _event: Event) -> Findings:
    """Jobs stand outside the record."""
    return iter(())


def _clock(hall: Hall, event: Event) -> Findings:
    """The time of the event before is that of the event before."""
    assert isinstance(event.payload, p.ClockConfirmed)  # noqa: S101 - by its kind
    if hall.whole and event.payload.was != hall.last_at:
        yield "wrong_time", f"The event before is said to be of {event.payload.was}, it is of {hall.last_at}."
    if hall.closed_day is not None and hall.closed_day > hall.set_up.day(event.at):
        hall.closed_day = None


def _doubted(hall: Hall, event: Event) -> Findings:
    """The floor's clock went on from no time before the last event, and for a reason that there is."""
    assert isinstance(event.payload, p.ClockDoubted)  # noqa: S101 - by its kind
    told = event.payload
    if told.why not in set(Why) or told.floor > event.at or (hall.last_at is not None and told.floor < hall.last_at):
        yield "wrong_time", f"A clock that is doubted ({told.why}) cannot go on from {told.floor}."


def _followed(_hall: Hall, _event: Event) -> Findings:
    """Nobody was there."""
    yield from ()


def _chosen(hall: Hall, event: Event) -> Findings:
    """What is shown is the time of one of the clocks, and what is left out of ages lies behind the event before."""
    assert isinstance(event.payload, p.ClockChosen)  # noqa: S101 - by its kind
    told = event.payload
    of_wall = timedelta() <= told.shown - told.wall <= ASKED
    unknown = told.choice not in set(Choice) or not (told.shown == event.at or of_wall)
    if unknown or (hall.last_at is not None and told.was < hall.last_at):
        yield "wrong_time", f"“{told.choice}” cannot show {told.shown} after {told.was}."
    if event.at > told.was:
        hall.leave_out(told.was, event.at)
    if hall.closed_day is not None and hall.closed_day > hall.day:
        hall.closed_day = None


def _day_opened(hall: Hall, event: Event) -> Findings:
    """A day opens when none is open, after those that were closed; what was carried over is a night."""
    assert isinstance(event.payload, p.DayOpened)  # noqa: S101 - by its kind
    told = event.payload
    if hall.open_day is not None or (hall.closed_day is not None and told.day <= hall.closed_day):
        yield "wrong_day", f"{told.day} cannot be opened: {hall.open_day or hall.closed_day} was the last."
    hall.open(told.day, event.at, told.carried_at)


def _day_extended(hall: Hall, event: Event) -> Findings:
    """The open day is lengthened, to a later moment."""
    assert isinstance(event.payload, p.DayExtended)  # noqa: S101 - by its kind
    if hall.day_kept and (event.payload.day != hall.open_day or event.payload.until <= event.at):
        yield "wrong_day", f"{event.payload.day} cannot be lengthened to {event.payload.until}."


def _day_reopened(hall: Hall, event: Event) -> Findings:
    """The day that was closed last goes on while no other is open."""
    assert isinstance(event.payload, p.DayReopened)  # noqa: S101 - by its kind
    told = event.payload
    if hall.whole and (hall.open_day is not None or told.day != hall.closed_day):
        yield "wrong_day", f"{told.day} cannot be opened again: {hall.closed_day} was closed last."
    hall.closed_day, hall.reopening = hall.closed_before, event.act
    hall.open(told.day, event.at, told.closed_at)


def _day_closed(hall: Hall, event: Event) -> Findings:
    """A day ends once, with as many people as its act has ended."""
    assert isinstance(event.payload, p.DayClosed)  # noqa: S101 - by its kind
    told = event.payload
    if event.v and (told.expired, told.no_show) != (hall.expired, hall.no_show):
        text = f"{told.expired} expired and {told.no_show} no-shows are told, {hall.expired} and {hall.no_show} are in"
        yield "wrong_count", f"{text} the record."
    other = told.day > hall.day if hall.open_day is None else told.day != hall.open_day
    if other or (hall.closed_day is not None and told.day <= hall.closed_day):
        yield "wrong_day", f"{told.day} cannot be closed on {hall.day}."
    if event.v > 1 and hall.whole and told.carries_over and hall.occupied.helping:
        yield "wrong_counter", f"People are carried over who are still at {', '.join(sorted(hall.occupied.helping))}."
    if told.people is not None:
        seq, _, head = told.people.partition(":")
        hall.people[int(seq)] = head
    hall.close(told.day, event.at if told.carries_over else None)


def _restored(hall: Hall, event: Event) -> Findings:
    """A series goes on behind what is known of it."""
    assert isinstance(event.payload, p.CentreRestored)  # noqa: S101 - by its kind
    hall.lost_epochs.add(epoch_mark(event.payload.was))
    told = [(day, series) for day, series in event.payload.numbers.items() if isinstance(series, Mapping)]
    for day, letter, last in ((day, *each) for day, series in told for each in series.items()):
        if not isinstance(last, int):
            raise TypeError(f"{letter} goes on after {last}")
        if (finding := hall.ledger.go_on(date.fromisoformat(day), letter, last)) is not None:
            yield finding


def left_out(hall: Hall, labels: Sequence[str]) -> Findings:
    """Labels are passed over in a row, each because somebody of an earlier day has it or may have it again."""
    finding = hall.ledger.leave_out(hall.day, labels)
    if finding is not None:
        yield finding


NOTES: Mapping[Kind, Note] = {
    Kind.COUNTER_OPENED: _counter,
    Kind.COUNTER_PAUSED: _counter,
    Kind.COUNTER_CLOSED: _counter,
    Kind.COUNTER_SEATED: _seated,
    Kind.SLIP_REPRINTED: _reprinted,
    Kind.PRINTER_SET: _printer,
    Kind.JOB_RETRIED: _retried,
    Kind.NOTICE_SET: _flag,
    Kind.NOTICE_LIFTED: _flag,
    Kind.NUMBERS_LEASED: _leased,
    Kind.NUMBERS_VOIDED: _voided,
    Kind.BOOKINGS_TAKEN: _bookings,
    Kind.BOOKING_MOVED: _moved,
    Kind.BOOKING_LEFT: _moved,
    Kind.POLICY_CHANGED: _rule,
    Kind.CLOCK_CONFIRMED: _clock,
    Kind.CLOCK_DOUBTED: _doubted,
    Kind.CLOCK_FOLLOWED: _followed,
    Kind.CLOCK_CHOSEN: _chosen,
    Kind.DAY_OPENED: _day_opened,
    Kind.DAY_EXTENDED: _day_extended,
    Kind.DAY_CLOSED: _day_closed,
    Kind.DAY_REOPENED: _day_reopened,
    Kind.CENTRE_RESTORED: _restored,
}
"""What each kind takes over that is of no token."""
