"""A counter that pauses may tell when it is back."""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"


def upgrade() -> None:
    op.add_column("counter", sa.Column("back_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("counter", "back_at")
