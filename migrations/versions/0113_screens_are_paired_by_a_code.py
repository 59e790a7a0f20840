"""Screens are paired by a code, and keys end."""

import sqlalchemy as sa
from alembic import op

revision = "0113"
down_revision = "0112"
MOMENTS = ("expires_at", "paired_at", "named_until")
TEXTS = ("address", "browser")


def upgrade() -> None:
    op.create_table(
        "pairing",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_pairing_centre_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_pairing")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_pairing_secret_hash")),
    )
    op.create_index(op.f("ix_pairing_centre_id"), "pairing", ["centre_id"])
    for name in MOMENTS:
        op.add_column("access_key", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in TEXTS:
        op.add_column("access_key", sa.Column(name, sa.String(), nullable=True))
    op.execute(
        "UPDATE access_key SET paired_at = created_at"
        " WHERE device_id IS NOT NULL AND role IN ('kiosk', 'display') AND revoked_at IS NULL"
    )


def downgrade() -> None:
    for name in (*MOMENTS, *TEXTS):
        op.drop_column("access_key", name)
    op.drop_index("ix_pairing_centre_id", "pairing")
    op.drop_table("pairing")
