"""The floor has a clock of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0101"
down_revision = "0100"


def upgrade() -> None:
    op.add_column("centre", sa.Column("clock", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("centre", "clock")
