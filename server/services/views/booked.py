"""Whether a centre is booked at all."""

from server.domain.plan.booked import Booked
from server.domain.plan.plan import Plan
from server.storage.sql import bookings
from server.storage.transaction import Read


def is_booked(read: Read, centre_id: int, plan: Plan) -> bool:
    """Whether any service of a centre is booked: by its rule, and where it has none by what was imported."""
    rules = {code: plan.bookings.get(code) for code in plan.services}
    if any(rule is not None and rule.booked is not Booked.NONE for rule in rules.values()):
        return True
    return bool(bookings.services_booked(read, centre_id, [code for code, rule in rules.items() if rule is None]))
