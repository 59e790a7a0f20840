"""What is known of citizens leaves the floor, is sealed, and ends."""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"
PARTIAL = (
    ("ix_sealed_person_phone", "sealed_person", ["phone_hash"], "phone_hash IS NOT NULL"),
    ("ix_sealed_person_reference", "sealed_person", ["reference_hash"], "reference_hash IS NOT NULL"),
    ("ix_appointment_known", "appointment", ["centre_id", "day"], "tail <> ''"),
    ("ix_token_on_floor", "token", ["centre_id", "ended_at"], "forgotten_at IS NULL AND ended_at IS NOT NULL"),
)


def upgrade() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_legal_hold_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_centre_id"), "legal_hold", ["centre_id"])
    op.create_table(
        "sealed_day",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_sealed_day_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "day", name=op.f("pk_sealed_day")),
    )
    op.create_table(
        "sealed_person",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("phone_hash", sa.String(), nullable=True),
        sa.Column("reference_hash", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["centre_id", "day"],
            ["sealed_day.centre_id", "sealed_day.day"],
            name=op.f("fk_sealed_person_centre_id_day"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_sealed_person_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "day", "subject", name=op.f("pk_sealed_person")),
    )
    op.add_column("centre", sa.Column("forgotten_seq", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("token", sa.Column("forgotten_at", sa.BigInteger(), nullable=True))
    for name, table, columns, where in PARTIAL:
        clause = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=clause, postgresql_where=clause)


def downgrade() -> None:
    for name, table, _, _ in reversed(PARTIAL):
        op.drop_index(name, table)
    op.drop_column("token", "forgotten_at")
    op.drop_column("centre", "forgotten_seq")
    for table in ("sealed_person", "sealed_day", "legal_hold"):
        op.drop_table(table)
