"""What an event makes of a token that is at no counter: issued, corrected, noted, away, ended by the day."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from server.domain.actors import CLOCK
from server.domain.bookings import aged_from
from server.domain.day import LIVE
from server.domain.events.kinds import TokenChange
from server.domain.events.payloads import TokenAttached, TokenCancelled, TokenCorrected, TokenMerged, TokenRebuilt
from server.domain.leases import first_moment
from server.domain.plan.hours import next_working_day
from server.domain.plan.series import label
from server.domain.proof.change import SECOND, Change, Made, class_for, purged, seal_due, step_free
from server.domain.token import changes
from server.domain.token.appointed import Appointed, appoint, joined, take_place
from server.domain.token.lifecycle import StepState, TokenEnd
from server.domain.token.token import Step, Token
from server.domain.token.ways_back import on_route


def issued(change: Change) -> Made:
    event, after, plan, hall = change.event, change.after, change.plan, change.hall
    service = plan.service(after.service)
    arrived = after.issued_at if after.entered_by_hand else event.at
    day = _day_of_number(change, arrived)
    booked = getattr(change.payload, "booking", None) is not None
    klass = class_for(change, service, after, kept=booked)
    row = after.klass if after.klass in plan.series else klass
    series = after.series if after.entered_by_hand else hall.ledger.series_of(hall.day, row, plan.series)
    slot = after.slot if not event.v or booked else None
    since = aged_from(slot, arrived - hall.difference, plan.slots) + hall.difference
    then = tuple(plan.service(code).code for code in dict.fromkeys(after.then) if code != service.code)
    return None, Token(
        id=after.id,
        day=day,
        series=series,
        number=after.number,
        label=label(series, after.number),
        klass=klass,
        service=service.code,
        route=service.route,
        language=plan.language(after.language),
        need=after.need,
        issued_at=arrived,
        aged_from=since,
        step=Step(event.seq, plan.routes[service.route][0], StepState.WAITING, event.at, since, arrived),
        then=then,
        party=after.party,
        access=after.access,
        step_free=step_free(after),
        needs_seal=seal_due(change),
        slot=slot,
        entered_by_hand=after.entered_by_hand,
    )


def rebuilt(change: Change) -> Made:
    """Return a token as its slip claims it: class, service and age are believed, as are stage and language."""
    event, after, plan, hall = change.event, change.after, change.plan, change.hall
    service = plan.service(after.service)
    stages = plan.routes[service.route]
    if after.aged_from > event.at:
        change.find("wrong_age", "it is said to be younger than its record.")
    if not isinstance(change.payload, TokenRebuilt) or change.payload.epoch not in hall.lost_epochs:
        change.find("wrong_change", "it was lost in no restore of this centre.")
    stage = after.step.stage if after.step.stage in stages else stages[0]
    klass = after.klass if after.klass in plan.series else service.series
    return None, Token(
        id=after.id,
        day=hall.day,
        series=after.series,
        number=after.number,
        label=label(after.series, after.number),
        klass=klass,
        service=service.code,
        route=service.route,
        language=plan.language(after.language),
        need=None,
        issued_at=after.aged_from,
        aged_from=after.aged_from,
        step=Step(event.seq, stage, StepState.WAITING, event.at, after.aged_from, after.aged_from),
    )


def _day_of_number(change: Change, arrived: datetime) -> date:
    """Return the day of a new token: the open one, or from paper that of its block, taken after it was leased."""
    event, after, hall = change.event, change.after, change.hall
    block = hall.ledger.block_of(after.series, after.number) if after.entered_by_hand else None
    if event.v > 1 and block is not None:
        lease, since = block
        if not first_moment(since) <= arrived <= event.at:
            change.find("wrong_time", "it was taken before its block was leased, or later than it was entered.")
        return lease.day if lease.day in (hall.day, hall.closed_day) else hall.day
    if arrived > event.at or (not event.v > 1 and hall.day_at(arrived) != hall.day):
        change.find("wrong_time", "it was taken on another day, or later than it was entered.")
    return hall.day


def corrected(change: Change) -> Made:
    before, plan = change.before, change.plan
    service = plan.service(change.after.service)
    route = plan.routes[service.route]
    stages = route if change.event.v >= SECOND else (*route, *(way.stage for way in before.step.ways_back))
    corrected = changes.correct(before, service.code, class_for(change, service, before), service.route, stages)
    if isinstance(change.payload, TokenCorrected) and change.payload.was != before.service:
        change.find("wrong_route", f"its service is said to have been {change.payload.was}.")
    if before.step.stage in route or on_route(corrected.step.ways_back, route):
        return None, corrected
    return changes.move(corrected, route[0], change.event.seq, change.moment)


def attached(change: Change) -> Made:
    if isinstance(change.payload, TokenAttached) and change.payload.was != change.before.service:
        change.find("wrong_route", f"its service is said to have been {change.payload.was}.")
    return _appointed(change, _booked(change))


def _booked(change: Change) -> Appointed:
    """Return what a booking makes of a token: its service, need and slot are believed, all else follows from them."""
    before, after, hall = change.before, change.after, change.hall
    service = change.plan.service(after.service)
    came = before.issued_at - hall.difference
    return Appointed(
        service=service.code,
        route=service.route,
        klass=class_for(change, service, after),
        need=after.need,
        needs_seal=seal_due(change),
        slot=after.slot,
        aged_from=min(before.aged_from, aged_from(after.slot, came, change.plan.slots) + hall.difference),
    )


def _appointed(change: Change, to: Appointed) -> Made:
    return appoint(change.before, to, change.plan.routes[to.route], change.event.seq, change.moment)


def merged(change: Change) -> Made:
    """Return a token with the booking, the age and the class of the one that ended in it, where those are better."""
    before, after, other = change.before, change.after, change.other
    if other is None or other.state is not TokenEnd.CANCELLED or other.ended_at != change.at:
        change.find("wrong_change", "it is said to have been merged with a token that did not end in it.")
        return None, after
    before = replace(joined(before, other), access=after.access, step_free=step_free(after))
    brings = isinstance(change.payload, TokenMerged) and change.payload.booking is not None
    booked = brings and (after.service, after.slot) != (before.service, before.slot)
    to = (
        _booked(change) if booked else replace(Appointed.as_it_is(before), need=after.need, needs_seal=seal_due(change))
    )
    if not booked and after.need != before.need:
        to = replace(to, klass=class_for(change, change.plan.service(before.service), after))
    better = change.plan.calling.is_better(other.klass, to.klass)
    to = replace(to, klass=other.klass if better else to.klass, aged_from=min(to.aged_from, other.aged_from))
    closed, made = appoint(before, to, change.plan.routes[to.route], change.event.seq, change.moment)
    return closed, take_place(made, other)


def remarked(change: Change) -> Made:
    before, after = change.before, change.after
    if change.event.v == 0:  # a helping counter that left was recorded as a remark then
        before = changes.gather(before, tuple(id_ for id_ in before.step.beside if id_ in after.step.beside))
    noted = {name: getattr(after, name) for name in ("party", "access", "language", "need")}
    noted |= {"step_free": step_free(after), "needs_seal": seal_due(change)}
    noted |= {"klass": _class_noted(change), "emergency_at": _emergency(change)}
    made = changes.remark(before, **noted)
    # Helping counters stayed with a party that became smaller, before version 2.
    return None, made if change.event.v >= SECOND else changes.gather(made, before.step.beside)


def _class_noted(change: Change) -> str:
    """Return the class after a remark: as it was, or as the need that was noted has it."""
    before, after = change.before, change.after
    by_need = class_for(change, change.plan.service(before.service), after, kept=after.need == before.need)
    untouched = after.need == before.need or purged(after) or purged(before)
    return before.klass if untouched and after.klass == before.klass else by_need


def _emergency(change: Change) -> datetime | None:
    """Return since when a token is an emergency after a remark; the hour has only so many."""
    before, after = change.before.emergency_at, change.after.emergency_at
    if after is None or before is not None:
        return None if after is None else before
    if change.hall.emergencies_before(change.at) >= change.plan.floor.emergencies_per_hour:
        change.find("wrong_emergency", "there were too many emergencies in this hour.")
    return change.at


def paused(change: Change) -> Made:
    until = change.at + timedelta(minutes=change.plan.floor.pause_min)
    return None, changes.pause(change.before, until, change.moment)


def cancelled(change: Change) -> Made:
    """Return a cancelled token; one whose giving was taken back still waits where it began."""
    payload = change.payload
    undoes = payload.undoes if isinstance(payload, TokenCancelled) else None
    withdrawn = isinstance(payload, TokenCancelled) and payload.cause == "undone"
    if withdrawn is not (undoes is not None) or undoes not in (None, change.before.step.seq):
        change.find("wrong_undo", f"it was not given by event {undoes}, or something was done since.")
    return changed(change)


def expired(change: Change) -> Made:
    """Return a token ended by the close of a day; who was not absent may come on the next working day.

    Nothing that runs by itself ends somebody who is here.
    """
    if change.event.v > 1 and change.event.by == CLOCK and change.before.step.state in LIVE:
        change.find("ended_by_itself", "it was here, and no person has ended it.")
    expired = changes.expire(change.before, change.moment)
    if expired.ends is TokenEnd.EXPIRED:
        expired = replace(expired, return_until=_comes_again(change))
    return None, expired


def _comes_again(change: Change) -> date | None:
    """Return until when somebody who has expired may come again: the first working day after the day that was closed.

    In records of before the open day was kept, which one that was stands in a later event: a day between that of the
    token and the present one.
    """
    hours, told = change.plan.hours, change.after.return_until
    if change.event.v > 1:
        return next_working_day(hours, change.hall.day)
    day = min(change.before.day, change.hall.day - timedelta(days=1))
    while day < change.hall.day and next_working_day(hours, day) != told:
        day += timedelta(days=1)
    return next_working_day(hours, day)


def changed(change: Change) -> Made:
    """Return what one function of the token and the time makes of it."""
    payload = change.payload
    if not isinstance(payload, TokenChange):
        raise TypeError("this kind has no change of its own")
    return None, type(payload).change(change.before, change.moment)
