"""Indexes that do not follow the history: of the print outbox, of open steps, and none of answers by their time."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN_JOB = "state IN ('printing', 'queued')"
OPEN_STEP = "ended_at IS NULL"
OPEN_STEP_BEFORE = "state IN ('called', 'held', 'missed', 'paused', 'serving', 'waiting')"


def upgrade() -> None:
    op.drop_index("ix_print_job_printer_state", "print_job")
    _index("ix_print_job_open", "print_job", ["printer", "centre_id"], OPEN_JOB)
    op.create_index("ix_print_job_token_id", "print_job", ["token_id"])
    op.execute(
        "UPDATE step SET ended_at = coalesce(started_at, called_at, entered_at) "
        "WHERE ended_at IS NULL AND state IN ('done', 'skipped')"
    )
    op.drop_index("ix_step_one_open", "step")
    _index("ix_step_one_open", "step", ["token_id"], OPEN_STEP, unique=True)
    op.drop_index("ix_idempotency_created_at", "idempotency")


def downgrade() -> None:
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.drop_index("ix_step_one_open", "step")
    _index("ix_step_one_open", "step", ["token_id"], OPEN_STEP_BEFORE, unique=True)
    op.drop_index("ix_print_job_token_id", "print_job")
    op.drop_index("ix_print_job_open", "print_job")
    op.create_index("ix_print_job_printer_state", "print_job", ["printer", "state"])


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    clause = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=clause, postgresql_where=clause)
