"""People have a second step, by a phone or by codes on paper.

On the way back the sessions that wait for it end: by then a password alone lets people in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("used_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_second_factor_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.add_column("staff_session", sa.Column("second_due", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM staff_session WHERE second_due"))
    op.drop_column("staff_session", "second_due")
    op.drop_index("ix_recovery_code_staff_id", "recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
