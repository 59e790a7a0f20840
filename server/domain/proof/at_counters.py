"""What an event makes of a token at a counter: called, sent on, missed, finished."""

from dataclasses import replace
from datetime import timedelta

from server.domain.events.payloads import TokenCalled, TokenFinished, TokenTransferred
from server.domain.proof import ways_v1
from server.domain.proof.change import SECOND, Change, Made, class_for
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.lifecycle import CounterState
from server.domain.token.route import Stop


def called(change: Change) -> Made:
    before, after, hall = change.before, change.after, change.hall
    if not isinstance(change.payload, TokenCalled):
        raise TypeError("this is no call")
    call_id = f"{str(after.step.call).rpartition('-')[0]}-{change.event.seq}"
    jumped = bool(change.payload.reason.params.get("older")) if change.event.v else after.step.jumped_at == change.at
    counter = change.event.by.desk or str(after.step.counter)
    called = changes.call(before, counter, call_id, change.moment, jumped=jumped)
    _require_may_call(change, called.step.counter or "")
    if before.party > 1:
        beside = hall.neighbours(called.step.counter or "", before) if hall.whole and change.event.v else None
        called = changes.gather(called, after.step.beside if beside is None else beside)
    return None, called


def _require_may_call(change: Change, counter: str) -> None:
    """Note a counter that may not call: it is closed, of another stage, or the floor is stopped."""
    desk, hall = change.hall.desks.get(counter), change.hall
    if hall.frozen:
        change.find("called_in_stop", "it was called while the floor was stopped.")
    if desk is None or desk.stage != change.before.step.stage:
        change.find("wrong_counter", f"counter {counter} does not call for stage {change.before.step.stage}.")
    elif hall.whole and desk.state is not CounterState.OPEN:
        change.find("wrong_counter", f"counter {counter} was {desk.state.value}.")
    officer = getattr(change.payload, "officer", None)
    if desk is not None and desk.seated and officer != desk.officer:
        change.find("wrong_officer", f"{officer} was not at counter {counter}, {desk.officer} was.")


def transferred(change: Change) -> Made:
    """Return a transfer: the target is a person's, whether and how it leads back follows."""
    before, after, plan = change.before.step, change.after.step, change.plan
    payload = change.payload
    cause = payload.cause if isinstance(payload, TokenTransferred) else None
    plan.stage(after.stage)
    if after.only in change.hall.desks and change.hall.desks[after.only].stage != after.stage:
        change.find("wrong_counter", f"counter {after.only} is not of stage {after.stage}.")
    if cause in ("take_over", "nobody_there") and after.stage != before.stage:
        change.find("wrong_route", f"it was moved to {after.stage}, though only its counter may change.")
    if cause == "nobody_there" and after.only is not None:
        change.find("wrong_counter", f"it was set free for everybody, but only for {after.only}.")
    if change.event.v < SECOND:
        return ways_v1.transferred(change, cause)
    returns = cause is None and before.counter is not None and len(after.ways_back) > len(before.ways_back)
    target = Target(after.stage, after.only, returns=returns)
    return changes.transfer(change.before, target, change.event.seq, change.moment)


def helper_left(change: Change) -> Made:
    if change.event.by.desk not in change.before.step.beside:
        change.find("wrong_counter", f"counter {change.event.by.desk} did not help with it.")
    return None, changes.leave_helper(change.before, change.event.by.counter)


def finished(change: Change) -> Made:
    """Return what a finish makes of a token: where its outcome leads is the plan's."""
    before, payload = change.before, change.payload
    if not isinstance(payload, TokenFinished):
        raise TypeError("this is no finish")
    stop = ways_v1.stop(change, payload.outcome) if change.event.v < SECOND else _stop(change, payload.outcome)
    if payload.return_slip != stop.returns:
        change.find("wrong_return", "the return slip is not that of its outcome.")
    if change.desk != before.step.counter:
        change.find("wrong_counter", f"it was finished at {change.desk}, but it was at {before.step.counter}.")
    closed, after = changes.finish(before, payload.outcome, stop, change.event.seq, change.moment)
    if stop.following is not None:
        after = replace(after, klass=class_for(change, change.plan.service(after.service), before))
    return closed, after


def _stop(change: Change, outcome: str) -> Stop:
    """Return where a token goes; what it has passed, and who was at work, is believed where the replay cannot know."""
    told = change.after.step
    stop = change.plan.stop(change.before, outcome, change.hall.day, lambda: change.passed or ())
    if stop.taken is None and change.passed is None and change.before.step.stage not in _route(change):
        stop = replace(stop, stage=None if change.after.ended else told.stage)
    if stop.only is None:
        return stop
    desk = change.hall.desks.get(stop.only)
    if desk is None or not change.hall.whole:
        return replace(stop, only=None) if told.only is None else stop
    return replace(stop, only=None) if desk.state is CounterState.CLOSED else stop


def _route(change: Change) -> tuple[str, ...]:
    return change.plan.routes[change.before.route]


def missed(change: Change) -> Made:
    before, floor = change.before, change.plan.floor
    if change.called_at is not None and change.event.v:
        waited = change.moment.lasted(change.called_at)
        if before.step.calls < floor.missed_calls or waited < _patience(floor.missed_after(before.access)):
            change.find("missed_too_early", "it was noted as absent before it was called often and long enough.")
    return None, changes.miss(before, change.moment)


def _patience(minutes: float) -> timedelta:
    """Return the time somebody has to come; the console counts whole seconds, to the nearest."""
    return timedelta(minutes=minutes) - timedelta(seconds=0.5)
