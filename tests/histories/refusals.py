"""How the model refuses: what stands against a command on the floor as it is."""

from tests.histories.floor import AT_DESK, CALLS_BEFORE_MISS, DEEPEST, Act, Desk, Floor, Here, Line, choose, stage_of
from tests.histories.history import Operation, Refusal

ENDS = ("finish", "leave")


def refusal_of(floor: Floor, op: Operation, act: Act | None) -> Refusal | None:
    """Return how a command is refused, None when it is not; `act` is the one that an undo means."""
    if op.verb in ("issue", "close", "clear", "reopen", "restore"):
        return _not_in_this_day(floor, op)
    if op.verb == "return":
        place = floor.place_of(op.token)
        return Refusal("illegal_transition") if place is None or place.counter else None
    desk = floor.desk(op.at)
    if op.verb == "open":
        return _not_in_this_day(floor, op) if desk.state == "closed" else None
    if op.verb == "undo":
        return _stands_against(floor, act, desk)
    if op.verb == "call":
        return _no_call(desk, floor.line(stage_of(op.at)), op.at)
    if op.verb in ("resume", "miss_held"):
        return _not_parked(desk, op)
    return _not_current(floor, op, desk)


def _not_current(floor: Floor, op: Operation, desk: Desk) -> Refusal | None:
    """Return what stands against doing something to whom a counter has."""
    if desk.here is None:
        return Refusal("no_current_token")
    if desk.token != op.token:
        return Refusal("stale", desk.token)
    if (op.verb in ("start", "recall", "miss") and desk.serving) or (op.verb in ENDS and not desk.serving):
        return Refusal("illegal_transition")
    if op.verb == "transfer" and op.to != stage_of(op.to) and floor.desk(op.to).state == "closed":
        return Refusal("counter_not_open")
    if op.verb == "transfer" and op.back and len(desk.here.person.ways) == DEEPEST:
        return Refusal("too_deep")
    return _too_early(desk.here) if op.verb == "miss" else None


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
    if act.before.state in AT_DESK and desk.token not in ("", act.before.label):
        return Refusal("counter_busy")
    return None


def _not_parked(desk: Desk, op: Operation) -> Refusal | None:
    if op.verb == "resume" and desk.token:
        return Refusal("counter_busy", desk.token)
    parked = desk.parked(op.token)
    if parked is None:
        return Refusal("no_current_token")
    return _too_early(parked) if op.verb == "miss_held" else None


def _no_call(desk: Desk, line: Line, counter: str) -> Refusal | None:
    if desk.state != "open":
        return Refusal("counter_not_open")
    if desk.token:
        return Refusal("counter_busy", desk.token)
    return None if choose(line, counter) else Refusal("queue_empty")


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
