"""Correct what the record says of a token: its service, who came with it, their needs and language, an emergency."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.domain.errors import EmergencyLimit, InvalidInput
from server.domain.events.kinds import Kind
from server.domain.plan.plan import Plan
from server.domain.token import changes
from server.domain.token.token import Token
from server.services.floor.token_rows import change_token
from server.services.floor.under_way import require_under_way
from server.services.setup.plans import plan_of
from server.storage.sql import tokens
from server.storage.transaction import Transaction

PARTY_MAX = 20
ACCESS = ("hearing", "sight", "wheelchair", "escort")
EMERGENCY_WINDOW = timedelta(hours=1)


def correct(
    tx: Transaction, token_id: str, service: str, now: datetime, actor: str, *, desk: str | None = None
) -> Token:
    """Change the service of a token: same number, same age. One whose stage is not on the new way waits at its start.

    Raises UnknownToken, UnknownService, IllegalTransition.
    """
    before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    require_under_way(before)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    wanted = plan.service(service)
    after = changes.correct(before, wanted.code, plan.series_for(wanted, before.need), wanted.route)
    told: dict[str, Any] = {"desk": desk, "was": before.service}
    route = plan.routes[wanted.route]
    if before.step.stage in route or before.step.back_to in route:
        return change_token(tx, (Kind.TOKEN_CORRECTED, actor, now), before, after, **told)
    closed, moved = changes.move(after, route[0], tx.next_seq, now)
    return change_token(tx, (Kind.TOKEN_CORRECTED, actor, now), before, moved, closed=closed, **told)


@dataclass(frozen=True, slots=True)
class Remark:
    """What staff see and the record did not say; what is None stays as it is, an empty need means none."""

    party: int | None = None
    access: tuple[str, ...] | None = None
    language: str | None = None
    need: str | None = None
    emergency: bool | None = None


def remark(
    tx: Transaction, token_id: str, told: Remark, now: datetime, actor: str, *, desk: str | None = None
) -> Token:
    """Note the size of a party, access needs, the language, a need, or an emergency.

    Raises UnknownToken, IllegalTransition, InvalidInput, UnknownLanguage, UnknownNeed, EmergencyLimit.
    """
    before = tokens.token_by_id(tx.conn, tx.centre.id, token_id)
    require_under_way(before)
    plan = plan_of(tx.conn, tx.centre, tx.centre.day(now))
    values: dict[str, Any] = {}
    if told.party is not None:
        values["party"] = party_size(told.party)
    if told.access is not None:
        values["access"] = access_needs(told.access)
    if told.language is not None:
        values["language"] = plan.language(told.language)
    if told.need is not None:
        need = told.need or None
        values |= {"need": need, "klass": plan.series_for(plan.services[before.service], need)}
    if told.emergency is not None:
        values["emergency_at"] = _emergency(tx, plan, before, now) if told.emergency else None
    after = changes.remark(before, **values)
    return change_token(tx, (Kind.TOKEN_REMARKED, actor, now), before, after, desk=desk)


def _emergency(tx: Transaction, plan: Plan, token: Token, now: datetime) -> datetime:
    if token.emergency_at is not None:
        return token.emergency_at
    limit = plan.floor.emergencies_per_hour
    if tokens.emergencies_since(tx.conn, tx.centre.id, now - EMERGENCY_WINDOW) >= limit:
        raise EmergencyLimit(f"{limit} emergencies were called in the last hour already.", limit=limit)
    return now


def party_size(size: int) -> int:
    """Return the size of a party; raises InvalidInput for one that cannot be."""
    if not 1 <= size <= PARTY_MAX:
        raise InvalidInput(f"A party has 1 to {PARTY_MAX} people.")
    return size


def access_needs(needs: tuple[str, ...]) -> tuple[str, ...]:
    """Return access needs in one order; raises InvalidInput for one that is not known."""
    unknown = sorted(set(needs) - set(ACCESS))
    if unknown:
        raise InvalidInput(f"Unknown access need: {', '.join(unknown)}. There are: {', '.join(ACCESS)}.")
    return tuple(need for need in ACCESS if need in needs)
