"""A revision as a later release may bring it, tried on a full floor: a table, a column told from rows, a check.

The check and the column that may not be empty make SQLite build the tables anew to which all others refer.
"""

import sqlalchemy as sa
from alembic import op

revision = "NEXT"
down_revision = "HEAD"


def upgrade() -> None:
    op.create_table(
        "errand",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_errand")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_errand_centre_id")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_errand_token_id")),
    )
    op.execute("INSERT INTO errand (centre_id, token_id, note) SELECT centre_id, id, service FROM token")
    with op.batch_alter_table("token") as batch:
        batch.add_column(sa.Column("weight", sa.Integer(), nullable=False, server_default="1"))
    op.execute("UPDATE token SET weight = 2 WHERE need IS NOT NULL")
    # STOP
    with op.batch_alter_table("token") as batch:
        batch.create_check_constraint(op.f("ck_token_weight"), "weight > 0")
        batch.create_index(op.f("ix_token_weight"), ["centre_id", "weight"])
    with op.batch_alter_table("centre") as batch:
        batch.add_column(sa.Column("motto", sa.String(), nullable=True))
        batch.alter_column("code", existing_type=sa.String(), type_=sa.String(40), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("centre") as batch:
        batch.alter_column("code", existing_type=sa.String(40), type_=sa.String(), existing_nullable=False)
        batch.drop_column("motto")
    with op.batch_alter_table("token") as batch:
        batch.drop_index(op.f("ix_token_weight"))
        batch.drop_constraint(op.f("ck_token_weight"), type_="check")
        batch.drop_column("weight")
    # STOP
    op.drop_table("errand")
