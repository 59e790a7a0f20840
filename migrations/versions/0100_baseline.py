"""The baseline of version 0.1: the schema that every later revision begins from."""

import sqlalchemy as sa
from alembic import op

from migrations.pilot import carry_over

revision = "0100"
down_revision = None


def upgrade() -> None:
    config = op.get_context().config
    if config is not None and config.attributes.get("pilot"):
        carry_over(op.get_bind(), create)
    else:
        create()


def create() -> None:
    create_centre()
    create_plan_version()
    create_zone()
    create_stage()
    create_route()
    create_series()
    create_service()
    create_policy()
    create_counter()
    create_token()
    create_token_private()
    create_step()
    create_call_group()
    create_helper()
    create_series_day()
    create_lease()
    create_appointment()
    create_event()
    create_figure_cell()
    create_figure_cursor()
    create_day_report()
    create_installation()
    create_device()
    create_staff()
    create_staff_session()
    create_access_key()
    create_job()
    create_idempotency()


def create_centre() -> None:
    op.create_table(
        "centre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("event_seq", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.String(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("plans", sa.JSON(), nullable=False),
        sa.Column("closed_day", sa.Date(), nullable=True),
        sa.Column("day_start", sa.String(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("freezes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre")),
        sa.UniqueConstraint("code", name=op.f("uq_centre_code")),
    )


def create_plan_version() -> None:
    op.create_table(
        "plan_version",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "number", name=op.f("pk_plan_version")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_plan_version_centre_id")),
    )


def create_zone() -> None:
    op.create_table(
        "zone",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "code", name=op.f("pk_zone")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_zone_centre_id")),
    )


def create_stage() -> None:
    op.create_table(
        "stage",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ok", sa.String(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("service_min", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "code", name=op.f("pk_stage")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_stage_centre_id")),
    )


def create_route() -> None:
    op.create_table(
        "route",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "code", name=op.f("pk_route")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_route_centre_id")),
    )


