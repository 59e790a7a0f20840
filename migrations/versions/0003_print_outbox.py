"""The print outbox is found by what is open in it and by token, whatever was printed before."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('printing', 'queued')")


def upgrade() -> None:
    op.drop_index("ix_print_job_printer_state", "print_job")
    op.create_index(
        "ix_print_job_open", "print_job", ["printer", "centre_id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_print_job_token_id", "print_job", ["token_id"])


def downgrade() -> None:
    op.drop_index("ix_print_job_token_id", "print_job")
    op.drop_index("ix_print_job_open", "print_job")
    op.create_index("ix_print_job_printer_state", "print_job", ["printer", "state"])
