"""The floor has a clock of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"


def upgrade() -> None:
    op.add_column("centre", sa.Column("clock", sa.JSON(), nullable=True))
    where = sa.text("kind IN ('clock.chosen', 'clock.followed')")
    op.create_index(op.f("ix_event_clock"), "event", ["centre_id", "seq"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index(op.f("ix_event_clock"), "event")
    op.drop_column("centre", "clock")
