"""Correct what the record says of a token: its service, who came with it, their needs and language, an emergency."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.domain.actors import By
from server.domain.errors import EmergencyLimit, InvalidInput
from server.domain.events.payloads import TokenCorrected, TokenRemarked
from server.domain.plan.plan import Plan
from server.domain.token import changes
from server.domain.token.record import STEP_FREE_NEED, seal_needs
from server.domain.token.token import Token
from server.services.floor.token_rows import change_token
from server.services.floor.under_way import token_under_way
from server.services.setup.plans import plan_now
from server.storage.sql import tokens
from server.storage.transaction import Transaction

PARTY_MAX = 20
ACCESS = ("hearing", "sight", "wheelchair", "escort")
EMERGENCY_WINDOW = timedelta(hours=1)


def correct(tx: Transaction, token_id: str, service: str, by: By) -> Token:
    """Change the service of a token: same number, same age.

    One that neither stands on the new route nor has a way back to it waits at its start.

    Raises UnknownToken, UnknownService, IllegalTransition.
    """
    before, plan = token_under_way(tx, token_id), plan_now(tx)
    wanted = plan.service(service)
    route = plan.routes[wanted.route]
    after = changes.correct(before, wanted.code, plan.kept_series(wanted, before.need), wanted.route, route)
    if after.step.stage in route or after.step.ways_back:
        return change_token(tx, before, TokenCorrected(after, was=before.service), by)
    closed, moved = changes.move(after, route[0], tx.next_seq, tx.moment)
    return change_token(tx, before, TokenCorrected(moved, was=before.service), by, closed=closed)


@dataclass(frozen=True, slots=True)
class Remark:
    """What staff see and the record did not say; what is None stays as it is, an empty need means none."""

    party: int | None = None
    access: tuple[str, ...] | None = None
    language: str | None = None
    need: str | None = None
    emergency: bool | None = None


def remark(tx: Transaction, token_id: str, noted: Remark, by: By) -> Token:
    """Note the size of a party, access needs, the language, a need, or an emergency.

    Raises UnknownToken, IllegalTransition, InvalidInput, UnknownLanguage, UnknownNeed, EmergencyLimit.
    """
    before, plan = token_under_way(tx, token_id), plan_now(tx)
    values: dict[str, Any] = _needs(tx, plan, before, noted)  # fields of `Token`
    if noted.party is not None:
        values["party"] = party_size(noted.party)
    if noted.language is not None:
        values["language"] = plan.language(noted.language)
    if noted.emergency is not None:
        values["emergency_at"] = _emergency(tx, plan, before) if noted.emergency else None
    return change_token(tx, before, TokenRemarked(changes.remark(before, **values)), by)


def _needs(tx: Transaction, plan: Plan, before: Token, noted: Remark) -> dict[str, Any]:  # fields of `Token`
    """Return what changes when a need or an access need is noted: with it the class, the seal, and the way."""
    if noted.need is None and noted.access is None:
        return {}
    need = before.need if noted.need is None else noted.need or None
    access = before.access if noted.access is None else access_needs(noted.access)
    secret = tokens.secret_of(tx.conn, tx.centre.id, before.id)
    values = {"need": need, **access_values(access), "needs_seal": seal_needs(secret, need, access)}
    if noted.need is not None:
        values["klass"] = plan.series_for(plan.services[before.service], need)
    return values


def _emergency(tx: Transaction, plan: Plan, token: Token) -> datetime:
    if token.emergency_at is not None:
        return token.emergency_at
    limit = plan.floor.emergencies_per_hour
    if tokens.emergencies_since(tx.conn, tx.centre.id, tx.now - EMERGENCY_WINDOW) >= limit:
        raise EmergencyLimit(f"{limit} emergencies were called in the last hour already.", limit=limit)
    return tx.now


def access_values(access: tuple[str, ...]) -> dict[str, Any]:  # as `Token` takes them
    """Return the fields of a token that access needs decide."""
    return {"access": access, "step_free": STEP_FREE_NEED in access}


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
