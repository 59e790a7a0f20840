"""Who is wrong too often waits at their address; nobody is locked for all addresses."""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"


def upgrade() -> None:
    op.create_table(
        "sign_in_wait",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("missed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_in_wait_staff_id")),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_sign_in_wait")),
    )
    op.create_index(op.f("ix_sign_in_wait_missed_at"), "sign_in_wait", ["missed_at"])
    op.create_index(op.f("ix_sign_in_wait_staff_id"), "sign_in_wait", ["staff_id"])
    op.drop_column("staff", "failures")
    op.drop_column("staff", "locked_until")


def downgrade() -> None:
    op.add_column("staff", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("staff", sa.Column("locked_until", sa.BigInteger(), nullable=True))
    op.drop_index("ix_sign_in_wait_staff_id", "sign_in_wait")
    op.drop_index("ix_sign_in_wait_missed_at", "sign_in_wait")
    op.drop_table("sign_in_wait")
