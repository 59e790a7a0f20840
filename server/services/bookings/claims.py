"""Claims: references that were not known when their citizens came, and that an import has brought since."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.events.views import StaffToken, staff_view
from server.services.bookings.search import BookingView, view_of
from server.services.setup.plans import plan_of
from server.storage.sql import bookings, centres, tokens
from server.storage.transaction import Read


@dataclass(frozen=True, slots=True)
class ClaimView:
    """Somebody who came as a walk-in, and the booking whose reference they had shown. Staff decide what it means."""

    token: StaffToken
    booking: BookingView


def claims_at(read: Read, code: str, now: datetime) -> list[ClaimView]:
    """Return who is under way and has claimed a booking that is there now and free; raises UnknownCentre."""
    centre = centres.centre_by_code(read, code)
    plan = plan_of(read, centre, centre.today(now))
    return [
        ClaimView(staff_view(tokens.token_by_id(read, centre.id, token)), view_of(read, plan, booking))
        for token, booking in bookings.claimed(read, centre.id)
    ]
