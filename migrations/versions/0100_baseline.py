"""The baseline of version 0.1."""

from alembic import op

from migrations.pilot import carry_over
from server.storage.metadata import METADATA

revision = "0100"
down_revision = None


def upgrade() -> None:
    config = op.get_context().config
    if config is not None and config.attributes.get("pilot"):
        carry_over(op.get_bind(), create)
    else:
        create()


def create() -> None:
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    METADATA.drop_all(op.get_bind())
