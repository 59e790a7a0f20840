"""Where a token goes when a stage is finished: along its route, on an errand and back, or out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.domain.errors import UnknownOutcome
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.ways_back import WayBack, Ways, push

NEXT, BACK, END = "next", "back", "end"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an outcome of a stage leads to.

    `to`: the next stage of the route (`next`), the stage that sent the token here (`back`), out (`end`), or the
    code of a stage. `decides`: the outcome is the token's decision (granted, deferred, refused). `ends`: the
    terminal state the token will have. `returns`: the citizen comes back another day and gets a return slip.
    """

    to: str = NEXT
    decides: bool = False
    ends: TokenEnd | None = None
    returns: bool = False

    @property
    def ends_visit(self) -> bool:
        """Whether it leads out, or decides now how the visit ends."""
        return self.to == END or self.ends is not None or self.returns


@dataclass(frozen=True, slots=True)
class Following:
    """The next of several services as a token takes it up, and those after it."""

    service: str
    klass: str
    route: str
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a token goes next: `stage`, or out when None, with the `ways_back` that are left or one more.

    `taken` is the way back that leads there, if one does, and `only` who alone may go on with it. `following` is set
    when the stage belongs to the next of several services, `return_until` when there is a return slip.
    """

    stage: str | None
    ways_back: Ways = ()
    decision: str | None = None
    ends: TokenEnd | None = None
    returns: bool = False
    taken: WayBack | None = None
    only: str | None = None
    following: Following | None = None
    return_until: date | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A stage that was finished with an outcome; `last` says that another service of the token began with it."""

    stage: str
    outcome: str
    last: bool = False


Done = Callable[[], Collection[str]]
"""Returns the stages that are done; asked only where a token stands off its route and has no way back."""


def follow_route(
    route: Sequence[str],
    stage: str,
    outcomes: Mapping[str, Outcome],
    outcome: str,
    ways: Ways = (),
    done: Done = tuple,
) -> Stop:
    """Return where a token goes from `stage` with `outcome`; raises UnknownOutcome, and TooDeep for a sixth errand.

    An outcome that names a stage off the route pushes a way back, one on the route clears them; along the route and
    back take the last one. Without any, a stage off the route leads to the first stage of it that is not done.
    """
    rule = outcome_of(outcomes, stage, outcome)
    decision = outcome if rule.decides else None
    taken = ways[-1] if ways and rule.to in (NEXT, BACK) and not rule.returns else None
    if taken is not None:
        return Stop(taken.stage, ways[:-1], decision, rule.ends, taken=taken, only=taken.only)
    following = _target(route, stage, rule.to, done)
    pushes = is_errand(route, rule) and not rule.returns
    return Stop(following, push(ways, WayBack(stage)) if pushes else (), decision, rule.ends, rule.returns)


def outcome_of(outcomes: Mapping[str, Outcome], stage: str, outcome: str) -> Outcome:
    """Return what an outcome of a stage leads to; raises UnknownOutcome."""
    rule = outcomes.get(outcome)
    if rule is None:
        known = sorted(outcomes)
        raise UnknownOutcome(f"Stage {stage} has no outcome “{outcome}”.", outcome=outcome, known=known)
    return rule


def is_errand(route: Sequence[str], rule: Outcome) -> bool:
    """Whether an outcome sends off a route: the stage is not done by it."""
    return rule.to not in (NEXT, BACK, END) and rule.to not in route


def of_service(passed: Sequence[Passed]) -> Sequence[Passed]:
    """Return what was passed of the present service: what came after another service began with the last of its own."""
    begins = [place + 1 for place, stage in enumerate(passed) if stage.last]
    return passed[begins[-1] :] if begins else passed


def _target(route: Sequence[str], stage: str, to: str, done: Done) -> str | None:
    if to == END:
        return None
    return _following(route, stage, done) if to in (NEXT, BACK) else to


def _following(route: Sequence[str], stage: str, done: Done) -> str | None:
    if stage in route:
        return next(iter(route[route.index(stage) + 1 :]), None)
    passed = done()
    return next((code for code in route if code not in passed), None)


def stages_after(route: Sequence[str], stage: str, ways: Ways, done: Collection[str] | None = None) -> tuple[str, ...]:
    """Return the stages still ahead: the ways back, the last first, then those of the route.

    Off the route and without a way back they are those from the first that is not `done`, none where that is unknown.
    """
    back = [way.stage for way in reversed(ways)]
    here = back[-1] if back else stage
    if here in route:
        return (*back, *route[route.index(here) + 1 :])
    left = [] if done is None else [place for place, code in enumerate(route) if code not in done]
    return (*back, *(route[left[0] :] if left else ()))
