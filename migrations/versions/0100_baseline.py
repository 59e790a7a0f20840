"""The baseline of version 0.1."""

from alembic import op

from server.storage.metadata import METADATA

revision = "0100"
down_revision = None


def upgrade() -> None:
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    METADATA.drop_all(op.get_bind())
