"""Where a token went by the rule of payloads before version 2: with one way back at most. Their events keep it."""

from dataclasses import replace

from server.domain.proof.change import Change, Made
from server.domain.token import changes
from server.domain.token.changes import Target
from server.domain.token.route import BACK, END, NEXT, Stop, outcome_of
from server.domain.token.ways_back import WayBack, Ways


def transferred(change: Change, cause: str | None) -> Made:
    """Return a transfer: back to the counter that sent it, or from a stage off its route to the stage it came from."""
    before, after = change.before.step, change.after.step
    route = change.plan.routes[change.before.route]
    ways = before.ways_back
    if cause is None and before.counter is not None and after.ways_back == (WayBack(before.stage, before.counter),):
        ways = after.ways_back
    elif cause is None and before.stage in route and after.stage not in route:
        ways = (WayBack(before.stage),)
    target = Target(after.stage, after.only)
    closed, token = changes.transfer(change.before, target, change.event.seq, change.moment)
    return closed, replace(token, step=replace(token.step, ways_back=ways))


def stop(change: Change, outcome: str) -> Stop:
    """Return where a token went with an outcome."""
    before, plan = change.before, change.plan
    step, route = before.step, plan.routes[before.route]
    rule = outcome_of(plan.stages[step.stage].outcomes, step.stage, outcome)
    way = step.ways_back[-1] if step.ways_back else None
    sent = step.stage not in route or (way is not None and way.only is not None)
    to = BACK if rule.to == NEXT and sent else rule.to
    stage, ways = _target(route, step.stage, to, way)
    taken = way if way is not None and way.only is not None and stage == way.stage else None
    only = None if taken is None else taken.only
    after = Stop(stage, ways, outcome if rule.decides else None, rule.ends, rule.returns, taken, only)
    return plan.beyond(before, after, change.hall.day)


def _target(route: tuple[str, ...], stage: str, to: str, way: WayBack | None) -> tuple[str | None, Ways]:
    if to == END:
        return None, ()
    if to == BACK and way is not None:
        return way.stage, ()
    if to in (NEXT, BACK):
        place = route.index(stage) + 1 if stage in route else len(route)
        return (route[place] if place < len(route) else None), ()
    return to, () if to in route else (WayBack(stage),)
