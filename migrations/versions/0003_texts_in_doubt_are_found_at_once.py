"""texts of which nobody knows whether they left are found without reading all"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IN_DOUBT = sa.text("state = 'unconfirmed'")


def upgrade() -> None:
    op.create_index("ix_message_in_doubt", "message", ["created_at"], postgresql_where=IN_DOUBT, sqlite_where=IN_DOUBT)


def downgrade() -> None:
    op.drop_index("ix_message_in_doubt", "message")
