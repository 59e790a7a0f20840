"""A centre keeps the flags of its notice; one that was frozen is in a pause."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"

centre = sa.table("centre", sa.column("id"), sa.column("freezes", sa.JSON), sa.column("notices", sa.JSON))
event = sa.table("event", sa.column("centre_id"), sa.column("seq"), sa.column("kind"), sa.column("private", sa.JSON))
CODES = ("fire", "power", "evacuation")


def upgrade() -> None:
    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notices", sa.JSON(), nullable=True))
    connection = op.get_bind()
    for row in connection.execute(sa.select(centre.c.id, centre.c.freezes)).all():
        notices = _notices(connection, row.id, row.freezes or [])
        connection.execute(centre.update().where(centre.c.id == row.id).values(notices=notices))
    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.alter_column("notices", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("centre", schema=None) as batch_op:
        batch_op.drop_column("notices")


def _notices(connection: sa.Connection, centre_id: int, freezes: list[list[str | None]]) -> list[list[str]]:
    """Return the pause in which a frozen centre is, since the freeze began and by the code that was its reason."""
    if not freezes or freezes[-1][1] is not None:
        return []
    last = (
        sa.select(event.c.private)
        .where(event.c.centre_id == centre_id, event.c.kind == "centre.frozen")
        .order_by(event.c.seq.desc())
        .limit(1)
    )
    private = connection.execute(last).scalar()
    note = (json.loads(private) if isinstance(private, str) else private or {}).get("note")
    return [["pause", note if note in CODES else "other", str(freezes[-1][0])]]
