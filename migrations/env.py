"""Run the revisions on the connection that the caller hands in.

The models have no part in it, for a released revision does the same whatever they say by then. Only who writes a new
revision (`migrations.new`) hands them in, to be compared.
"""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given.get("models"),
    render_item=given.get("render_item"),
    render_as_batch=True,
    compare_server_default=True,
    transactional_ddl=True,
)
context.run_migrations()
