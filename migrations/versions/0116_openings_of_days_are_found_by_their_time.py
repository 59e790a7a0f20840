"""Openings of days are found by their time."""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"


def upgrade() -> None:
    where = sa.text("kind = 'day.opened'")
    op.create_index(
        op.f("ix_event_day_begin"), "event", ["centre_id", "at"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_event_day_begin"), "event")
