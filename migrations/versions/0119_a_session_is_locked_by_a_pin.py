"""A session is locked and goes on by a PIN; the way back ends those that are locked, which would be open there."""

import sqlalchemy as sa
from alembic import op

revision = "0119"
down_revision = "0118"


def upgrade() -> None:
    op.create_table(
        "pin",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_pin_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_pin")),
    )
    with op.batch_alter_table("staff_session") as table:
        table.add_column(sa.Column("locked_at", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("pin_misses", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.execute("DELETE FROM staff_session WHERE locked_at IS NOT NULL")
    with op.batch_alter_table("staff_session") as table:
        table.drop_column("pin_misses")
        table.drop_column("locked_at")
    op.drop_table("pin")
