"""The plan of a centre: its stages, routes, services, series and rules, as one frozen value."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from server.domain.calling.profile import Profile
from server.domain.calling.rule import CallingRule
from server.domain.errors import UnknownCause, UnknownLanguage, UnknownNeed, UnknownReason, UnknownService, UnknownStage
from server.domain.notice import Cause, NoticeKind
from server.domain.plan.booked import BookedRule
from server.domain.plan.hours import Hours, next_working_day
from server.domain.plan.series import Series
from server.domain.plan.slots import SlotRules
from server.domain.token.lifecycle import TokenEnd
from server.domain.token.route import (
    Following,
    Outcome,
    Passed,
    Stop,
    follow_route,
    is_errand,
    of_service,
    stages_after,
)
from server.domain.token.token import Token

Names = Mapping[str, str]
"""A name in each language of the centre, by language code."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the floor; `ok` is the outcome taken when none is named, `service_min` the usual minutes."""

    code: str
    name: Names
    zone: str
    ok: str
    outcomes: Mapping[str, Outcome]
    service_min: float


@dataclass(frozen=True, slots=True)
class Service:
    """What a citizen comes for; `icon` is its pictogram."""

    code: str
    name: Names
    icon: str
    route: str
    series: str


@dataclass(frozen=True, slots=True)
class FloorRules:
    """The limits of a floor: when somebody is missed, how long an action can be undone, and the like.

    After `absent_min` who waits for a closed counter alone is handed over to the others; None leaves that to a person.
    """

    missed_calls: int = 3
    missed_min: float = 5
    missed_access_min: int = 3
    undo_min: float = 5
    pause_min: float = 15
    return_days: int = 3
    emergencies_per_hour: int = 4
    absent_min: float | None = None
    out_of_order: Mapping[str, Names] = field(default_factory=dict)
    causes: Mapping[str, Cause] = field(default_factory=dict)

    def missed_after(self, access: Sequence[str]) -> float:
        """Return the minutes after which somebody who was called is absent; with an access need they have longer."""
        return self.missed_min + (self.missed_access_min if access else 0)

    def require_reason(self, code: str) -> str:
        """Return the code of a reason to call out of order; raises UnknownReason with those there are."""
        if code not in self.out_of_order:
            raise UnknownReason(f"There is no reason “{code}”.", known=sorted(self.out_of_order))
        return code

    def require_cause(self, kind: NoticeKind, code: str) -> None:
        """Raise UnknownCause, with those there are, unless a flag of this kind may be set for this cause."""
        known = [other for other, cause in self.causes.items() if kind in cause.kinds]
        if code not in known:
            raise UnknownCause(f"There is no cause “{code}” of this kind.", known=known)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that commands need to know of a centre beside its tokens and counters.

    `former_needs` are those of earlier rules: who was booked or given a number with one keeps it.
    """

    languages: tuple[str, ...]
    stages: Mapping[str, Stage]
    routes: Mapping[str, tuple[str, ...]]
    services: Mapping[str, Service]
    series: Mapping[str, Series]
    needs: Mapping[str, str]
    calling: CallingRule
    profiles: Mapping[str, Profile]
    floor: FloorRules
    hours: Hours
    slots: SlotRules
    slip_help: Names
    bookings: Mapping[str, BookedRule] = field(default_factory=dict)
    former_needs: Mapping[str, str] = field(default_factory=dict)

    @property
    def patterns(self) -> list[str]:
        """The forms of references, of those services whose rule tells it."""
        return [rule.pattern for rule in self.bookings.values() if rule.pattern is not None]

    def service(self, code: str) -> Service:
        """Return a service; raises UnknownService."""
        service = self.services.get(code)
        if service is None:
            raise UnknownService(f"There is no service “{code}” here.", known=sorted(self.services))
        return service

    def stage(self, code: str) -> Stage:
        """Return a stage; raises UnknownStage."""
        stage = self.stages.get(code)
        if stage is None:
            raise UnknownStage(f"There is no stage “{code}” here.", known=sorted(self.stages))
        return stage

    def series_for(self, service: Service, need: str | None) -> str:
        """Return the series letter of a token: that of the need, else of the service; raises UnknownNeed."""
        if need is None:
            return service.series
        if need not in self.needs:
            raise UnknownNeed(f"There is no need “{need}” here.", known=sorted(self.needs))
        return self.needs[need]

    def kept_series(self, service: Service, need: str | None) -> str:
        """Return the series letter of somebody whose need was promised already: no later rule takes it away."""
        return self.needs.get(need or "") or self.former_needs.get(need or "") or service.series

    def language(self, code: str | None) -> str:
        """Return a language of the centre, its first when none is asked; raises UnknownLanguage."""
        if code is None:
            return self.languages[0]
        if code not in self.languages:
            raise UnknownLanguage(f"This centre has no “{code}”.", known=list(self.languages))
        return code

    def profile(self, counter: str, officer: str | None = None) -> Profile:
        """Return what a counter, and the person who sits there, may take."""
        return replace(self.profiles.get(counter, Profile(counter)), officer=officer)

    def stop(self, token: Token, outcome: str, today: date, passed: Callable[[], Sequence[Passed]] = tuple) -> Stop:
        """Return where a token goes with an outcome: along its route, then through its other services.

        Services that share a route are served in one pass. `passed` returns the stages that the token has finished.
        Raises UnknownOutcome, TooDeep.
        """
        stage, route = self.stages[token.step.stage], self.routes[token.route]
        done = partial(self._done, route, passed)
        stop = follow_route(route, stage.code, stage.outcomes, outcome, token.step.ways_back, done)
        return self.beyond(token, stop, today)

    def beyond(self, token: Token, stop: Stop, today: date) -> Stop:
        """Return a stop with what follows from it: a return slip, or the next service after the end of a route."""
        if stop.returns:
            return replace(stop, return_until=next_working_day(self.hours, today, self.floor.return_days))
        if stop.stage is not None or (stop.ends or token.ends) is not TokenEnd.DONE:
            return stop
        following = self._following(token)
        return stop if following is None else replace(stop, stage=self.routes[following.route][0], following=following)

    def _done(self, route: Sequence[str], passed: Callable[[], Sequence[Passed]]) -> set[str]:
        """Return the stages of the present service that are done, not those that only sent on an errand."""
        known = (each for each in of_service(passed()) if each.stage in self.stages)
        rules = ((each.stage, self.stages[each.stage].outcomes.get(each.outcome)) for each in known)
        return {stage for stage, rule in rules if rule is not None and not is_errand(route, rule)}

    def _following(self, token: Token) -> Following | None:
        """Return the next service of a token that has passed its route, None when there is no other."""
        left = self.after(token.route, token.then)
        if not left:
            return None
        service = self.services[left[0]]
        return Following(service.code, self.kept_series(service, token.need), service.route, left[1:])

    def after(self, route: str, then: Sequence[str]) -> tuple[str, ...]:
        """Return which services are still to do when a route was passed to its end."""
        return tuple(code for code in then if self.services[code].route != route)

    def stages_left(self, token: Token, done: Collection[str] | None = None) -> tuple[str, ...]:
        """Return the stages still ahead of a token: of its present route, then of the services that follow."""
        left = list(stages_after(self.routes[token.route], token.step.stage, token.step.ways_back, done))
        route, then = token.route, token.then
        while then := self.after(route, then):
            route, then = self.services[then[0]].route, then[1:]
            left += self.routes[route]
        return tuple(left)
