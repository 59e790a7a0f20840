"""Change a rule of a centre from a day on: yesterday is replayed with yesterday's rule."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.errors import InvalidInput
from server.domain.events.payloads import PolicyChanged
from server.services.setup.plans import plan_now
from server.services.setup.shapes import POLICIES
from server.services.setup.versions import add_version
from server.storage.sql import setup
from server.storage.sql.counters import counters_of
from server.storage.sql.setup import PolicyRow
from server.storage.transaction import Read, Transaction


def set_policy(tx: Transaction, kind: str, body: Any, by: By, *, valid_from: date | None = None) -> date:
    """Write the rule of a kind from a business day on, the next one if none is given, and return that day.

    A day that has begun keeps its rules. Raises InvalidInput for a kind, a shape or a day that cannot be.
    """
    begins = valid_from or tx.today + timedelta(days=1)
    if begins <= tx.today and tx.centre.last_at is not None:
        raise InvalidInput("A rule changes from tomorrow on; a day that has begun keeps its rules.")
    clean = validated(kind, body)
    _require_known(tx, kind, clean)
    setup.put_policy(tx.conn, tx.centre.id, PolicyRow(kind, begins, clean))
    tx.record(PolicyChanged(kind, begins, clean, add_version(tx, begins)), by)
    return begins


def policies(read: Read, centre: CentreState, kind: str | None = None) -> list[PolicyRow]:
    """Return the rules of a centre, or those of a kind, by kind and day."""
    return setup.policies(read, centre.id, kind)


def _require_known(tx: Transaction, kind: str, body: Mapping[str, Any]) -> None:
    """Raise InvalidInput when a rule names a series, a service or a counter that the centre does not have."""
    plan = plan_now(tx)
    counters = [counter.id for counter in counters_of(tx.conn, tx.centre.id)]
    known = {"series": plan.series, "service": plan.services, "counter": counters}
    for what, names in _named(kind, body).items():
        unknown = sorted(set(names) - set(known[what]))
        if unknown:
            raise InvalidInput(f"There is no {what} {', '.join(unknown)} here.")


def _named(kind: str, body: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    """Return the series, services and counters that a rule speaks of."""
    if kind == "needs":
        return {"series": [need["series"] for need in body.values()]}
    if kind == "calling":
        return {"series": [*body["protected"], *body["targets"]]}
    if kind == "profiles":
        return {
            "counter": list(body),
            "series": [letter for profile in body.values() for letter in (*profile["reserved"], *profile["prefers"])],
            "service": [service for profile in body.values() for service in profile["services"]],
        }
    return {}


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
