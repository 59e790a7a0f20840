"""People can be disabled, choose a password of their own, and people and keys were last seen at a time.

The way back lets nobody in who was disabled: nobody knows a password of the hash that they have then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"

NOBODY_S = f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}"


def upgrade() -> None:
    op.add_column("access_key", sa.Column("seen_at", sa.BigInteger(), nullable=True))
    op.add_column("staff_session", sa.Column("address", sa.String(), nullable=True))
    op.add_column("staff", sa.Column("own_password", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("staff", sa.Column("seen_at", sa.BigInteger(), nullable=True))
    op.add_column("staff", sa.Column("disabled_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.execute(
        sa.text("UPDATE staff SET password_hash = :kept WHERE disabled_at IS NOT NULL").bindparams(kept=NOBODY_S)
    )
    op.drop_column("staff", "disabled_at")
    op.drop_column("staff", "seen_at")
    op.drop_column("staff", "own_password")
    op.drop_column("staff_session", "address")
    op.drop_column("access_key", "seen_at")
