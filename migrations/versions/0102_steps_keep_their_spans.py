"""Steps keep their spans: how long each was waiting, coming, serving, parked, away and stopped, counted from the log."""

import sqlalchemy as sa
from alembic import op

from migrations.spans import count_anew

revision = "0102"
down_revision = "0101"

SPANS = ("waiting", "coming", "serving", "parked", "away", "stopped")
JUMPED, JUMPED_AT = sa.text("jumped"), sa.text("jumped_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("step", sa.Column("state_since", sa.BigInteger(), server_default="0", nullable=False))
    for span in SPANS:
        op.add_column("step", sa.Column(span, sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("step", sa.Column("waited", sa.BigInteger(), nullable=True))
    op.add_column("step", sa.Column("jumped_at", sa.BigInteger(), nullable=True))
    op.add_column("token", sa.Column("stayed", sa.BigInteger(), server_default="0", nullable=False))
    count_anew(op.get_bind())
    op.drop_index("ix_step_jumped", "step")
    op.drop_column("step", "jumped")
    _index("jumped_at", JUMPED_AT)


def downgrade() -> None:
    op.drop_index("ix_step_jumped", "step")
    op.add_column("step", sa.Column("jumped", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE step SET jumped = true WHERE jumped_at IS NOT NULL")
    with op.batch_alter_table("step") as batch:
        batch.alter_column("jumped", server_default=None)
    for column in ("state_since", *SPANS, "waited", "jumped_at"):
        op.drop_column("step", column)
    op.drop_column("token", "stayed")
    _index("last_called", JUMPED)


def _index(moment: str, where: sa.TextClause) -> None:
    columns = ["centre_id", "stage", moment]
    op.create_index("ix_step_jumped", "step", columns, sqlite_where=where, postgresql_where=where)
