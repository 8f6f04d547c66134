"""the texts of a day are counted without reading those of all days"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CAME_IN = sa.text("direction = 'in'")


def upgrade() -> None:
    op.create_index(
        "ix_message_came_in",
        "message",
        ["created_at", "conversation_id"],
        postgresql_where=CAME_IN,
        sqlite_where=CAME_IN,
    )


def downgrade() -> None:
    op.drop_index("ix_message_came_in", "message")
