"""Change a rule of a centre from a day on: yesterday is replayed with yesterday's rule."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, delete, insert, select

from server.domain.errors import InvalidInput
from server.domain.events import Kind
from server.services.presets import POLICIES
from server.storage.models import Policy
from server.storage.transaction import CentreState, Transaction


def set_policy(
    tx: Transaction, kind: str, body: Any, now: datetime, actor: str, *, valid_from: date | None = None
) -> date:
    """Write the rule of a kind from a business day on, the next one if none is given, and return that day.

    A day that has begun keeps its rules. Raises InvalidInput for a kind, a shape or a day that cannot be.
    """
    today = tx.centre.day(now)
    begins = valid_from or today + timedelta(days=1)
    if begins <= today and tx.centre.last_at is not None:
        raise InvalidInput("A rule changes from tomorrow on; a day that has begun keeps its rules.")
    clean = validated(kind, body)
    mine = (Policy.centre_id == tx.centre.id, Policy.kind == kind, Policy.valid_from == begins)
    tx.conn.execute(delete(Policy).where(*mine))
    tx.conn.execute(insert(Policy).values(centre_id=tx.centre.id, kind=kind, valid_from=begins, body=clean))
    tx.change_centre(plan_version=tx.centre.plan_version + 1)
    tx.record(Kind.POLICY_CHANGED, actor, now, {"kind": kind, "valid_from": begins.isoformat(), "body": clean})
    return begins


def policies(conn: Connection, centre: CentreState, kind: str | None = None) -> list[dict[str, Any]]:
    """Return `{kind, valid_from, body}` of the rules of a centre, by kind and day."""
    query = select(Policy.kind, Policy.valid_from, Policy.body).where(Policy.centre_id == centre.id)
    if kind is not None:
        query = query.where(Policy.kind == kind)
    rows = conn.execute(query.order_by(Policy.kind, Policy.valid_from))
    return [{"kind": r.kind, "valid_from": r.valid_from.isoformat(), "body": r.body} for r in rows]


def validated(kind: str, body: Any) -> Mapping[str, Any]:
    """Return the body of a rule with what was left out filled in; raises InvalidInput."""
    shape = POLICIES.get(kind)
    if shape is None:
        raise InvalidInput(f"There is no rule “{kind}”. There are: {', '.join(POLICIES)}.")
    adapter = TypeAdapter(shape)
    try:
        return dict(adapter.dump_python(adapter.validate_python(body), mode="json"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or kind
        raise InvalidInput(f"{place}: {first['msg']}") from error
