"""The open day is a stored fact.

A day that was under way stays open: the last one with a token, if it was not closed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"

LAST_DAY = """
    UPDATE centre SET open_day = (SELECT max(token.day) FROM token WHERE token.centre_id = centre.id)
"""
NOT_CLOSED = "UPDATE centre SET open_day = NULL WHERE closed_day >= open_day"
SINCE = """
    UPDATE centre SET opened_at =
        (SELECT min(token.issued_at) FROM token WHERE token.centre_id = centre.id AND token.day = centre.open_day)
    WHERE open_day IS NOT NULL
"""
SEALED = """
    UPDATE centre SET sealed_seq = coalesce(
        (SELECT max(event.seq) FROM event WHERE event.centre_id = centre.id AND event.kind = 'day.closed'), 0)
"""


def upgrade() -> None:
    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.add_column(sa.Column("open_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("opened_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("serve_until", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("carried_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("sealed_seq", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("taken_numbers", sa.JSON(), nullable=True))
    for statement in (LAST_DAY, NOT_CLOSED, SINCE, SEALED):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.drop_column("taken_numbers")
        batch_op.drop_column("sealed_seq")
        batch_op.drop_column("carried_at")
        batch_op.drop_column("serve_until")
        batch_op.drop_column("opened_at")
        batch_op.drop_column("open_day")
