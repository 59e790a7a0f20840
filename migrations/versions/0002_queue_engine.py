"""The queue engine: ages and lanes, parties, leases, bookings, freezes; events found by token and by counter."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = "state = 'waiting'"


def upgrade() -> None:
    _add(
        "centre",
        sa.Column("day_start", sa.String(), nullable=False, server_default="00:00"),
        sa.Column("last_at", sa.BigInteger()),
        sa.Column("freezes", sa.JSON(), nullable=False, server_default="[]"),
    )
    _add(
        "token",
        sa.Column("aged_from", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("then", sa.String(), nullable=False, server_default=""),
        sa.Column("party", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("access", sa.String(), nullable=False, server_default=""),
        sa.Column("slot", sa.BigInteger()),
        sa.Column("emergency_at", sa.BigInteger()),
        sa.Column("entered_by_hand", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("return_until", sa.Date()),
    )
    _add(
        "step",
        sa.Column("lane", sa.String(), nullable=False, server_default=""),
        sa.Column("since", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("back_only", sa.String()),
        sa.Column("only", sa.String()),
        sa.Column("beside", sa.String(), nullable=False, server_default=""),
        sa.Column("first_call", sa.BigInteger()),
        sa.Column("called_by", sa.String()),
        sa.Column("jumped", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("until", sa.BigInteger()),
    )
    _add("token_private", sa.Column("return_of", sa.String()))
    op.create_index(op.f("ix_token_private_return_of"), "token_private", ["return_of"])
    _add("event", sa.Column("token_id", sa.String()), sa.Column("desk", sa.String()))
    _fill()
    _index("ix_token_emergency", "token", ["centre_id", "emergency_at"], "emergency_at IS NOT NULL")
    op.drop_index("ix_step_waiting", "step")
    _index("ix_step_waiting", "step", ["centre_id", "stage", "lane", "since", "seq"], WAITING)
    _index("ix_step_held", "step", ["centre_id", "counter"], "state = 'held'")
    _index("ix_step_paused", "step", ["centre_id", "until"], "state = 'paused'")
    _index("ix_step_jumped", "step", ["centre_id", "stage", "called_at"], "jumped")
    _index("ix_event_token", "event", ["centre_id", "token_id", "seq"], "token_id IS NOT NULL")
    _index("ix_event_desk", "event", ["centre_id", "desk", "seq"], "desk IS NOT NULL")
    _index("ix_event_day_end", "event", ["centre_id", "seq"], "kind = 'day.closed'")
    _create_tables()


def _add(table: str, *columns: sa.Column[object]) -> None:
    for column in columns:
        op.add_column(table, column)


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _fill() -> None:
    """Give the rows of before what they did not have: ages count from the issue and from joining the line."""
    op.execute("UPDATE token SET aged_from = issued_at")
    op.execute(
        "UPDATE step SET since = entered_at, first_call = called_at, called_by = counter, lane = klass || ' ' || "
        "(SELECT t.service || ' ' || t.language || ' 00 ' FROM token AS t WHERE t.id = step.token_id)"
    )
    op.execute("UPDATE event SET token_id = data -> 'token' ->> 'id'")
    op.execute(
        "UPDATE event SET desk = data -> 'token' -> 'step' ->> 'counter' WHERE kind IN "
        "('token.called', 'token.recalled', 'token.started')"
    )


def _create_tables() -> None:
    op.create_table(
        "call_group",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("desks", sa.String(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_call_group_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "stage", "desks", name=op.f("pk_call_group")),
    )
    op.create_table(
        "helper",
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["counter"], ["counter.id"], name=op.f("fk_helper_counter")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_helper_centre_id")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_helper_token_id")),
        sa.PrimaryKeyConstraint("counter", name=op.f("pk_helper")),
    )
    op.create_index(op.f("ix_helper_centre_id"), "helper", ["centre_id"])
    op.create_table(
        "lease",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("void_reason", sa.String()),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_lease_centre_id")),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_lease")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("reference_hash", sa.String(), nullable=False),
        sa.Column("tail", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("need", sa.String()),
        sa.Column("token_id", sa.String()),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_appointment_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("reference_hash", name=op.f("uq_appointment_reference_hash")),
    )
    op.create_index("ix_appointment_slot", "appointment", ["centre_id", "day", "tail"])


def downgrade() -> None:
    for table in ("appointment", "lease", "helper", "call_group"):
        op.drop_table(table)
    for name, table in (
        ("ix_token_private_return_of", "token_private"),
        ("ix_event_day_end", "event"),
        ("ix_event_desk", "event"),
        ("ix_event_token", "event"),
        ("ix_step_jumped", "step"),
        ("ix_step_paused", "step"),
        ("ix_step_held", "step"),
        ("ix_step_waiting", "step"),
        ("ix_token_emergency", "token"),
    ):
        op.drop_index(name, table)
    for table, columns in (
        ("event", "token_id desk"),
        ("token_private", "return_of"),
        ("step", "lane since back_only only beside first_call called_by jumped until"),
        ("token", "aged_from then party access slot emergency_at entered_by_hand return_until"),
        ("centre", "day_start last_at freezes"),
    ):
        for column in columns.split():
            op.drop_column(table, column)
    _index("ix_step_waiting", "step", ["centre_id", "stage", "klass", "entered_at", "seq"], WAITING)
