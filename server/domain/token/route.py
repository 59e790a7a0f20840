"""Where a token goes when a stage is finished: along its route, into a loop and back, or out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.domain.errors import UnknownOutcome
from server.domain.token.lifecycle import TokenEnd

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
    """Where a token goes next: `stage`, or out when None; `back_to` is where a loop leads back.

    `following` is set when the stage belongs to the next of several services, `return_until` when there is a return
    slip.
    """

    stage: str | None
    back_to: str | None = None
    decision: str | None = None
    ends: TokenEnd | None = None
    returns: bool = False
    following: Following | None = None
    return_until: date | None = None


def follow_route(
    route: Sequence[str],
    stage: str,
    outcomes: Mapping[str, Outcome],
    outcome: str,
    back_to: str | None = None,
    *,
    returning: bool = False,
) -> Stop:
    """Return where a token goes from `stage` with `outcome`; raises UnknownOutcome.

    `back_to` is the stage that sent the token into a loop, if it is in one. When it was sent on an errand and is
    `returning`, or is off its route, the next stage is the one that sent it.
    """
    rule = outcomes.get(outcome)
    if rule is None:
        known = sorted(outcomes)
        raise UnknownOutcome(f"Stage {stage} has no outcome “{outcome}”.", outcome=outcome, known=known)
    to = BACK if rule.to == NEXT and (returning or stage not in route) else rule.to
    following, loop = _target(route, stage, to, back_to)
    return Stop(following, loop, outcome if rule.decides else None, rule.ends, rule.returns)


def _target(route: Sequence[str], stage: str, to: str, back_to: str | None) -> tuple[str | None, str | None]:
    if to == END:
        return None, None
    if to == BACK and back_to is not None:
        return back_to, None
    if to in (NEXT, BACK):
        return _following(route, stage), None
    return to, None if to in route else stage


def _following(route: Sequence[str], stage: str) -> str | None:
    place = route.index(stage) + 1 if stage in route else len(route)
    return route[place] if place < len(route) else None


def stages_after(route: Sequence[str], stage: str, back_to: str | None) -> tuple[str, ...]:
    """Return the stages of a route that are still ahead; in a loop, those from where it leads back."""
    here = back_to or stage
    if here not in route:
        return ()
    return tuple(route[route.index(here) + (back_to is None) :])
