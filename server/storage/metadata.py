"""All tables together, for migrations."""

from server.storage.base import Base
from server.storage.tables import (
    answers,
    bookings,
    centre,
    events,
    figures,
    floor,
    numbers,
    outbox,
    people,
    person_data,
    plan,
)

TABLES = (answers, bookings, centre, events, figures, floor, numbers, outbox, people, person_data, plan)
METADATA = Base.metadata
