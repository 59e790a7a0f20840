"""A token has several ways back, the last first: each a stage, or a stage and who alone goes on with it there."""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0103"

STEP = sa.table("step", *map(sa.column, ("centre_id", "seq", "ways_back", "back_to", "back_only")))
ONE = sa.update(STEP).where(STEP.c.centre_id == sa.bindparam("centre"), STEP.c.seq == sa.bindparam("step"))


def upgrade() -> None:
    op.add_column("step", sa.Column("ways_back", sa.String(), server_default=sa.text("''"), nullable=False))
    op.execute("UPDATE step SET ways_back = back_to WHERE back_to IS NOT NULL")
    op.execute("UPDATE step SET ways_back = back_to || '/' || back_only WHERE back_only IS NOT NULL")
    op.drop_column("step", "back_to")
    op.drop_column("step", "back_only")


def downgrade() -> None:
    """Keep the last way back, the only one that the release before can hold."""
    op.add_column("step", sa.Column("back_to", sa.String(), nullable=True))
    op.add_column("step", sa.Column("back_only", sa.String(), nullable=True))
    conn = op.get_bind()
    query = sa.select(STEP.c.centre_id, STEP.c.seq, STEP.c.ways_back).where(STEP.c.ways_back != "")
    for centre, step, ways in conn.execute(query).all():
        stage, _, only = ways.split()[-1].partition("/")
        conn.execute(ONE.values(back_to=stage, back_only=only or None), {"centre": centre, "step": step})
    op.drop_column("step", "ways_back")
