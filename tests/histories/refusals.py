"""How the model refuses: what stands against a command on the floor as it is."""

from tests.histories.floor import AT_DESK, CALLS_BEFORE_MISS, DEEPEST, Act, Desk, Floor, Here, Line, choose, stage_of
from tests.histories.history import AWAY, Operation, Refusal

ENDS = ("finish", "leave")
OF_THE_DAY = ("issue", "close", "clear", "reopen", "restore")


def refusal_of(floor: Floor, op: Operation, act: Act | None) -> Refusal | None:
    """Return how a command is refused, None when it is not; `act` is the one that an undo means."""
    if op.verb in OF_THE_DAY:
        return _not_in_this_day(floor, op)
    if op.verb in AWAY:
        return _not_to_be_had(floor, op)
    desk = floor.desk(op.at)
    if op.verb in ("sit", "get_up"):
        return _no_seat(floor, op, desk)
    if op.by and op.by != desk.officer:
        return Refusal("not_your_counter")
    return _not_at(desk, floor, op, act)


def _not_at(desk: Desk, floor: Floor, op: Operation, act: Act | None) -> Refusal | None:
    """Return what stands against a command at a counter of whoever sits there."""
    if op.verb == "open":
        return _not_in_this_day(floor, op) if desk.state == "closed" else None
    if op.verb == "undo":
        return _stands_against(floor, act, desk)
    if op.verb == "call":
        return _no_call(desk, floor.line(stage_of(op.at)))
    if op.verb in ("resume", "miss_held"):
        return _not_parked(desk, op)
    return _not_current(floor, op, desk)


def _not_to_be_had(floor: Floor, op: Operation) -> Refusal | None:
    """Return what stands against a return, or against handing over: only who waits for somebody absent is."""
    place = floor.place_of(op.token)
    if place is None or (op.verb == "return" and place.counter):
        return Refusal("illegal_transition")
    only = place.here.person.only
    alone = place.state == "waiting" and only and not floor.at_work(place.stage, only)
    return None if op.verb == "return" or alone else Refusal("not_in_this_line")


def _no_seat(floor: Floor, op: Operation, desk: Desk) -> Refusal | None:
    """Return what stands against sitting down at a counter, and against getting up from one's own."""
    if op.verb == "sit" and desk.officer not in ("", op.by):
        return Refusal("counter_taken")
    own = floor.seat_of(op.by)
    leaves = own is not None and not (op.verb == "sit" and own is desk)
    return Refusal("counter_busy") if own and leaves and own.token else None


def _not_current(floor: Floor, op: Operation, desk: Desk) -> Refusal | None:
    """Return what stands against doing something to whom a counter has."""
    if desk.here is None:
        return Refusal("no_current_token")
    if desk.token != op.token:
        return Refusal("stale", desk.token)
    if (op.verb in ("start", "recall", "miss") and desk.serving) or (op.verb in ENDS and not desk.serving):
        return Refusal("illegal_transition")
    if op.verb == "transfer":
        return _not_reachable(floor, op, desk.here)
    return _too_early(desk.here) if op.verb == "miss" else None


def _not_reachable(floor: Floor, op: Operation, here: Here) -> Refusal | None:
    """Return what stands against sending somebody to a stage, or to a counter or an officer there."""
    if op.only and not floor.meant(op.to, op.only):
        return Refusal("not_in_this_line")
    if op.only and not floor.at_work(op.to, op.only):
        return Refusal("counter_not_open")
    return Refusal("too_deep") if op.back and len(here.person.ways) == DEEPEST else None


def _stands_against(floor: Floor, act: Act | None, desk: Desk) -> Refusal | None:
    """Return what stands against an undo."""
    if act is None:
        return Refusal("nothing_to_undo")
    if not floor.day:
        return Refusal("day_closed")
    now = floor.place_of(act.before.label)
    is_last = now.here.person.acts == act.acts if now else act.ends
    if not (is_last or act.leads_elsewhere):
        return Refusal("later_act")
    if act.before.state not in AT_DESK:
        return None
    if desk.token not in ("", act.before.label):
        return Refusal("counter_busy")
    return Refusal("counter_not_open") if desk.state == "closed" else None


def _not_parked(desk: Desk, op: Operation) -> Refusal | None:
    if op.verb == "resume" and desk.token:
        return Refusal("counter_busy", desk.token)
    parked = desk.parked(op.token)
    if parked is None:
        return Refusal("no_current_token")
    return _too_early(parked) if op.verb == "miss_held" else None


def _no_call(desk: Desk, line: Line) -> Refusal | None:
    if desk.state != "open":
        return Refusal("counter_not_open")
    if desk.token:
        return Refusal("counter_busy", desk.token)
    return None if choose(line, desk) else Refusal("queue_empty")


def _not_in_this_day(floor: Floor, op: Operation) -> Refusal | None:
    """Return what the day says against a command that asks it: an issue, the opening of a counter, its own verbs."""
    if op.verb in ("issue", "open"):
        return None if floor.day or floor.before is None else Refusal("day_closed")
    if not floor.day:
        return None if floor.before else Refusal("day_not_open")
    unseen = (place.label for place in floor.people() if place.state != "missed" and place.label not in op.shown)
    return Refusal("people_live") if op.verb in ("close", "clear") and any(unseen) else None


def _too_early(here: Here) -> Refusal | None:
    early = here.calls < CALLS_BEFORE_MISS
    return Refusal("too_early_to_miss", here.person.label) if early else None
