"""What was answered since an event is found."""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"

ANSWERED = sa.text("event_seq IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_idempotency_event",
        "idempotency",
        ["centre_id", "event_seq"],
        sqlite_where=ANSWERED,
        postgresql_where=ANSWERED,
    )


def downgrade() -> None:
    op.drop_index("ix_idempotency_event", "idempotency")