def create_series() -> None:
    op.create_table(
        "series",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("overflow", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("centre_id", "letter", name=op.f("pk_series")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_series_centre_id")),
    )


def create_service() -> None:
    op.create_table(
        "service",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("icon", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "code", name=op.f("pk_service")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_service_centre_id")),
    )


def create_policy() -> None:
    op.create_table(
        "policy",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "kind", "valid_from", name=op.f("pk_policy")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_policy_centre_id")),
    )


def create_counter() -> None:
    op.create_table(
        "counter",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("operator", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_counter")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_counter_centre_id")),
    )


def create_token() -> None:
    op.create_table(
        "token",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("klass", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=True),
        sa.Column("aged_from", sa.BigInteger(), nullable=False),
        sa.Column("then", sa.String(), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("needs_seal", sa.String(), nullable=True),
        sa.Column("slot", sa.BigInteger(), nullable=True),
        sa.Column("emergency_at", sa.BigInteger(), nullable=True),
        sa.Column("entered_by_hand", sa.Boolean(), nullable=False),
        sa.Column("return_until", sa.Date(), nullable=True),
        sa.Column("step_seq", sa.BigInteger(), nullable=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("ends", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_token_centre_id")),
        sa.UniqueConstraint("centre_id", "day", "series", "number", name=op.f("uq_token_centre_id_day_series_number")),
        sa.UniqueConstraint("secret", name=op.f("uq_token_secret")),
    )
    where = sa.text("emergency_at IS NOT NULL")
    op.create_index(
        op.f("ix_token_emergency"), "token", ["centre_id", "emergency_at"], sqlite_where=where, postgresql_where=where
    )
    where = sa.text("ended_at IS NULL")
    op.create_index(op.f("ix_token_open"), "token", ["centre_id", "id"], sqlite_where=where, postgresql_where=where)


def create_token_private() -> None:
    op.create_table(
        "token_private",
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("appointment_hash", sa.String(), nullable=True),
        sa.Column("return_of", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_token_private")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_token_private_centre_id")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_token_private_token_id")),
    )
    op.create_index(op.f("ix_token_private_return_of"), "token_private", ["centre_id", "return_of"])


def create_step() -> None:
    op.create_table(
        "step",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("klass", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("back_to", sa.String(), nullable=True),
        sa.Column("back_only", sa.String(), nullable=True),
        sa.Column("only", sa.String(), nullable=True),
        sa.Column("counter", sa.String(), nullable=True),
        sa.Column("beside", sa.String(), nullable=False),
        sa.Column("call", sa.String(), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("first_called", sa.BigInteger(), nullable=True),
        sa.Column("last_called", sa.BigInteger(), nullable=True),
        sa.Column("called_by", sa.String(), nullable=True),
        sa.Column("jumped", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("centre_id", "seq", name=op.f("pk_step")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_step_centre_id")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_step_token_id")),
    )
    where = sa.text("state = 'held'")
    op.create_index(op.f("ix_step_held"), "step", ["centre_id", "counter"], sqlite_where=where, postgresql_where=where)
    where = sa.text("jumped")
    op.create_index(
        op.f("ix_step_jumped"),
        "step",
        ["centre_id", "stage", "last_called"],
        sqlite_where=where,
        postgresql_where=where,
    )
    where = sa.text("state IN ('called', 'serving')")
    op.create_index(
        op.f("ix_step_one_at_counter"),
        "step",
        ["centre_id", "counter"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    where = sa.text("ended_at IS NULL")
    op.create_index(
        op.f("ix_step_one_open"), "step", ["token_id"], unique=True, sqlite_where=where, postgresql_where=where
    )
    where = sa.text("state = 'paused'")
    op.create_index(op.f("ix_step_paused"), "step", ["centre_id", "until"], sqlite_where=where, postgresql_where=where)
    op.create_index(op.f("ix_step_token_id"), "step", ["token_id"])
    where = sa.text("state = 'waiting'")
    op.create_index(
        op.f("ix_step_waiting"),
        "step",
        ["centre_id", "stage", "lane", "since", "seq"],
        sqlite_where=where,
        postgresql_where=where,
    )


def create_call_group() -> None:
    op.create_table(
        "call_group",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("profiles", sa.String(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "stage", "profiles", name=op.f("pk_call_group")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_call_group_centre_id")),
    )


def create_helper() -> None:
    op.create_table(
        "helper",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "counter", name=op.f("pk_helper")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_helper_centre_id")),
        sa.ForeignKeyConstraint(
            ["centre_id", "counter"], ["counter.centre_id", "counter.id"], name=op.f("fk_helper_centre_id_counter")
        ),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_helper_token_id")),
    )


def create_series_day() -> None:
    op.create_table(
        "series_day",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "day", "letter", name=op.f("pk_series_day")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_series_day_centre_id")),
    )


def create_lease() -> None:
    op.create_table(
        "lease",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letter", sa.String(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_lease")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_lease_centre_id")),
    )


def create_appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("reference_hash", sa.String(), nullable=False),
        sa.Column("tail", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=True),
        sa.Column("token_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_appointment_centre_id")),
        sa.UniqueConstraint("centre_id", "reference_hash", name=op.f("uq_appointment_centre_id_reference_hash")),
    )
    op.create_index(op.f("ix_appointment_reference_hash"), "appointment", ["reference_hash"])
    op.create_index(op.f("ix_appointment_slot"), "appointment", ["centre_id", "day", "tail"])


def create_event() -> None:
    op.create_table(
        "event",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=True),
        sa.Column("desk", sa.String(), nullable=True),
        sa.Column("act", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("v", sa.Integer(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("private", sa.JSON(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "seq", name=op.f("pk_event")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_event_centre_id")),
    )
    where = sa.text("kind = 'day.closed'")
    op.create_index(op.f("ix_event_day_end"), "event", ["centre_id", "seq"], sqlite_where=where, postgresql_where=where)
    where = sa.text("desk IS NOT NULL")
    op.create_index(
        op.f("ix_event_desk"), "event", ["centre_id", "desk", "seq"], sqlite_where=where, postgresql_where=where
    )
    where = sa.text("token_id IS NOT NULL")
    op.create_index(
        op.f("ix_event_token"), "event", ["centre_id", "token_id", "seq"], sqlite_where=where, postgresql_where=where
    )


def create_figure_cell() -> None:
    op.create_table(
        "figure_cell",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("klass", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bin", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("quarter", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "centre_id",
            "definition",
            "grain",
            "begins",
            "measure",
            "stage",
            "klass",
            "name",
            "bin",
            "quarter",
            name=op.f("pk_figure_cell"),
        ),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_figure_cell_centre_id")),
        sqlite_with_rowid=False,
    )


def create_figure_cursor() -> None:
    op.create_table(
        "figure_cursor",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("figures_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "definition", name=op.f("pk_figure_cursor")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_figure_cursor_centre_id")),
    )


def create_day_report() -> None:
    op.create_table(
        "day_report",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("definition", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "day", "seq", "definition", name=op.f("pk_day_report")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_day_report_centre_id")),
    )


def create_installation() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("auth_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )


def create_device() -> None:
    op.create_table(
        "device",
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=True),
        sa.Column("printer", sa.String(), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id", "id", name=op.f("pk_device")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_device_centre_id")),
    )


def create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_staff_centre_id")),
        sa.UniqueConstraint("user", name=op.f("uq_staff_user")),
    )
    op.create_index(op.f("ix_staff_centre_id"), "staff", ["centre_id"])


def create_staff_session() -> None:
    op.create_table(
        "staff_session",
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_staff_session")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_staff_session_centre_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id")),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"])


def create_access_key() -> None:
    op.create_table(
        "access_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("counter_id", sa.String(), nullable=True),
        sa.Column("all_centres", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_key")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_access_key_centre_id")),
        sa.ForeignKeyConstraint(
            ["centre_id", "counter_id"],
            ["counter.centre_id", "counter.id"],
            name=op.f("fk_access_key_centre_id_counter_id"),
        ),
        sa.ForeignKeyConstraint(
            ["centre_id", "device_id"],
            ["device.centre_id", "device.id"],
            name=op.f("fk_access_key_centre_id_device_id"),
        ),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_access_key_secret_hash")),
    )
    op.create_index(op.f("ix_access_key_centre_id"), "access_key", ["centre_id"])


def create_job() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("token_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_by", sa.String(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_job_centre_id")),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], name=op.f("fk_job_token_id")),
    )
    where = sa.text("state = 'dead'")
    op.create_index(op.f("ix_job_dead"), "job", ["centre_id", "id"], sqlite_where=where, postgresql_where=where)
    where = sa.text("state = 'leased'")
    op.create_index(
        op.f("ix_job_one_leased"),
        "job",
        ["centre_id", "kind", "target"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    where = sa.text("state IN ('leased', 'queued')")
    op.create_index(
        op.f("ix_job_open"),
        "job",
        ["centre_id", "kind", "target", "state", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index(op.f("ix_job_token_id"), "job", ["token_id"])


def create_idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_idempotency_centre_id")),
    )


TABLES = (
    "centre",
    "plan_version",
    "zone",
    "stage",
    "route",
    "series",
    "service",
    "policy",
    "counter",
    "token",
    "token_private",
    "step",
    "call_group",
    "helper",
    "series_day",
    "lease",
    "appointment",
    "event",
    "figure_cell",
    "figure_cursor",
    "day_report",
    "installation",
    "device",
    "staff",
    "staff_session",
    "access_key",
    "job",
    "idempotency",
)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
