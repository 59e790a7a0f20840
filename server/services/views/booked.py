"""Whether a centre is booked at all, and which of its bookings are to be imported again."""

from datetime import datetime

from server.domain.plan.booked import Booked
from server.domain.plan.plan import Plan
from server.services.bookings import search
from server.storage.sql import bookings
from server.storage.transaction import Read


def is_booked(read: Read, centre_id: int, plan: Plan) -> bool:
    """Whether any service of a centre is booked: by its rule, and where it has none by what was imported."""
    rules = {code: plan.bookings.get(code) for code in plan.services}
    if any(rule is not None and rule.booked is not Booked.NONE for rule in rules.values()):
        return True
    return bool(bookings.services_booked(read, centre_id, [code for code, rule in rules.items() if rule is None]))


def to_import_again(read: Read, code: str, key_number: int, now: datetime) -> int:
    """Return how many bookings to come of a centre stand under another key than that in force."""
    return next((old.count for old in search.to_import_again(read, key_number, now) if old.code == code), 0)
