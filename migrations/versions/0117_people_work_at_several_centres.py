"""People work at several centres: each has the role of before as a membership of the centre that keeps their account.

The way back keeps the role at that centre. Sessions that act elsewhere, or have yet to choose a centre, end; who works at
other centres only lets nobody in any more: nobody knows a password of the hash that they have then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0116"

NOBODY_S = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}"
AT_HOME = "FROM membership WHERE membership.staff_id = staff.id AND membership.centre_id = staff.centre_id"


def upgrade() -> None:
    op.create_table(
        "membership",
        sa.Column("staff_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("centre_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_membership_centre_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_membership_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "centre_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_centre_id"), "membership", ["centre_id"])
    op.execute("INSERT INTO membership (staff_id, centre_id, role) SELECT id, centre_id, role FROM staff")
    op.drop_column("staff", "role")
    op.add_column("staff_session", sa.Column("centre_due", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    home = "SELECT centre_id FROM staff WHERE staff.id = staff_session.staff_id"
    op.execute(f"DELETE FROM staff_session WHERE centre_due OR centre_id <> ({home})")
    op.drop_column("staff_session", "centre_due")
    op.add_column("staff", sa.Column("role", sa.String(), server_default="counter", nullable=False))
    op.execute(f"UPDATE staff SET role = (SELECT role {AT_HOME}) WHERE EXISTS (SELECT 1 {AT_HOME})")
    op.execute(
        sa.text(f"UPDATE staff SET password_hash = :kept WHERE NOT EXISTS (SELECT 1 {AT_HOME})").bindparams(
            kept=NOBODY_S
        )
    )
    op.drop_index("ix_membership_centre_id", "membership")
    op.drop_table("membership")
