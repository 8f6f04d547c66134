"""a person can be erased or taken along, and texts are kept as long as a number says"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORD = sa.String(24)
MARK = sa.String(64)


def upgrade() -> None:
    op.add_column("customer", sa.Column("erased_at", MOMENT, nullable=True))
    op.add_column("message", sa.Column("emptied_at", MOMENT, nullable=True))
    op.add_column("number", sa.Column("keeps_texts_days", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("part", WORD, nullable=True),
        sa.Column("gone_through", sa.Uuid(), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_erasure_customer_id"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["agent.id"], name="fk_erasure_asked_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
    )
    op.create_index("ix_erasure_customer_id", "erasure", ["customer_id"])
    op.create_index("ix_erasure_state", "erasure", ["state", "asked_at"])
    op.create_table(
        "erased_phone",
        sa.Column("mark", MARK, nullable=False),
        sa.Column("erased_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_erased_phone"),
    )
    op.create_table(
        "erased_stop",
        sa.Column("mark", MARK, nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name="fk_erased_stop_number_id"),
        sa.PrimaryKeyConstraint("mark", "number_id", name="pk_erased_stop"),
    )
    op.create_table(
        "erased_text",
        sa.Column("carrier_sid", sa.String(), nullable=False),
        sa.Column("carrier_account", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("carrier_sid", "carrier_account", name="pk_erased_text"),
    )


def downgrade() -> None:
    """What was erased stays so; that a number was erased, and its STOP, is not known to the version before."""
    for table in ("erased_text", "erased_stop", "erased_phone", "erasure"):
        op.drop_table(table)
    op.drop_column("number", "keeps_texts_days")
    op.drop_column("message", "emptied_at")
    op.drop_column("customer", "erased_at")
