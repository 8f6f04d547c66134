"""how often a text of unknown fate was looked for"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("send_attempt", sa.Column("looks", sa.Integer(), server_default="0", nullable=False))
    op.add_column("send_attempt", sa.Column("first_looked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("send_attempt", "first_looked_at")
    op.drop_column("send_attempt", "looks")
