"""Change a rule of a centre from a day on: yesterday is replayed with yesterday's rule."""

from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from server.domain.actors import By
from server.domain.centre import CentreState
from server.domain.errors import InvalidInput
from server.domain.events.payloads import PolicyChanged
from server.services.setup.plans import plan_now
from server.services.setup.rules import POLICIES, adapter_of, unknown_in
from server.services.setup.versions import add_version
from server.storage.sql import setup
from server.storage.sql.counters import counters_of
from server.storage.sql.setup import PolicyRow
from server.storage.transaction import Read, Transaction


def set_policy(tx: Transaction, kind: str, body: object, by: By, *, valid_from: date | None = None) -> date:
    """Write the rule of a kind from a business day on, the next one if none is given, and return that day.

    A day that has begun keeps its rules. Raises InvalidInput for a kind, a shape or a day that cannot be.
    """
    begins = valid_from or tx.today + timedelta(days=1)
    if begins <= tx.today and tx.centre.last_at is not None:
        raise InvalidInput("A rule changes from tomorrow on; a day that has begun keeps its rules.")
    rule = _validated(kind, body)
    _require_known(tx, kind, rule)
    clean = adapter_of(POLICIES[kind]).dump_python(rule, mode="json")
    setup.put_policy(tx.conn, tx.centre.id, PolicyRow(kind, begins, clean))
    tx.record(PolicyChanged(kind, begins, clean, add_version(tx, begins)), by)
    return begins


def policies(read: Read, centre: CentreState, kind: str | None = None) -> list[PolicyRow]:
    """Return the rules of a centre, or those of a kind, by kind and day."""
    return setup.policies(read, centre.id, kind)


def _require_known(tx: Transaction, kind: str, rule: Any) -> None:  # a value in the shape of its kind
    """Raise InvalidInput when a rule names a series, a service or a counter that the centre does not have."""
    plan = plan_now(tx)
    counters = [counter.id for counter in counters_of(tx.conn, tx.centre.id)]
    if unknown := unknown_in(kind, rule, {"series": plan.series, "service": plan.services, "counter": counters}):
        raise InvalidInput(f"There is no {unknown[0]} here.")


def _validated(kind: str, body: object) -> Any:  # a value in the shape of its kind
    """Return a rule in the shape of its kind, with what was left out filled in; raises InvalidInput."""
    shape = POLICIES.get(kind)
    if shape is None:
        raise InvalidInput(f"There is no rule “{kind}”. There are: {', '.join(POLICIES)}.")
    try:
        return adapter_of(shape).validate_python(body)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or kind
        raise InvalidInput(f"{place}: {first['msg']}") from error
