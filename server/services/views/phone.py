"""A citizen's own view: the truth of now, and the way behind and before them. Nothing of anyone else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Literal

from server.domain.calling.bound import overtakings_left
from server.domain.calling.wait import NOBODY_CALLS, WaitRange
from server.domain.centre import CentreState
from server.domain.forecast import Forecast
from server.domain.instants import to_iso
from server.domain.notice import Notice, strongest
from server.domain.plan.plan import Names, Plan
from server.domain.token.changes import TRANSFERRED, TRANSITIONS, Action
from server.domain.token.lifecycle import StepState
from server.domain.token.token import Token, TokenState
from server.services.figures.explanations import CalledFirst, called_first, overtakers_of
from server.services.floor.acts import is_withdrawn
from server.services.floor.forecasts import foresee
from server.services.floor.resting import resumes_at
from server.services.setup.plans import plan_of
from server.storage.sql import centres, counters, line, steps, tokens
from server.storage.sql.steps import StageStay
from server.storage.transaction import Read

MINUTE = 60_000
Own = Literal["return", "pause", "cancel"]
"""What citizens do to their own token."""
OWN: tuple[Own, ...] = ("return", "pause", "cancel")


@dataclass(frozen=True, slots=True)
class StopView:
    """A stage of a visit: `done` with its minutes, `here` since a moment, or `ahead`."""

    stage: str
    name: Names
    state: Literal["done", "here", "ahead"]
    minutes: int | None
    since: str | None


@dataclass(frozen=True, slots=True)
class VisitView:
    """The way of a citizen through the centre, and in how many minutes it is expected to be over."""

    stops: tuple[StopView, ...]
    low_min: int | None
    high_min: int | None


@dataclass(frozen=True, slots=True)
class OvertakenView:
    """How often others were called first at this stage, the latest of them and why.

    `limit` is how many more the rule can call first with the line as it is, None when it makes no such promise.
    """

    count: int
    label: str
    why: str
    text: str
    limit: int | None


@dataclass(frozen=True, slots=True)
class StatusView:
    """A citizen's own token; `services` are the names of the present one and of those that follow.

    `frozen` says that nobody is called now and no time counts: the floor is stopped, or it is the night after a close
    into which it was carried over. `resumes_at` is when the centre opens again, while nobody is at work: then no wait
    is told. That and `opens_at` are in the time that people are shown. `withdrawn` says that it was given by mistake:
    its slip is good for nothing. `can` is what its owner can do now.
    """

    label: str
    party: int
    services: tuple[Names, ...]
    language: str
    state: TokenState
    frozen: bool
    resumes_at: str | None
    notice: Notice | None
    stage: str | None
    counter: str | None
    beside: tuple[str, ...]
    call: str | None
    calls: int
    ahead: int
    wait: WaitRange | None
    opens_at: str | None
    visit: VisitView
    overtaken: OvertakenView | None
    until: str | None
    return_until: str | None
    decision: str | None
    ended: bool
    withdrawn: bool
    can: tuple[Own, ...]


@dataclass(frozen=True, slots=True)
class StatusNow(StatusView):
    """A citizen's own token with the moment of the answer."""

    as_of: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a token stands: what is foreseen (None: it does not wait), how many are older, the counters there are.

    `resumes_at` is when the centre opens again, while nobody is at work there.
    """

    forecast: Forecast | None
    older: int
    counters: tuple[str, ...]
    resumes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a token: its stages and the time there, who was called before it, and whether it is void."""

    stages: Sequence[StageStay]
    overtaken: OvertakenView | None
    withdrawn: bool


def status_now(read: Read, centre: CentreState, token: Token, now: datetime) -> StatusNow:
    """Return the status of a token as its rows stand; for its own command, and a page that shows it once."""
    plan = plan_of(read, centre, token.day)
    foreseen = foresee(read, centre, plan, token.step, now)(token)
    here = tuple(c.id for c in counters.counters_of(read, centre.id) if c.stage == token.step.stage)
    resumes = None if token.ended else resumes_at(read, centre, now)
    standing = Standing(foreseen.forecast if is_waiting(token) else None, foreseen.older, here, resumes)
    overtaken = _overtaken(read, centre, plan, token, standing)
    behind = Behind(steps.stages_of(read, token.id), overtaken, is_withdrawn(read, centre.id, token))
    view = status_view(centre, plan, token, standing, behind)
    return StatusNow(**{field.name: getattr(view, field.name) for field in fields(view)}, as_of=to_iso(now))


