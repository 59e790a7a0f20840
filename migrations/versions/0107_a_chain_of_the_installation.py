"""The installation has a chain of its own, and an answer its event."""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"


def upgrade() -> None:
    op.create_table(
        "installation_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("desk", sa.String(), nullable=True),
        sa.Column("act", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("private", sa.JSON(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_installation_event")),
    )
    with op.batch_alter_table("installation_event", schema=None) as batch_op:
        batch_op.create_index(
            "ix_installation_event_refused",
            ["at"],
            unique=False,
            sqlite_where=sa.text("kind = 'sign_in.refused'"),
            postgresql_where=sa.text("kind = 'sign_in.refused'"),
        )

    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_seq", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("event_seq", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("head", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("installation", schema=None) as batch_op:
        batch_op.drop_column("head")
        batch_op.drop_column("event_seq")

    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_column("event_seq")

    with op.batch_alter_table("installation_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_installation_event_refused",
            sqlite_where=sa.text("kind = 'sign_in.refused'"),
            postgresql_where=sa.text("kind = 'sign_in.refused'"),
        )

    op.drop_table("installation_event")
