"""All tables together, for migrations."""

from server.storage.base import Base
from server.storage.tables import answers, bookings, centre, events, figures, floor, numbers, outbox, people, plan

TABLES = (answers, bookings, centre, events, figures, floor, numbers, outbox, people, plan)
METADATA = Base.metadata