def status_of(read: Read, secret: str, now: datetime) -> tuple[CentreState, StatusNow]:
    """Return the centre and the status of the token with this secret; raises UnknownToken."""
    centre_id, token = tokens.token_by_secret(read, secret)
    centre = centres.centre_by_id(read, centre_id)
    return centre, status_now(read, centre, tokens.standing_for(read, centre_id, token), now)


def owner_of(read: Read, secret: str) -> tuple[int, str]:
    """Return (centre id, token id) of a secret; raises UnknownToken."""
    centre_id, token = tokens.token_by_secret(read, secret)
    return centre_id, token.id


def status_view(centre: CentreState, plan: Plan, token: Token, standing: Standing, behind: Behind) -> StatusView:
    """Return what a citizen sees of their token."""
    step, here, told, resumes = token.step, not token.ended, standing.forecast, standing.resumes_at
    if told is not None and resumes is not None:
        told = replace(told, wait=NOBODY_CALLS, visit=NOBODY_CALLS, opens_at=None)
    visit = NOBODY_CALLS if told is None else told.visit
    return StatusView(
        label=token.label,
        party=token.party,
        services=tuple(plan.services[code].name for code in (token.service, *token.then)),
        language=token.language,
        state=token.state,
        frozen=centre.frozen or (here and centre.carried_at is not None),
        resumes_at=None if resumes is None else to_iso(resumes),
        notice=strongest(centre.flags) if here or _ended_today(centre, token) else None,
        stage=step.stage if here else None,
        counter=step.counter if here else None,
        beside=step.beside if here else (),
        call=step.call if here else None,
        calls=step.calls if here else 0,
        ahead=0 if told is None else told.ahead,
        wait=None if told is None else told.wait,
        opens_at=to_iso(told.opens_at) if told and told.opens_at else None,
        visit=VisitView(tuple(_stops(plan, token, behind.stages)), visit.low_min, visit.high_min),
        overtaken=behind.overtaken,
        until=to_iso(step.until) if here and step.until else None,
        return_until=token.return_until.isoformat() if token.return_until else None,
        decision=token.decision,
        ended=token.ended,
        withdrawn=behind.withdrawn,
        can=() if token.ended or centre.frozen else _own_of(step.state),
    )


def _ended_today(centre: CentreState, token: Token) -> bool:
    """Whether somebody whose token has ended may still be in the building."""
    return token.ended_at is not None and centre.opened_at is not None and token.ended_at >= centre.opened_at


def overtaken_view(plan: Plan, token: Token, standing: Standing, count: int, latest: CalledFirst) -> OvertakenView:
    """Return what a citizen is told of the `count` who were called first, of whom `latest` is the last."""
    limit = _limit(plan, token, standing)
    return OvertakenView(count, latest.label, latest.why, latest.text, limit)


def is_waiting(token: Token) -> bool:
    """Whether a token waits to be called."""
    return not token.ended and token.step.state is StepState.WAITING


def _own_of(state: StepState) -> tuple[Own, ...]:
    """Return what citizens can do to their token in a state; who waits is in the line, and does not return."""
    allowed = (own for own in OWN if (state, Action(own)) in TRANSITIONS)
    return tuple(own for own in allowed if (state, own) != (StepState.WAITING, "return"))


def _overtaken(read: Read, centre: CentreState, plan: Plan, token: Token, standing: Standing) -> OvertakenView | None:
    if not is_waiting(token):
        return None
    labels = overtakers_of(plan, token, line.jumps(read, centre.id, token.step.stage, token.step.entered_at))
    if not labels:
        return None
    latest = called_first(read, centre, token, labels[-1], token.language)
    return overtaken_view(plan, token, standing, len(labels), latest)


def _limit(plan: Plan, token: Token, standing: Standing) -> int | None:
    if token.lane.only:
        return None
    profiles = (plan.profile(counter) for counter in standing.counters)
    groups = {profile.group for profile in profiles if profile.takes(token.lane)}
    return overtakings_left(plan.calling.quota, standing.older, len(groups))


def _stops(plan: Plan, token: Token, stages: Sequence[StageStay]) -> Iterable[StopView]:
    """Return the stages passed with their minutes, the present one, and those that are left."""
    for code, entered, spent, _, _ in stages:
        name = plan.stages[code].name
        if spent is None:
            yield StopView(code, name, "here", None, to_iso(entered))
        else:
            yield StopView(code, name, "done", round(spent / MINUTE), None)
    if not token.ended:
        left = plan.stages_left(token, _done(stages))
        yield from (StopView(code, plan.stages[code].name, "ahead", None, None) for code in left)


def _done(stages: Iterable[StageStay]) -> set[str]:
    """Return the stages that were served to an end, not those that somebody was sent on from."""
    return {stay.stage for stay in stages if stay.state is StepState.DONE and stay.outcome != TRANSFERRED}
