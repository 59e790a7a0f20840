"""Bookings stand under one normal form, hashed with a derived key; what stands there is marked as of the old form.

The way back drops what the old form cannot hold: bookings without a slot and cancelled ones. What was hashed with a
derived key is not found by the release before: the bookings are imported again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0105"
down_revision = "0104"

HAS_TOKEN, HAS_CLAIM = sa.text("token_id IS NOT NULL"), sa.text("claim_hash IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "derived_key",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_derived_key")),
    )
    with op.batch_alter_table("appointment") as batch:
        batch.add_column(sa.Column("key_number", sa.Integer(), server_default=sa.text("0"), nullable=False))
        batch.add_column(sa.Column("cancelled", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.alter_column("slot", existing_type=sa.BigInteger(), nullable=True)
        batch.create_index("ix_appointment_service", ["centre_id", "service"])
        batch.create_index("ix_appointment_token", ["token_id"], sqlite_where=HAS_TOKEN, postgresql_where=HAS_TOKEN)
    with op.batch_alter_table("token") as batch:
        batch.add_column(sa.Column("merged_into", sa.String(), nullable=True))
    with op.batch_alter_table("token_private") as batch:
        batch.add_column(sa.Column("claim_hash", sa.String(), nullable=True))
        batch.create_index(
            "ix_token_private_claim", ["centre_id", "claim_hash"], sqlite_where=HAS_CLAIM, postgresql_where=HAS_CLAIM
        )


def downgrade() -> None:
    with op.batch_alter_table("token_private") as batch:
        batch.drop_index("ix_token_private_claim")
        batch.drop_column("claim_hash")
    with op.batch_alter_table("token") as batch:
        batch.drop_column("merged_into")
    op.execute("DELETE FROM appointment WHERE slot IS NULL OR cancelled")
    with op.batch_alter_table("appointment") as batch:
        batch.drop_index("ix_appointment_token")
        batch.drop_index("ix_appointment_service")
        batch.alter_column("slot", existing_type=sa.BigInteger(), nullable=False)
        batch.drop_column("cancelled")
        batch.drop_column("key_number")
    op.drop_table("derived_key")
