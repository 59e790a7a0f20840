"""The revisions make the very schema that the models describe, and the comparison would see any difference."""

from collections.abc import Callable, Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from server.storage import schema
from server.storage.engines import open_connections
from server.storage.metadata import METADATA
from tests.migrations.shape import shape


@pytest.fixture
def made(database_url: str) -> Iterator[Connection]:
    """Return a connection to a database that the revisions made."""
    schema.migrate(database_url)
    writer, reader = open_connections(database_url)
    with writer.transaction() as connection:
        yield connection
    writer.close()
    reader.close()


def test_the_revisions_make_what_the_models_say(made: Connection) -> None:
    by_revisions = shape(made)
    METADATA.drop_all(made)
    METADATA.create_all(made)
    by_models = shape(made)
    assert set(by_revisions) == set(by_models) == set(METADATA.tables)
    for table, parts in by_models.items():
        assert by_revisions[table] == parts


def test_there_is_nothing_to_write_a_revision_for(made: Connection) -> None:
    context = MigrationContext.configure(made, opts={"compare_server_default": True})
    assert compare_metadata(context, METADATA) == []


def without_index(op: Operations) -> None:
    op.drop_index("ix_step_held", "step")


def with_other_rows_in_an_index(op: Operations) -> None:
    op.drop_index("ix_step_held", "step")
    where = text("state = 'paused'")
    op.create_index("ix_step_held", "step", ["centre_id", "counter"], sqlite_where=where, postgresql_where=where)


def with_a_column_that_may_be_empty(op: Operations) -> None:
    with op.batch_alter_table("step") as batch:
        batch.alter_column("lane", nullable=True)


def with_a_default(op: Operations) -> None:
    with op.batch_alter_table("step") as batch:
        batch.alter_column("lane", server_default="x")


def with_a_check(op: Operations) -> None:
    with op.batch_alter_table("step") as batch:
        batch.create_check_constraint("ck_step_calls", "calls >= 0")


def without_a_foreign_key(op: Operations) -> None:
    with op.batch_alter_table("step") as batch:
        batch.drop_constraint("fk_step_token_id", type_="foreignkey")


def with_a_key_of_another_name(op: Operations) -> None:
    with op.batch_alter_table("token") as batch:
        batch.drop_constraint("uq_token_secret", type_="unique")
        batch.create_unique_constraint("uq_secret", ["secret"])


FAULTS = (
    without_index,
    with_other_rows_in_an_index,
    with_a_column_that_may_be_empty,
    with_a_default,
    with_a_check,
    without_a_foreign_key,
    with_a_key_of_another_name,
)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_comparison_sees_a_schema(made: Connection, fault: Callable[[Operations], None]) -> None:
    before = shape(made)
    fault(Operations(MigrationContext.configure(made, opts={"as_sql": False})))
    assert shape(made) != before
