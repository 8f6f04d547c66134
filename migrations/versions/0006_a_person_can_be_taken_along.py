"""a person can be taken along: exports, their progress and their end"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "person_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_person_export_customer_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["agent.id"], name="fk_person_export_asked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_person_export"),
    )
    op.create_index("ix_person_export_customer_id", "person_export", ["customer_id"])
    op.create_index("ix_person_export_state", "person_export", ["state", "asked_at"])


def downgrade() -> None:
    """The files stay in var/exports: remove them by hand."""
    op.drop_table("person_export")
